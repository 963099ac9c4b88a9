import type { CompanyView } from '../../core/domain/company-view.js';
import { formatBytes } from '../../core/domain/format.js';
import type { CompaniesReport } from '../../core/services/companies/report.js';
import { type Column, printable } from '../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { age, count, dollars, duration, milliseconds, money, percent } from './figures.js';
import { statusCounts, statusLabel } from './status.js';

/** What Redis, and what MongoDB costs for a company in a month. */
export const REDIS_COST: Column<CompanyView> = {
  name: 'redisCost',
  header: 'Redis',
  value: (c) => c.costs.redis,
  text: (c) => dollars(c.costs.redis),
  align: 'right',
};
export const MONGODB_COST: Column<CompanyView> = {
  name: 'mongodbCost',
  header: 'MongoDB',
  value: (c) => c.costs.mongodb,
  text: (c) => dollars(c.costs.mongodb),
  align: 'right',
};

/** The columns of the company list; the master plan's six fit 80 characters. */
export const COMPANY_COLUMNS: Column<CompanyView>[] = [
  { name: 'status', header: 'Status', value: (c) => c.status.code, text: statusLabel, fromWidth: 0 },
  {
    name: 'score',
    header: 'Score',
    value: (c) => c.status.score,
    text: (c) => (c.status.score ?? 0).toFixed(0),
    align: 'right',
    fromWidth: 110,
  },
  {
    name: 'name',
    header: 'Company',
    value: (c) => c.companyName ?? c.companyId,
    text: nameOf,
    shrinks: true,
    fromWidth: 0,
  },
  { name: 'id', header: 'Id', value: (c) => c.companyId, shrinks: true, fromWidth: 140 },
  {
    name: 'size',
    header: 'Cache',
    value: (c) => c.metrics.cacheBytes,
    text: (c) => c.metrics.cacheSize,
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'keys',
    header: 'Keys',
    value: (c) => c.metrics.keys,
    text: (c) => count(c.metrics.keys),
    align: 'right',
    fromWidth: 100,
  },
  {
    name: 'hitRate',
    header: 'Hit rate',
    value: (c) => c.metrics.hitRate,
    text: (c) => percent(c.metrics.hitRate),
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'response',
    header: 'Response',
    value: (c) => c.metrics.avgResponseMs,
    text: (c) => milliseconds(c.metrics.avgResponseMs),
    align: 'right',
    fromWidth: 120,
  },
  {
    name: 'cost',
    header: 'Cost/month',
    value: (c) => c.metrics.cost,
    text: (c) => `${dollars(c.metrics.cost)}${costIsPartial(c) ? '+' : ''}`,
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'budget',
    header: 'Budget',
    value: (c) => c.budget.percentUsed,
    text: (c) => percent(c.budget.percentUsed),
    align: 'right',
    fromWidth: 90,
  },
  {
    name: 'callsPerDay',
    header: 'Calls/day',
    value: (c) => c.metrics.callsPerDay,
    text: (c) => count(c.metrics.callsPerDay),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'clears', header: 'Clears 24h', value: (c) => c.metrics.clears24h, align: 'right', fromWidth: 140 },
  { name: 'orphan', header: 'Orphan', value: (c) => c.orphan },
  REDIS_COST,
  MONGODB_COST,
  {
    name: 'twilioCost',
    header: 'Twilio',
    value: (c) => c.costs.twilio,
    text: (c) => dollars(c.costs.twilio),
    align: 'right',
  },
];

/** The name, or the id of a company whose name is unknown; an orphan is said to be one. */
function nameOf(company: CompanyView): string {
  const name = company.companyName ?? company.companyId;
  return company.orphan === true ? `${name} (orphan)` : name;
}

/** Banner and table for a terminal. `rows` are the companies to show; the banner is always the whole platform's. */
export function companiesTable(
  report: CompaniesReport,
  rows: readonly CompanyView[],
  columns: readonly Column<CompanyView>[],
  terminal: Terminal,
): string {
  const { chalk } = terminal;
  const painters: Record<string, (text: string, company: CompanyView) => string> = {
    status: (text, company) => chalk.hex(company.status.color)(text),
    budget: (text, company) =>
      company.budget.status === 'critical'
        ? chalk.hex('#EF4444')(text)
        : company.budget.status === 'warning'
          ? chalk.hex('#F59E0B')(text)
          : text,
  };
  const table = renderTable(rows, columns, terminal, (text, column, row) => painters[column.name]?.(text, row) ?? text);
  const notes = footnotes(rows, columns).flatMap((note) => wrap(note, terminal.width));
  return [
    ...banner(report).flatMap((line, i) =>
      wrap(line, terminal.width).map((part) => (i === 0 ? chalk.bold(part) : part)),
    ),
    '',
    rows.length > 0 ? table : 'No companies to show.',
    ...(notes.length > 0 ? ['', ...notes.map((line) => chalk.dim(line))] : []),
  ].join('\n');
}

