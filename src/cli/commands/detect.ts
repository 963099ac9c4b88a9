import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ISSUE_CODES } from '../../core/domain/detect/issue.js';
import { SEVERITIES } from '../../core/domain/issue.js';
import { BaseCommand } from '../base-command.js';
import { listFlags, measureFlags } from '../flags.js';
import { formatOf, writeResult } from '../output.js';

export default class Detect extends BaseCommand {
  static override summary = "What is wrong with the companies' caches, why, what it costs, and what helps.";
  static override description =
    `Looks for thrashing, excessive memory, caches that cost more than they save, costs over budget, keys of no known company, keys that never expire, large keys, and evictions. Each issue comes with its evidence, root causes ranked by it, what it costs, the automatic fix or why there is none, and what was not known. What cannot be judged is said, never guessed. What is found is noted, so that the next run knows since when. In a pipe or from cron it prints nothing when nothing is found.

Exit codes: 0 measured (issues or not), 3 something could not be measured, 4 no such company, or several; with --fail-on also 5 the worst is a warning, 6 it is critical (the report is printed all the same, and a breach goes before 3).`;
  static override examples = [
    { description: 'All companies', command: '<%= config.bin %> detect' },
    { description: 'One company, by id or name', command: '<%= config.bin %> detect "Royal Plumbing"' },
    {
      description: 'From cron: silent unless something critical is found or cannot be measured',
      command: '<%= config.bin %> detect --severity critical --fail-on critical',
    },
    {
      description: 'What can be repaired automatically',
      command: `<%= config.bin %> detect --json | jq -r '.issues[].autoFix.command // empty'`,
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or part of a name; all companies without it', ignoreStdin: true }),
  };
  static override flags = {
    ...listFlags,
    code: Flags.option({
      options: ISSUE_CODES,
      description: 'show only these issues; may be given again',
      multiple: true,
    })(),
    severity: Flags.option({
      options: SEVERITIES,
      description: 'show only these (--fail-on looks at all, whatever is shown)',
    })(),
    'fail-on': Flags.option({
      options: SEVERITIES,
      description: 'exit with 5 or 6 when the worst issue is this severe or more',
    })(),
    window: measureFlags.window,
    'max-rate': measureFlags['max-rate'],
    'read-from': measureFlags['read-from'],
    fresh: measureFlags.fresh,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Detect);
    await this.withContext(flags, async (context) => {
      const { detectRun } = await import('../detect-run.js');
      const { text, warnings, exitCode } = await detectRun(context, args.company, flags, formatOf(flags));
      // Before anything is written: a reader that closes the pipe ends the process with what is set by then.
      process.exitCode = exitCode;
      if (text !== null) writeResult(text, flags.output);
      this.tell(warnings);
    });
  }
}
