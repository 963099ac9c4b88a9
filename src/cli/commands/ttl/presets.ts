import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../../core/errors.js';
import { BaseCommand } from '../../base-command.js';
import { listFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class TtlPresets extends BaseCommand {
  static override summary = 'List the TTL presets and their rules; for a company, what each would choose and do.';
  static override description =
    'A preset is a rule that chooses a TTL from what the accesses of a company tell. `ttl set --preset` sets it. Where there is too little data, a rule that needs data chooses nothing.';
  static override examples = [
    { description: 'The rules', command: '<%= config.bin %> ttl presets' },
    { description: 'What they would choose', command: '<%= config.bin %> ttl presets "Royal Plumbing"' },
    { description: 'For profiles alone', command: '<%= config.bin %> ttl presets acme --segment profile' },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or an unambiguous part of the name', ignoreStdin: true }),
  };
  static override flags = {
    ...listFlags,
    segment: Flags.string({
      description: 'only keys whose first part is this, e.g. profile of profile:1',
      helpValue: 'SEGMENT',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TtlPresets);
    await this.withContext(flags, async (context) => {
      const { runTtlPresets } = await import('../../ttl-presets-run.js');
      const { text, report, complete } = await runTtlPresets(context, args.company, flags, formatOf(flags));
      if (!complete) process.exitCode = EXIT.unreachable;
      writeResult(text, flags.output);
      this.tell(report.warnings);
    });
  }
}
