import * as Args from '@oclif/core/args';
import { BaseCommand, type Interrupted } from '../base-command.js';
import { checkFlags } from '../check-flags.js';
import type { Told } from '../error-output.js';
import { replaceFile, writeResult } from '../output.js';

export default class Check extends BaseCommand {
  static override summary = 'The gate for CI and cron: rules, verdicts, and an exit code.';
  static override description =
    `Applies rules to all companies, to some, or to those that a filter keeps: budget lines against the thresholds (unless --no-budgets), and whatever else is asked for here or in a --policy file. Limits are CRITICAL, WARNING:CRITICAL or WARNING: alone. Every rule is told with its measured value and verdict, the worst company first.

Exit codes: 0 passed, 5 failed at a warning (with --fail-on warning; else warnings let it pass), 6 failed at a critical value, 3 something could not be measured (--on-unknown pass leaves it out, fail makes it 6). A measured breach wins over what is unknown. With --format nagios 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, for errors too.`;
  static override examples = [
    { description: 'Is anybody over budget', command: '<%= config.bin %> check' },
    {
      description: 'A company with more rules, warnings failing too',
      command: "<%= config.bin %> check 'Royal Plumbing' --min-hit-rate 90:80 --max-growth 20% --fail-on warning",
    },
    {
      description: 'From cron, without touching Redis',
      command: '<%= config.bin %> check --from-snapshot --max-age 2h --max-total 500',
    },
    {
      description: 'In CI, with rules kept beside the code',
      command: '<%= config.bin %> check --policy rcm.check.yaml --format junit --output rcm.xml',
    },
  ];
  static override args = {
    company: Args.string({
      description: 'companies to check: id, name or a part of one name (default: all)',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = checkFlags;

  #output: string | undefined;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    this.#output = flags.output;
    await this.withContext(flags, async (context) => {
      const { checkRun } = await import('../check-run.js');
      const format = flags.json ? 'json' : (flags.format ?? 'table');
      const { text, warnings, exitCode } = await checkRun(context, args.company ?? [], flags, format);
      // Before anything is written: a reader that closes the pipe ends the process with what is set by then.
      process.exitCode = exitCode;
      writeResult(text, flags.output, replaceFile);
      this.tell(warnings);
    });
  }

  protected override async tellError(told: Told): Promise<void> {
    const { tellInFormat } = await import('../check-errors.js');
    if (!(await tellInFormat(told, this.argv, this.#output))) await super.tellError(told);
  }

  protected override async tellInterrupted(error: Interrupted): Promise<void> {
    const { tellInFormat } = await import('../check-errors.js');
    const told = { code: 'RCM_INTERRUPTED', message: error.message, hint: 'Run it again.', exitCode: error.exitCode };
    if (!(await tellInFormat(told, this.argv, this.#output))) await super.tellInterrupted(error);
  }
}
