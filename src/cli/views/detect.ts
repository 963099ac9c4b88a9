import type { RootCause } from '../../core/domain/detect/issue.js';
import { formatBytes } from '../../core/domain/format.js';
import { statusIcon } from '../../core/domain/health.js';
import type { DetectReport, ReportedIssue } from '../../core/services/detect/report.js';
import { type Column, printable, UNKNOWN } from '../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { age, dollars, milliseconds, money } from './figures.js';

/** An issue and how old it is at the time of the report. */
export type DetectRow = ReportedIssue & { ageSeconds: number | null };

export function detectRows({ issues, generatedAt }: DetectReport): DetectRow[] {
  return issues.map((issue) => ({
    ...issue,
    ageSeconds: issue.since && Math.max(0, Math.round((generatedAt.getTime() - issue.since.getTime()) / 1000)),
  }));
}

const topCause = ({ rootCauses }: DetectRow): RootCause | null => rootCauses[0] ?? null;

export const DETECT_COLUMNS: Column<DetectRow>[] = [
  { name: 'severity', header: 'Severity', value: (i) => i.severity, text: label, fromWidth: 0 },
  { name: 'company', header: 'Company', value: companyOf, shrinks: true, fromWidth: 0 },
  { name: 'id', header: 'Id', value: (i) => i.companyId, shrinks: true },
  { name: 'code', header: 'Issue', value: (i) => i.code, fromWidth: 0 },
  { name: 'summary', header: 'What', value: (i) => i.summary, shrinks: true, fromWidth: 0 },
  { name: 'cause', header: 'Cause', value: (i) => topCause(i)?.cause ?? null },
  {
    name: 'causePercent',
    header: 'Explains',
    value: (i) => topCause(i)?.percent ?? null,
    text: (i) => percentText(topCause(i)?.percent ?? null),
    align: 'right',
  },
  {
    name: 'costPerMonth',
    header: 'Cost/month',
    value: (i) => money(i.impact.costPerMonth),
    text: (i) => dollars(i.impact.costPerMonth),
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'addedMsPerRead',
    header: 'Slower by',
    value: (i) => i.impact.addedMsPerRead,
    text: (i) => milliseconds(i.impact.addedMsPerRead),
    align: 'right',
  },
  {
    name: 'bytes',
    header: 'Memory',
    value: (i) => i.impact.bytes,
    text: (i) => formatBytes(i.impact.bytes ?? 0),
    align: 'right',
  },
  { name: 'confidence', header: 'Sure', value: (i) => i.confidence },
  { name: 'verdict', header: 'Verdict', value: (i) => i.verdict ?? null },
  { name: 'fix', header: 'Fix', value: (i) => (i.autoFix.available ? i.autoFix.command : null), none: '' },
  { name: 'age', header: 'For', value: (i) => i.ageSeconds, text: ageOf, align: 'right', fromWidth: 0 },
  { name: 'since', header: 'Since', value: (i) => i.since?.toISOString() ?? null },
];

const COLORS: Record<DetectRow['severity'], string> = { critical: '#EF4444', warning: '#F59E0B' };

function label({ severity }: DetectRow): string {
  return `${statusIcon(severity)} ${severity}`;
}

function companyOf({ companyId, companyName }: DetectRow): string {
  return companyName ?? companyId ?? 'platform';
}

function ageOf({ ageSeconds }: DetectRow): string {
  return ageSeconds === null ? UNKNOWN : ageSeconds === 0 ? 'new' : age(ageSeconds);
}

function percentText(percent: number | null): string {
  if (percent === null) return '';
  return percent > 0 && percent < 1 ? '<1%' : `${Math.round(percent)}%`;
}

