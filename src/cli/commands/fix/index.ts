import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { changeFlags, reportFlags } from '../../flags.js';

export default class Fix extends BaseCommand {
  static override summary = "Repair what is wrong with a company's cache, in a way that can be undone.";
  static override description =
    `Looks whether the issue is there, shows what would be done about it and what that is predicted to bring, asks, and does it step by step, each noted before it begins. Applications obey a changed policy within 5 seconds. What clears keys saves each of them first. A fix that was interrupted is finished or taken back by the next \`fix\` command.

Issues: CACHE_THRASHING, LOW_CACHE_EFFICIENCY, EXCESSIVE_MEMORY, ORPHANED_CACHE, MISSING_TTL; in any case, or a word of it (thrashing).

Exit codes: 0 done, 2 no such issue, 3 a service failed (what was done was taken back, or is by the next command), 4 refused: not confirmed, the issue is not there, another fix is under way; 130/143 interrupted.`;
  static override examples = [
    {
      description: 'See what would be done',
      command: '<%= config.bin %> fix "Royal Plumbing" thrashing --dry-run',
    },
    {
      description: 'Do it, from a script',
      command: '<%= config.bin %> fix acme CACHE_THRASHING --yes --reason "hit rate 12%"',
    },
    { description: 'What it brought', command: '<%= config.bin %> fix list "Royal Plumbing"' },
  ];
  static override args = {
    company: Args.string({ description: 'id or exact name', required: true, ignoreStdin: true }),
    issue: Args.string({ description: 'code of the issue', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...reportFlags,
    force: Flags.boolean({
      description: 'although the issue is not there now, or many ids are orphans',
      default: false,
    }),
    backup: Flags.string({
      description: 'new file that cleared keys are saved to (default: one beside the state file)',
      helpValue: 'FILE',
    }),
    'allow-slow': Flags.boolean({
      description: 'save even keys of over 100,000 elements or 16 MB before they are cleared',
      default: false,
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Fix);
    await this.withContext(flags, async (context) => {
      const { fixRun } = await import('../../fix-run.js');
      await fixRun(context, args, flags);
    });
  }
}
