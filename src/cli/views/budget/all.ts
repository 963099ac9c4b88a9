import { formatExactDollars } from '../../../core/domain/format.js';
import type { BudgetsReport } from '../../../core/services/budget/report.js';
import { type Column, printable } from '../../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';

export type BudgetRow = BudgetsReport['budgets'][number];

const amount = (name: 'cache' | 'storage' | 'calls', header: string): Column<BudgetRow> => ({
  name,
  header,
  value: (r) => r[name],
  text: (r) => (r[name] === null ? 'default' : formatExactDollars(r[name])),
  align: 'right',
  fromWidth: 0,
});

/** The columns of the companies that have a budget of their own; the first six can be imported again. */
export const BUDGET_ROW_COLUMNS: Column<BudgetRow>[] = [
  { name: 'companyId', header: 'Id', value: (r) => r.companyId, shrinks: true, fromWidth: 140 },
  {
    name: 'companyName',
    header: 'Company',
    value: (r) => r.companyName,
    text: (r) => r.companyName ?? r.companyId,
    shrinks: true,
    fromWidth: 0,
  },
  amount('cache', 'Cache'),
  amount('storage', 'Storage'),
  amount('calls', 'Calls'),
  { name: 'reason', header: 'Why', value: (r) => r.reason, shrinks: true, fromWidth: 0 },
  { name: 'setBy', header: 'Set by', value: (r) => r.setBy, shrinks: true, fromWidth: 0 },
  {
    name: 'setAt',
    header: 'When',
    value: (r) => r.setAt.toISOString(),
    text: (r) => r.setAt.toISOString().slice(0, 10),
    fromWidth: 0,
  },
];

/** For people: what is not a company's own is the default, which is known. */
function spelledOut(columns: readonly Column<BudgetRow>[]): Column<BudgetRow>[] {
  return columns.map((column) => ({ ...column, value: (row) => column.value(row) ?? column.text?.(row) ?? null }));
}

/** The default, the thresholds, and who has a budget of its own. */
export function budgetsText(
  report: BudgetsReport,
  rows: readonly BudgetRow[],
  columns: readonly Column<BudgetRow>[],
  terminal: Terminal,
): string {
  const { chalk } = terminal;
  const none = report.budgets.length === 0 ? 'No company has a budget of its own.' : 'No companies to show.';
  const table = renderTable(rows, spelledOut(columns), terminal, (text, { name }, row) =>
    row[name as keyof BudgetRow] === null && name !== 'companyName' ? chalk.dim(text) : text,
  );
  return [
    ...heading(report)
      .flatMap((line) => wrap(line, terminal.width))
      .map((line) => chalk.bold(line)),
    '',
    rows.length > 0 ? table : none,
  ].join('\n');
}

export function budgetsMarkdown(
  report: BudgetsReport,
  rows: readonly BudgetRow[],
  columns: readonly Column<BudgetRow>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  return [
    ...heading(report).map((line) => `${line}  `),
    '',
    ...(warnings.length > 0 ? [...warnings, ''] : []),
    renderMarkdown(rows, spelledOut(columns)),
  ].join('\n');
}

function heading({ defaultPerCompany: standard, thresholds }: BudgetsReport): string[] {
  const amounts = Object.entries(standard).map(([line, value]) => `${line} ${formatExactDollars(value)}`);
  return [
    `Default for every company: ${amounts.join(' · ')} a month`,
    `Warning from ${thresholds.warningPercent}%, critical from ${thresholds.criticalPercent}%`,
  ];
}
