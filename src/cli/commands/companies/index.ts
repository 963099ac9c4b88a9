import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../../core/errors.js';
import { BaseCommand } from '../../base-command.js';
import { listFlags, measureFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class Companies extends BaseCommand {
  static override summary = "Every company's cache: health, size, hit rate, cost, calls.";
  static override description =
    `Reads the whole keyspace once, in steps too small to be felt, adds up what each company holds, and sets it beside what was recorded, what it costs and what it may cost. The worst come first.

Exit codes: 0 all was measured, 3 a service could not be reached (figures from the others are still shown).`;
  static override examples = [
    {
      description: 'All companies of a Redis, with nothing else set up',
      command: '<%= config.bin %> companies --redis-url redis://127.0.0.1:6379',
    },
    {
      description: 'Those that need attention, dearest first',
      command: '<%= config.bin %> companies --filter status!=healthy --sort -cost',
    },
    { description: 'For a script', command: '<%= config.bin %> companies --json' },
    { description: 'On a screen on the wall', command: '<%= config.bin %> companies --watch 60' },
  ];
  static override flags = {
    ...listFlags,
    ...measureFlags,
    watch: Flags.integer({
      description: 'measure again every so many seconds, on a terminal',
      min: 1,
      helpValue: 'SECONDS',
      exclusive: ['json', 'format', 'output', 'from-snapshot'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Companies);
    await this.withContext(flags, async (context) => {
      const { CompaniesRun } = await import('../../companies-run.js');
      const run = new CompaniesRun(context, flags);
      if (flags.watch !== undefined) return run.watch(flags.watch);
      const { text, warnings, complete } = await run.once(formatOf(flags));
      writeResult(text, flags.output);
      this.tell(warnings);
      if (!complete) process.exitCode = EXIT.unreachable;
    });
  }
}
