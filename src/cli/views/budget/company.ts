import { formatExactDollars } from '../../../core/domain/format.js';
import { BUDGET_LINES } from '../../../core/domain/pricing-change/setting.js';
import type { CompanyBudgetReport } from '../../../core/services/budget/report.js';
import { bar } from '../../charts/bar.js';
import { type Column, printable } from '../../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { BUDGET_PAINTS } from '../drill-down/cards.js';
import { age, dollars, percent } from '../figures.js';

/** One line of a company's budget. */
export type BudgetLineRow = { line: (typeof BUDGET_LINES)[number] } & CompanyBudgetReport['lines']['cache'];

const BAR = 10;

export const BUDGET_LINE_COLUMNS: Column<BudgetLineRow>[] = [
  { name: 'line', header: 'Budget', value: (l) => l.line, fromWidth: 0 },
  {
    name: 'allocated',
    header: 'Allocated',
    value: (l) => l.allocated,
    text: (l) => formatExactDollars(l.allocated),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'source', header: 'Source', value: (l) => l.source, text: sourceText, fromWidth: 0 },
  { name: 'used', header: 'Used', value: (l) => l.used, text: (l) => dollars(l.used), align: 'right', fromWidth: 0 },
  {
    name: 'remaining',
    header: 'Remaining',
    value: (l) => l.remaining,
    text: (l) => dollars(l.remaining),
    align: 'right',
    fromWidth: 100,
  },
  {
    name: 'percent',
    header: 'Percent',
    value: (l) => l.percentUsed,
    text: (l) => percent(l.percentUsed),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'bar', header: '', value: (l) => bar(l.percentUsed, BAR), fromWidth: 0 },
  {
    name: 'status',
    header: 'Status',
    value: (l) => l.status,
    text: (l) => l.status.replace('_budget', ''),
    fromWidth: 0,
  },
];

/** For machines and Markdown: a bar is for the eye. */
export const BUDGET_LINE_DATA: Column<BudgetLineRow>[] = BUDGET_LINE_COLUMNS.filter(({ name }) => name !== 'bar');

export function lineRows({ lines }: CompanyBudgetReport): BudgetLineRow[] {
  return BUDGET_LINES.map((line) => ({ line, ...lines[line] }));
}

/** One company's three lines, who set them, and what is used of them. */
export function companyBudgetText(
  report: CompanyBudgetReport,
  rows: readonly BudgetLineRow[],
  columns: readonly Column<BudgetLineRow>[],
  terminal: Terminal,
): string {
  const { chalk, width } = terminal;
  const paint = (text: string, { name }: Column<BudgetLineRow>, row: BudgetLineRow) =>
    name === 'bar' || name === 'status' || name === 'percent' ? chalk.hex(BUDGET_PAINTS[row.status])(text) : text;
  return [
    chalk.bold(titleOf(report)),
    '',
    rows.length > 0 ? renderTable(rows, columns, terminal, paint) : 'No lines to show.',
    '',
    ...notes(report)
      .flatMap((note) => wrap(note, width))
      .map((line) => chalk.dim(line)),
  ].join('\n');
}

export function companyBudgetMarkdown(
  report: CompanyBudgetReport,
  rows: readonly BudgetLineRow[],
  columns: readonly Column<BudgetLineRow>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  return [
    `**${markdownText(titleOf(report))}**`,
    '',
    ...(warnings.length > 0 ? [...warnings, ''] : []),
    renderMarkdown(rows, columns),
    '',
    ...notes(report).map((note) => `${markdownText(note)}  `),
  ].join('\n');
}

function titleOf({ companyId, companyName }: CompanyBudgetReport): string {
  return printable(companyName === null ? companyId : `${companyName} (${companyId})`);
}

function notes({ own, thresholds, snapshot, unknown }: CompanyBudgetReport): string[] {
  const by = own && `Own budget set by ${own.setBy} on ${own.setAt.toISOString().slice(0, 10)}`;
  return [
    `Warning from ${thresholds.warningPercent}%, critical from ${thresholds.criticalPercent}%.`,
    by === null ? 'It has no budget of its own.' : `${by}${own?.reason ? `: ${own.reason}` : ', without a reason'}`,
    snapshot === null ? '' : `Used by a snapshot ${age(snapshot.ageSeconds)} old, at today's prices.`,
    unknown.length === 0 ? '' : `Not known, so not counted: ${unknown.join(', ')}.`,
  ]
    .filter((note) => note !== '')
    .map(printable);
}

function sourceText({ source, allocated, default: standard }: BudgetLineRow): string {
  if (source === 'default') return 'default';
  return allocated === standard ? 'own' : `own, not ${formatExactDollars(standard)}`;
}
