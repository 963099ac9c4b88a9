import type { CompanyTtlReport, TtlPoliciesReport } from '../../../core/services/ttl/report.js';
import { type Column, printable } from '../../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { age, count } from '../figures.js';
import { boundsText } from './bounds.js';

export type PolicyRow = TtlPoliciesReport['policies'][number];
export type BoundsRow = CompanyTtlReport['bounds'][number];

const seconds = <Row>(
  name: 'minTtlSeconds' | 'maxTtlSeconds',
  header: string,
): Column<Row & Record<typeof name, number | null>> => ({
  name,
  header,
  value: (row) => row[name],
  text: (row) => age(row[name] as number),
  align: 'right',
  fromWidth: 0,
});

export const POLICY_COLUMNS: Column<PolicyRow>[] = [
  {
    name: 'companyId',
    header: 'Id',
    value: (r) => r.companyId,
    text: (r) => r.companyId || 'default',
    shrinks: true,
    fromWidth: 110,
  },
  {
    name: 'companyName',
    header: 'Company',
    value: (r) => r.companyName,
    none: '',
    text: (r) => r.companyName ?? '',
    shrinks: true,
    fromWidth: 0,
  },
  { name: 'segment', header: 'Keys', value: (r) => r.segment, none: 'all', shrinks: true, fromWidth: 0 },
  seconds<PolicyRow>('minTtlSeconds', 'Minimum'),
  seconds<PolicyRow>('maxTtlSeconds', 'Maximum'),
  {
    name: 'cachingEnabled',
    header: 'Caching',
    value: (r) => r.cachingEnabled,
    text: (r) => (r.cachingEnabled ? 'on' : 'off'),
  },
  {
    name: 'eventsMax',
    header: 'Events',
    value: (r) => r.eventsMax,
    text: (r) => count(r.eventsMax),
    align: 'right',
    fromWidth: 100,
  },
  { name: 'reason', header: 'Why', value: (r) => r.reason, shrinks: true, fromWidth: 0 },
  { name: 'setBy', header: 'Set by', value: (r) => r.setBy, shrinks: true, fromWidth: 0 },
  {
    name: 'setAt',
    header: 'When',
    value: (r) => r.setAt.toISOString(),
    text: (r) => r.setAt.toISOString().slice(0, 10),
    fromWidth: 0,
  },
  { name: 'version', header: 'Version', value: (r) => r.version, align: 'right' },
];

export const BOUNDS_COLUMNS: Column<BoundsRow>[] = [
  { name: 'segment', header: 'Keys', value: (r) => r.segment, none: 'all others', shrinks: true, fromWidth: 0 },
  seconds<BoundsRow>('minTtlSeconds', 'Minimum'),
  seconds<BoundsRow>('maxTtlSeconds', 'Maximum'),
  { name: 'ttl', header: 'They live', value: boundsText, fromWidth: 0 },
  { name: 'source', header: 'By the word of', value: (r) => r.source, text: sourceText, fromWidth: 0 },
];

function sourceText({ source }: BoundsRow): string {
  return source === 'company'
    ? "the company's policy"
    : source === 'default'
      ? 'the default policy'
      : 'the application';
}

export function policiesText(
  rows: readonly PolicyRow[],
  columns: readonly Column<PolicyRow>[],
  terminal: Terminal,
): string {
  // The default has no id and no name: it is told apart by one of the two columns.
  const named = columns.map((column) =>
    column.name === 'companyName' ? { ...column, value: nameOf, text: nameOf } : column,
  );
  return rows.length === 0
    ? 'There are no policies: TTLs are as the applications say.'
    : renderTable(rows, named, terminal);
}

function nameOf({ companyId, companyName }: PolicyRow): string {
  return companyId === '' ? 'default' : (companyName ?? companyId);
}

export function companyTtlText(
  report: CompanyTtlReport,
  rows: readonly BoundsRow[],
  columns: readonly Column<BoundsRow>[],
  terminal: Terminal,
): string {
  return [
    ...lines(report)
      .flatMap((line) => wrap(line, terminal.width))
      .map((line, i) => (i === 0 ? terminal.chalk.bold(line) : line)),
    '',
    renderTable(rows, columns, terminal),
  ].join('\n');
}

export function companyTtlMarkdown(
  report: CompanyTtlReport,
  rows: readonly BoundsRow[],
  columns: readonly Column<BoundsRow>[],
): string {
  return [...lines(report).map((line) => `${markdownText(line)}  `), '', renderMarkdown(rows, columns)].join('\n');
}

function lines({ companyId, companyName, own, cachingEnabled, eventsMax }: CompanyTtlReport): string[] {
  const name = companyName === null ? companyId : `${companyName} (${companyId})`;
  const by =
    own &&
    `Its own policy: version ${own.version}, set by ${own.setBy} on ${own.setAt.toISOString().slice(0, 10)}${own.reason === '' ? '' : `: ${own.reason}`}`;
  return [
    printable(`TTLs of ${name}`),
    ...(by === null ? ['It has no policy of its own.'] : [printable(by)]),
    ...(cachingEnabled ? [] : ['Caching is turned off: nothing is stored.']),
    `Events kept: at most ${count(eventsMax.value)}`,
  ];
}
