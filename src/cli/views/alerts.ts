import type { Alert } from '../../core/domain/alerts/alert.js';
import { statusIcon } from '../../core/domain/health.js';
import type { AlertsReport } from '../../core/services/alerts/report.js';
import { type Column, printable, UNKNOWN } from '../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { age } from './figures.js';

/** An alert and how old it is at the time of the report. */
export type AlertRow = Alert & { ageSeconds: number | null };

export function alertRows({ alerts, generatedAt }: AlertsReport): AlertRow[] {
  return alerts.map((alert) => ({
    ...alert,
    ageSeconds: alert.since && Math.max(0, Math.round((generatedAt.getTime() - alert.since.getTime()) / 1000)),
  }));
}

export const ALERT_COLUMNS: Column<AlertRow>[] = [
  { name: 'severity', header: 'Severity', value: (a) => a.severity, text: label, fromWidth: 0 },
  { name: 'company', header: 'Company', value: companyOf, shrinks: true, fromWidth: 0 },
  { name: 'id', header: 'Id', value: (a) => a.companyId, shrinks: true },
  { name: 'code', header: 'Code', value: (a) => a.code },
  { name: 'message', header: 'What', value: (a) => a.message, shrinks: true, fromWidth: 0 },
  { name: 'age', header: 'For', value: (a) => a.ageSeconds, text: ageOf, align: 'right', fromWidth: 0 },
  { name: 'since', header: 'Since', value: (a) => a.since?.toISOString() ?? null },
  { name: 'command', header: 'Try', value: (a) => a.command, fromWidth: 0 },
];

const COLORS: Record<Alert['severity'], string> = { critical: '#EF4444', warning: '#F59E0B' };
/** Under an alert's first line: as far in as its severity is wide. */
const INDENT = 13;

function label({ severity }: AlertRow): string {
  return `${statusIcon(severity)} ${severity}`;
}

function companyOf({ companyId, companyName }: AlertRow): string {
  return companyName ?? companyId ?? 'platform';
}

function ageOf({ ageSeconds }: AlertRow): string {
  return ageSeconds === null ? UNKNOWN : ageSeconds === 0 ? 'new' : age(ageSeconds);
}

/** Each alert on lines of its own, so that nothing of it is cut. */
export function alertsText(report: AlertsReport, rows: readonly AlertRow[], terminal: Terminal): string {
  const { chalk, width } = terminal;
  const lines = [chalk.bold(headline(report)), ...(rows.length > 0 ? [''] : [])];
  for (const row of rows) {
    const who = row.companyId === null ? '' : `${companyOf(row)}: `;
    const [first = '', ...rest] = wrap(printable(`${who}${row.message}`), width - INDENT);
    lines.push(`${chalk.hex(COLORS[row.severity])(label(row).padEnd(INDENT))}${first}`);
    lines.push(...rest.map((line) => `${' '.repeat(INDENT)}${line}`));
    // A command that is longer than the line stays whole: it is there to be copied.
    const since = row.ageSeconds === null ? 'since unknown' : row.ageSeconds === 0 ? 'new' : `for ${ageOf(row)}`;
    const next = wrap(`${since} · ${printable(row.command)}`, width - INDENT);
    lines.push(...next.map((line) => `${' '.repeat(INDENT)}${chalk.dim(line)}`));
  }
  return lines.join('\n');
}

/** The same with the columns that were asked for. */
export function alertsTable(
  rows: readonly AlertRow[],
  columns: readonly Column<AlertRow>[],
  terminal: Terminal,
): string {
  const paint = (text: string, column: Column<AlertRow>, row: AlertRow) =>
    column.name === 'severity' ? terminal.chalk.hex(COLORS[row.severity])(text) : text;
  return renderTable(rows, columns, terminal, paint);
}

export function alertsMarkdown(
  report: AlertsReport,
  rows: readonly AlertRow[],
  columns: readonly Column<AlertRow>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  const table = rows.length > 0 ? ['', renderMarkdown(rows, columns)] : [];
  return [headline(report), ...(warnings.length > 0 ? ['', ...warnings] : []), ...table].join('\n');
}

/** e.g. `2 critical, 3 warnings`, or that there is nothing. */
export function headline({ counts, complete, snapshot }: AlertsReport): string {
  const { critical, warning } = counts;
  const parts = [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warning > 0 ? [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  const of = snapshot === null ? '' : ` (by a snapshot ${age(snapshot.ageSeconds)} old)`;
  if (parts.length > 0) return `${parts.join(', ')}${of}`;
  return complete ? `Nothing needs attention${of}.` : `Nothing was found${of}, but not everything could be measured.`;
}