/** A block for each issue, then what could not be judged. */
export function detectText(report: DetectReport, rows: readonly DetectRow[], terminal: Terminal): string {
  const blocks = rows.map((row) => block(row, terminal));
  const unknown = notJudgedLines(report, terminal);
  return [[terminal.chalk.bold(headline(report, rows.length))], ...blocks, ...(unknown.length > 0 ? [unknown] : [])]
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Under an issue's first line: as far in as the widest label. */
const LABEL = 9;
const INDENT = 3 + LABEL;

function block(row: DetectRow, { chalk, width }: Terminal): string[] {
  const { summary, evidence, rootCauses, impact, verdict } = row;
  const section = (name: string, ...items: string[]): string[] =>
    items.flatMap((item, n) => {
      const [first = '', ...rest] = wrap(printable(item), width - INDENT);
      const head = `   ${chalk.dim((n === 0 ? name : '').padEnd(LABEL))}${first}`;
      return [head, ...rest.map((line) => `${' '.repeat(INDENT)}${line}`)];
    });
  const id = row.companyName === null || row.companyId === null ? '' : chalk.dim(` ${printable(row.companyId)}`);
  const since = row.ageSeconds === null ? '' : chalk.dim(` · ${row.ageSeconds === 0 ? 'new' : `for ${ageOf(row)}`}`);
  return [
    `${statusIcon(row.severity)} ${chalk.bold(printable(companyOf(row)))}${id} · ${chalk.hex(COLORS[row.severity])(row.code)}${since}`,
    ...wrap(printable(summary), width - 3).map((line) => `   ${line}`),
    ...section('seen', ...evidence.map(({ text }) => text)),
    ...section('why', ...rootCauses.map(causeText)),
    ...section('impact', impact.text),
    ...(verdict === undefined ? [] : section('verdict', verdict)),
    ...section('fix', ...fixLines(row)),
    ...section(
      'by hand',
      ...row.manualFixes.map(({ text, command }) => (command === null ? text : `${text}: ${command}`)),
    ),
    ...section('sure', `${row.confidence}${row.missing.length === 0 ? '' : `; not known: ${row.missing.join('; ')}`}`),
  ];
}

function causeText({ text, percent }: RootCause): string {
  return percent === null ? text : `${percentText(percent).padStart(4)} ${text}`;
}

function fixLines({ autoFix }: DetectRow): string[] {
  if (!autoFix.available) return [`none: ${autoFix.reason}`];
  return [autoFix.command, [autoFix.action, ...autoFix.additionalActions].join('; ')];
}

/** What was not counted is told only where one company is looked at: of a thousand it is nothing to do about. */
function notJudgedLines({ notJudged, companyId }: DetectReport, { chalk, width }: Terminal): string[] {
  const told = notJudged.filter(({ code, examples }) => code !== 'EVICTION_PRESSURE' || examples.length === 0);
  if (told.length === 0) return [];
  return [
    chalk.bold('Not judged'),
    ...told.flatMap(({ code, why, companies, examples }) => {
      const who =
        companyId !== null ? '' : `, ${companies === 1 ? (examples[0] ?? 'the platform') : `${companies} companies`}`;
      return wrap(printable(`${code}${who}: ${why}`), width - 3).map(
        (line, n) => `${n === 0 ? ' · ' : '   '}${chalk.dim(line)}`,
      );
    }),
  ];
}

/** The same with the columns that were asked for. */
export function detectTable(
  rows: readonly DetectRow[],
  columns: readonly Column<DetectRow>[],
  terminal: Terminal,
): string {
  const paint = (text: string, column: Column<DetectRow>, row: DetectRow) =>
    column.name === 'severity' ? terminal.chalk.hex(COLORS[row.severity])(text) : text;
  return renderTable(rows, columns, terminal, paint);
}

export function detectMarkdown(
  report: DetectReport,
  rows: readonly DetectRow[],
  columns: readonly Column<DetectRow>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  const table = rows.length > 0 ? ['', renderMarkdown(rows, columns)] : [];
  return [headline(report, rows.length), ...(warnings.length > 0 ? ['', ...warnings] : []), ...table].join('\n');
}

/** e.g. `2 critical, 3 warnings in 12 companies`, or that there is nothing. @param shown of the issues found */
function headline({ counts, complete, companyId, examined }: DetectReport, shown: number): string {
  const { critical, warning } = counts;
  const parts = [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warning > 0 ? [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  const { companies } = examined;
  const where = companyId === null ? ` in ${companies} ${companies === 1 ? 'company' : 'companies'}` : '';
  const partly =
    shown < critical + warning ? `; ${shown === 0 ? 'none of them is' : `${shown} of them`} shown, as asked` : '';
  if (parts.length > 0) return `${parts.join(', ')}${where}${partly}`;
  return complete
    ? `Nothing is wrong${where}, as far as can be told.`
    : `Nothing was found${where}, but not everything could be measured.`;
}