/** What a reader of the table may wonder about. */
function footnotes(rows: readonly CompanyView[], columns: readonly Column<CompanyView>[]): string[] {
  const notes: string[] = [];
  const unknown = [...new Set(rows.flatMap((c) => c.costs.unknown))].filter((term) => !term.startsWith('twilio'));
  if (unknown.length > 0 && columns.some((column) => column.name === 'cost')) notes.push(unknownCostNote(unknown));
  if (rows.length > 0 && rows.every((c) => c.metrics.hitRate === null))
    notes.push('Hit rates are unknown because nothing records accesses: `rcm doctor` tells what to do.');
  return notes;
}

/** Whether a term of its infrastructure cost is unknown; Twilio's are none of it. */
function costIsPartial({ costs }: CompanyView): boolean {
  return costs.unknown.some((term) => !term.startsWith('twilio'));
}

/** What the + after a cost means. */
export function unknownCostNote(terms: readonly string[]): string {
  return `+ a part of this cost is unknown (${terms.join(', ')}): the sum of the known parts is shown.`;
}

/** The platform in two or three lines. */
export function banner({ companies: all, platformStats: p, window, snapshot }: CompaniesReport): string[] {
  const companies = `${count(p.companies.total)} ${p.companies.total === 1 ? 'company' : 'companies'}   ${statusCounts(p.companies)}`;
  const figures = [
    `Memory ${p.totalMemory}`,
    `Hit rate ${percent(p.avgHitRate)} (${duration(window.seconds)})`,
    `Cost ${dollars(p.totalCost)}${all.some(costIsPartial) ? '+' : ''}/month${p.unallocatedCost ? ` + ${dollars(p.unallocatedCost)} unallocated` : ''}`,
  ];
  const server = [
    p.redisUsedMemoryBytes === null ? '' : `Redis uses ${formatBytes(p.redisUsedMemoryBytes)}`,
    p.uptimeSeconds === null ? '' : `up ${age(p.uptimeSeconds)}`,
    snapshot === null ? '' : `figures from a snapshot ${age(snapshot.ageSeconds)} old`,
  ].filter((part) => part !== '');
  return [companies, figures.join(' · '), ...(server.length > 0 ? [server.join(' · ')] : [])];
}

export function companiesMarkdown(
  report: CompaniesReport,
  rows: readonly CompanyView[],
  columns: readonly Column<CompanyView>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  return [
    ...banner(report).map((line) => `${line}  `),
    '',
    ...(warnings.length > 0 ? [...warnings, ''] : []),
    renderMarkdown(rows, columns),
  ].join('\n');
}

/** The report as machines get it: money rounded to 6 decimals, nothing else. */
export function companiesJson(report: CompaniesReport, rows: readonly CompanyView[]): CompaniesReport {
  const { totalCost, unallocatedCost } = report.platformStats;
  return {
    ...report,
    companies: rows.map(companyJson),
    platformStats: { ...report.platformStats, totalCost: money(totalCost), unallocatedCost: money(unallocatedCost) },
  };
}

export function companyJson(company: CompanyView): CompanyView {
  const { redis, mongodb, infrastructure, twilio } = company.costs;
  const line = <T extends { allocated: number | null; used: number | null; remaining: number | null }>(l: T): T => ({
    ...l,
    allocated: money(l.allocated),
    used: money(l.used),
    remaining: money(l.remaining),
  });
  const { lines } = company.budget;
  return {
    ...company,
    metrics: { ...company.metrics, cost: money(company.metrics.cost) },
    costs: {
      ...company.costs,
      redis: money(redis),
      mongodb: money(mongodb),
      infrastructure: money(infrastructure),
      twilio: money(twilio),
    },
    budget: {
      ...line(company.budget),
      lines: { cache: line(lines.cache), storage: line(lines.storage), calls: line(lines.calls) },
    },
  };
}
