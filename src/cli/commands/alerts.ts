import * as Flags from '@oclif/core/flags';
import { SEVERITIES } from '../../core/domain/issue.js';
import { BaseCommand } from '../base-command.js';
import { listFlags, measureFlags } from '../flags.js';
import { formatOf, writeResult } from '../output.js';

export default class Alerts extends BaseCommand {
  static override summary = 'What needs attention now, since when, and the command that helps.';
  static override description =
    `Companies at warning or critical, budgets past their thresholds, Redis near maxmemory, evictions, replication and saves that fail, snapshots that stopped. The most severe first, then the oldest. What is found is noted, so that the next run knows since when. In a pipe or from cron it prints nothing when nothing needs attention.

Exit codes: 0 measured (alerts or not), 3 something could not be measured; with --fail-on also 5 the worst is a warning, 6 it is critical (the report is printed all the same, and a breach goes before 3).`;
  static override examples = [
    { description: 'What is the matter', command: '<%= config.bin %> alerts' },
    {
      description: 'From cron: silent unless something is critical or cannot be measured',
      command: '<%= config.bin %> alerts --severity critical --fail-on critical',
    },
    {
      description: 'Companies to look into, one a line',
      command: `<%= config.bin %> alerts --json | jq -r '.alerts[].companyId // empty' | sort -u`,
    },
  ];
  static override flags = {
    ...listFlags,
    severity: Flags.option({
      options: SEVERITIES,
      description: 'show only these (--fail-on looks at all, whatever is shown)',
    })(),
    'fail-on': Flags.option({
      options: SEVERITIES,
      description: 'exit with 5 or 6 when the worst alert is this severe or more',
    })(),
    ...measureFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Alerts);
    await this.withContext(flags, async (context) => {
      const { alertsRun } = await import('../alerts-run.js');
      const { text, warnings, exitCode } = await alertsRun(context, flags, formatOf(flags));
      if (text !== null) writeResult(text, flags.output);
      this.tell(warnings);
      process.exitCode = exitCode;
    });
  }
}
