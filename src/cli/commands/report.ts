import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.js';
import { measureFlags, outputFlags } from '../flags.js';
import { replaceFile, writeResult } from '../output.js';

/** Not from report-run: naming them loads nothing. */
const FORMATS = ['html', 'json', 'markdown', 'csv'] as const;

export default class Report extends BaseCommand {
  static override summary = 'Everything about the platform on one page, to send or to print.';
  static override description =
    `Summary, success metrics, trends, companies, issues, recommendations, changes of prices and budgets, fixes and their measured effect, from one pass over the keyspace. The HTML page is one file that loads nothing: it can be mailed, printed and read on a phone. Markdown has the same tables, CSV the companies, JSON every figure. docs/report.md tells the rest.

Exit codes: 0 all was measured, 2 wrong usage, 3 a service could not be reached or read (the rest is reported, and says so).`;
  static override examples = [
    { description: 'A page', command: '<%= config.bin %> report --output report.html' },
    {
      description: 'A week, with a title, without reading Redis',
      command: '<%= config.bin %> report --since 7d --title "Our caches" --from-snapshot --output week.html',
    },
    { description: 'For an issue or a wiki', command: '<%= config.bin %> report --format markdown' },
    {
      description: 'The success metrics that are not met',
      command: `<%= config.bin %> report --json | jq '.successMetrics[] | select(.met == false)'`,
    },
  ];
  static override flags = {
    format: Flags.option({
      options: FORMATS,
      description: 'how to print (html)',
      helpGroup: 'OUTPUT',
    })(),
    json: outputFlags.json,
    output: outputFlags.output,
    since: Flags.string({
      description: 'how far back changes, fixes, trends and success metrics go: an age (7d, 30d) or an ISO date',
      default: '30d',
      helpValue: 'TIME',
    }),
    title: Flags.string({ description: 'title of the page', default: 'Redis cache report', helpValue: 'TEXT' }),
    ...measureFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Report);
    await this.withContext(flags, async (context) => {
      const { reportRun } = await import('../report-run.js');
      const format = flags.json ? 'json' : (flags.format ?? 'html');
      const { text, warnings, exitCode } = await reportRun(context, flags, format);
      // Before anything is written: a reader that closes the pipe ends the process with what is set by then.
      process.exitCode = exitCode;
      writeResult(text, flags.output, replaceFile);
      this.tell(warnings);
    });
  }
}
