import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.js';
import { outputFlags } from '../flags.js';
import { writeResult } from '../output.js';

export default class Trends extends BaseCommand {
  static override summary = 'How hit rate, response time, memory, keys, cost and score went, and where they go.';
  static override description =
    `Charts of what \`snapshot\` recorded, of one company or of the platform: a gap is shown as a gap, never as 0. Rates are of all reads of a step; the p95 is told from log2 buckets (docs/formulas.md). Below them, when a company's cache and storage budgets, or Redis's maxmemory, are reached if things go on as they did, with the method and its 95 % interval. No Redis is asked.

Exit codes: 0 shown, 2 wrong usage, 3 the store cannot be read or nothing was ever recorded, 4 no such company.`;
  static override examples = [
    { description: 'The last 30 days of the platform', command: '<%= config.bin %> trends' },
    { description: 'One company, a quarter', command: '<%= config.bin %> trends "Royal Plumbing" --since 90d' },
    {
      description: 'This week beside the last one',
      command: '<%= config.bin %> trends demo01 --since 7d --compare previous --metrics hit-rate,response',
    },
    {
      description: 'Two companies in one chart, by the hour',
      command: '<%= config.bin %> trends demo01 --compare demo05 --since 48h --step 1h',
    },
    {
      description: 'Days as they are in Berlin, for a spreadsheet',
      command: '<%= config.bin %> trends --since 2026-03-01 --until 2026-03-31 --tz Europe/Berlin --format csv',
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or a part of just one name; none: the platform' }),
  };
  static override flags = {
    ...outputFlags,
    metrics: Flags.string({
      description: 'hit-rate, response, memory, keys, cost, score: several with commas (all)',
      helpValue: 'NAMES',
    }),
    since: Flags.string({
      description: 'from when: an age (7d, 90d) or an ISO date or time',
      default: '30d',
      helpValue: 'TIME',
    }),
    until: Flags.string({ description: 'to when: an age, or an ISO date (to its end) or time', helpValue: 'TIME' }),
    step: Flags.option({
      options: ['auto', '1h', '1d'] as const,
      default: 'auto' as const,
      description: 'length of a step; auto: hours up to 4 days',
    })(),
    compare: Flags.string({
      description: "'previous' for the period before, or ids or names of other companies, with commas",
      helpValue: 'WITH',
    }),
    tz: Flags.string({
      description: 'time zone of the days, and of times without an offset, by its IANA name',
      default: 'UTC',
      helpValue: 'ZONE',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Trends);
    await this.withContext(flags, async (context) => {
      const { trendsRun } = await import('../trends-run.js');
      const { text, warnings } = await trendsRun(context, flags, args.company);
      writeResult(text, flags.output);
      this.tell(warnings);
    });
  }
}
