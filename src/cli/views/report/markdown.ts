import type { PlatformReport } from '../../../core/services/report/report.js';
import { type Column, printable } from '../../table/column.js';
import { markdownText, renderMarkdown } from '../../table/render.js';
import { banner } from '../companies.js';
import { dollars, duration } from '../figures.js';
import { ADVICE, CHANGES, COMPANIES, FIXES, ISSUES, METRICS, minute, NOTED, TREND_CHARTS } from './columns.js';
import { adviceRows, issueRows } from './rows.js';

/** The report as GitHub reads Markdown. */
export function reportMarkdown(report: PlatformReport): string {
  const { title, generatedAt, since, window, platform, warnings, recommendations } = report;
  const total = recommendations?.total ?? null;
  const told = recommendations === null ? null : adviceRows(report);
  return [
    `# ${markdownText(printable(title))}`,
    `${minute(generatedAt)} UTC · since ${minute(since)} UTC · hit rates of ${duration(window.seconds)}`,
    ...(warnings.length > 0 ? [warnings.map((one) => `> ⚠ ${markdownText(printable(one))}`).join('\n>\n')] : []),
    banner({ ...platform, generatedAt, window, companies: report.companies, warnings })
      .map((line) => `${line}  `)
      .join('\n'),
    list('Success metrics', report.successMetrics, METRICS),
    trendList(report),
    list('Companies', report.companies, COMPANIES),
    report.issues === null
      ? list('Issues, as they were noted last', report.notedIssues, NOTED)
      : list('Issues', issueRows(report), ISSUES),
    list('Recommendations', told, ADVICE),
    ...(total === null || told?.length === 0
      ? []
      : [
          `The best set saves ${total.atMost ? 'at most ' : ''}${markdownText(dollars(total.savingPerMonth))} a month.`,
        ]),
    list('Price and budget changes', report.changes, CHANGES),
    list('Fixes and their effect', report.fixes, FIXES),
  ].join('\n\n');
}

function list<Row>(title: string, rows: readonly Row[] | null, columns: readonly Column<Row>[]): string {
  if (rows === null) return `## ${title}\n\nUnknown.`;
  return `## ${title}\n\n${rows.length === 0 ? 'None.' : renderMarkdown(rows, columns)}`;
}

function trendList({ trends }: PlatformReport): string {
  if (trends === null) return '## Trends\n\nThere is no history.';
  type Point = (typeof trends.points)[number];
  const columns: Column<Point>[] = [
    {
      name: 'at',
      header: trends.step === '1h' ? 'Hour (UTC)' : 'Day (UTC)',
      value: (p) => p.at.toISOString(),
      text: (p) => minute(p.at).slice(0, trends.step === '1h' ? 16 : 10),
    },
    ...TREND_CHARTS.flatMap(({ title, figures }) =>
      figures.map(
        ({ name, label, value, text }): Column<Point> => ({
          name,
          header: figures.length > 1 ? `${title}, ${label.toLowerCase()}` : title,
          value,
          text,
          align: 'right',
        }),
      ),
    ),
  ];
  return `## Trends\n\n${renderMarkdown(trends.points, columns)}`;
}
