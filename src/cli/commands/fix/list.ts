import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.js';
import { listFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class FixList extends BaseCommand {
  static override summary = 'Fixes that were made, with the hit rate that was predicted and the one that was measured.';
  static override description =
    `The newest first. The measured hit rate is that since the fix, at most of a day, and is shown once enough reads have passed (fix.measureAfterReads). Fixes that were interrupted are finished or taken back first, and told.

Exit codes: 0 listed, 3 a service could not be reached (the journal is shown all the same).`;
  static override examples = [
    { description: 'All of them', command: '<%= config.bin %> fix list' },
    { description: 'Of one company, for a script', command: '<%= config.bin %> fix list "Royal Plumbing" --json' },
    {
      description: 'What undoes those that stand, a command a line',
      command: `<%= config.bin %> fix list --json | jq -r '.fixes[]|select(.status=="applied").undoCommand'`,
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or a part of just one name', ignoreStdin: true }),
  };
  static override flags = { ...listFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(FixList);
    await this.withContext(flags, async (context) => {
      const { fixListRun } = await import('../../fix-list-run.js');
      const { text, warnings, exitCode } = await fixListRun(context, args.company, flags, formatOf(flags));
      process.exitCode = exitCode;
      writeResult(text, flags.output);
      this.tell(warnings);
    });
  }
}
