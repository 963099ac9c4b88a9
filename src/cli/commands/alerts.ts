import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { SEVERITIES } from '../../core/domain/issue.js';
import { BaseCommand } from '../base-command.js';
import { listFlags, measureFlags } from '../flags.js';
import { formatOf, writeResult } from '../output.js';

export default class Alerts extends BaseCommand {
  static override summary = 'What needs attention now, since when, and the command that helps.';
  static override description =
    `Companies at warning or critical, budgets past their thresholds, Redis near maxmemory, evictions, replication and saves that fail, snapshots that stopped. The most severe first, then the oldest. What is found is noted, so that the next run knows since when. In a pipe or from cron it prints nothing when nothing needs attention. With --notify it tells the configured targets (webhooks, Slack, e-mail) what is new, worse or over since they were last told: docs/notifications.md.

Exit codes: 0 measured (alerts or not), 3 something could not be measured, or somebody not be told; with --fail-on also 5 the worst is a warning, 6 it is critical (the report is printed all the same, and a breach goes before 3).`;
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
    {
      description: 'From cron: tell everybody what is news; only errors are left for cron to mail',
      command: '<%= config.bin %> alerts --notify > /dev/null',
    },
    { description: 'Whether one target can be told', command: '<%= config.bin %> alerts --notify ops --test' },
  ];
  static override args = {
    target: Args.string({
      description: 'with --notify: the targets to tell (default: all)',
      multiple: true,
      ignoreStdin: true,
    }),
  };
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
    notify: Flags.boolean({
      // No default: what depends on it would be satisfied by it.
      description: 'tell the configured targets what is new, worse or over since they were last told',
      exclusive: ['from-snapshot'],
    }),
    'dry-run': Flags.boolean({
      description: 'with --notify: print what would be sent, send nothing',
      dependsOn: ['notify'],
    }),
    test: Flags.boolean({
      description: 'with --notify: send a test message to the targets, and measure nothing',
      dependsOn: ['notify'],
      exclusive: ['dry-run'],
    }),
    ...measureFlags,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(Alerts);
    const names = args.target ?? [];
    await this.withContext(flags, async (context) => {
      const { text, notes, warnings, exitCode } = flags.test
        ? await (await import('../notify-test-run.js')).notifyTestRun(context, flags, names, formatOf(flags))
        : await (await import('../alerts-run.js')).alertsRun(context, flags, names, formatOf(flags));
      // Before anything is written: a reader that closes the pipe ends the process with what is set by then.
      process.exitCode = exitCode;
      if (text !== null) writeResult(text, flags.output);
      if (process.stderr.isTTY) process.stderr.write(notes.map((note) => `${note}\n`).join(''));
      this.tell(warnings);
    });
  }
}
