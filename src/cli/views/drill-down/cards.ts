import type { BudgetLine } from '../../../core/domain/budget.js';
import type { DrillDownReport } from '../../../core/services/drill-down/report.js';
import { bar } from '../../charts/bar.js';
import { type Column, printable } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { count, dollars, duration, milliseconds, percent, snapshotTime } from '../figures.js';
import { statusLabel } from '../status.js';

type Cards = [cache: string, performance: string, cost: string];

/** Who it is, how it is, and the three cards of the overview. */
export function overviewText(report: DrillDownReport, terminal: Terminal): string[] {
  const { company } = report;
  const { chalk } = terminal;
  const { code, score, color, message } = company.status;
  const name = printable(company.companyName ?? company.companyId);
  const id = company.companyName === null ? '' : chalk.dim(`  ${printable(company.companyId)}`);
  const orphan = company.orphan === true ? chalk.dim('  orphan: keys of no known company') : '';
  const scored = score === null ? '' : `, score ${score.toFixed(0)}`;
  const status = chalk.hex(color)(`${statusLabel(company)}${scored}`);
  return [
    `${chalk.bold(name)}${id}${orphan}`,
    ...(report.snapshot === null ? [] : [chalk.dim(snapshotWords(report.snapshot))]),
    ...(code === 'healthy' ? [status] : [status, ...wrap(message, Math.min(terminal.width, 100))]),
    '',
    renderTable(cardRows(report), cardColumns(report), terminal),
  ];
}

/** What the figures are from, and how old. */
export function snapshotWords(snapshot: NonNullable<DrillDownReport['snapshot']>): string {
  return `from the snapshot of ${snapshotTime(snapshot)}`;
}

function cardColumns({ window }: DrillDownReport): Column<Cards>[] {
  return [
    { name: 'cache', header: 'Cache', value: (row) => row[0] },
    { name: 'performance', header: `Performance (${duration(window.seconds)})`, value: (row) => row[1] },
    { name: 'cost', header: 'Cost per month', value: (row) => row[2] },
  ];
}

export function cardRows({ company: { metrics, costs }, metrics: { performance, keys } }: DrillDownReport): Cards[] {
  const { hits, misses, errors } = performance;
  const never = keys.byTtl?.find((group) => group.toSeconds === null && group.fromSeconds === null);
  const part = costs.unknown.length > 0 ? '+' : '';
  return [
    [
      metrics.cacheSize,
      `hit rate ${percent(metrics.hitRate)}`,
      `${dollars(costs.infrastructure)}${part} infrastructure`,
    ],
    [
      `${count(metrics.keys)} ${metrics.keys === 1 ? 'key' : 'keys'}`,
      `response ${milliseconds(metrics.avgResponseMs)}`,
      `${dollars(costs.redis)} Redis, ${dollars(costs.mongodb)} MongoDB`,
    ],
    [
      metrics.keys === 0 || keys.byTtl === null ? '' : `${percent(never?.percent ?? 0)} never expires`,
      hits === null || misses === null
        ? 'nothing recorded'
        : `${count(hits)} hits, ${count(misses)} misses${errors ? `, ${count(errors)} errors` : ''}`,
      `${dollars(costs.twilio)} Twilio`,
    ],
    ['', `${count(metrics.clears24h)} clears in 24h`, `${count(metrics.callsPerDay)} calls a day`],
  ];
}

type NamedLine = BudgetLine & { name: string };

export const BUDGET_PAINTS: Record<BudgetLine['status'], string> = {
  within_budget: '#10B981',
  warning: '#F59E0B',
  critical: '#EF4444',
  unknown: '#9CA3AF',
};
const BAR = 10;

export const BUDGET_COLUMNS: Column<NamedLine>[] = [
  { name: 'line', header: 'Budget', value: (l) => l.name },
  { name: 'used', header: 'Used', value: (l) => l.used, text: (l) => dollars(l.used), align: 'right' },
  {
    name: 'allocated',
    header: 'Allocated',
    value: (l) => l.allocated,
    text: (l) => dollars(l.allocated),
    align: 'right',
  },
  {
    name: 'remaining',
    header: 'Remaining',
    value: (l) => l.remaining,
    text: (l) => dollars(l.remaining),
    align: 'right',
  },
  { name: 'percent', header: '', value: (l) => l.percentUsed, text: (l) => percent(l.percentUsed), align: 'right' },
  { name: 'bar', header: '', value: (l) => bar(l.percentUsed, BAR) },
  { name: 'status', header: '', value: (l) => l.status.replace('_budget', '') },
];

export function budgetLines({ company: { budget } }: DrillDownReport): NamedLine[] {
  return [
    { name: 'cache (Redis)', ...budget.lines.cache },
    { name: 'storage (MongoDB)', ...budget.lines.storage },
    { name: 'calls (Twilio)', ...budget.lines.calls },
  ];
}

/** The three budget lines, and what each cost is made of. */
export function costText(report: DrillDownReport, terminal: Terminal): string[] {
  const { chalk } = terminal;
  const paint = (text: string, column: Column<NamedLine>, row: NamedLine) =>
    column.name === 'bar' || column.name === 'status' ? chalk.hex(BUDGET_PAINTS[row.status])(text) : text;
  const terms = report.metrics.costs.terms.map(({ term, cost }) => `${term} ${dollars(cost)}`).join(' · ');
  return [
    renderTable(budgetLines(report), BUDGET_COLUMNS, terminal, paint),
    ...wrap(terms, Math.min(terminal.width, 120)).map((line) => chalk.dim(line)),
  ];
}
