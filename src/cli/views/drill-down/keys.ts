import type { CachedKey, DrillDownReport } from '../../../core/services/drill-down/report.js';
import { bar } from '../../charts/bar.js';
import type { Column } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import type { Terminal } from '../../terminal.js';
import { age, count, percent } from '../figures.js';

/** The largest keys, a row each, raw. */
export const KEY_COLUMNS: Column<CachedKey>[] = [
  { name: 'key', header: 'Largest keys', value: (k) => k.key, shrinks: 'middle' },
  { name: 'type', header: 'Type', value: (k) => k.type },
  { name: 'bytes', header: 'Size', value: (k) => k.bytes, text: (k) => k.size, align: 'right' },
  { name: 'percent', header: '', value: (k) => k.percent, text: (k) => percent(k.percent), align: 'right' },
  { name: 'ttlSeconds', header: 'TTL', value: (k) => k.ttlSeconds, align: 'right' },
  {
    name: 'idleSeconds',
    header: 'Idle',
    value: (k) => k.idleSeconds,
    text: (k) => age(k.idleSeconds ?? 0),
    align: 'right',
  },
];

/** The same for people: a key that never expires says so; in a CSV it has no number. */
export const SHOWN_KEY_COLUMNS = KEY_COLUMNS.map(
  (column): Column<CachedKey> =>
    column.name === 'ttlSeconds'
      ? { ...column, value: (k) => (k.ttlSeconds === null ? 'never' : age(k.ttlSeconds)) }
      : column,
);

type Group = NonNullable<DrillDownReport['metrics']['keys']['byType']>[number];
/** A group with what it is a group by, named once. */
type GroupRow = Group & { by: string };

const BAR = 20;

export const GROUP_COLUMNS: Column<GroupRow>[] = [
  { name: 'by', header: 'By', value: (g) => g.by },
  { name: 'name', header: '', value: (g) => (g.name === '' ? '(none)' : g.name), shrinks: true },
  { name: 'keys', header: 'Keys', value: (g) => g.keys, text: (g) => count(g.keys), align: 'right' },
  { name: 'bytes', header: 'Size', value: (g) => g.bytes, text: (g) => g.size, align: 'right' },
  { name: 'percent', header: '', value: (g) => g.percent, text: (g) => percent(g.percent), align: 'right' },
  { name: 'bar', header: '', value: (g) => bar(g.percent, BAR) },
];

/** Segments shown on a screen; more of them are in the JSON. */
const MOST_SEGMENTS = 8;

/** The keys by type, by segment and by time left. */
export function groupRows({ metrics: { keys } }: DrillDownReport): GroupRow[] {
  const named = (by: string, groups: readonly Group[] | null) =>
    (groups ?? []).map((group, i) => ({ ...group, by: i === 0 ? by : '' }));
  return [
    ...named('type', keys.byType),
    ...named('segment', keys.bySegment?.slice(0, MOST_SEGMENTS) ?? null),
    ...named('TTL', keys.byTtl),
  ];
}

export function keysText(report: DrillDownReport, terminal: Terminal): string[] {
  const { cachedKeys, keys } = report.metrics;
  // Of a snapshot, which holds none, that is said as a warning.
  if (cachedKeys === null) return [];
  if (keys.total === 0) return ['There are no keys.', ''];
  const paint = (text: string, column: Column<GroupRow>) =>
    column.name === 'bar' ? terminal.chalk.blue(text) : column.name === 'by' ? terminal.chalk.bold(text) : text;
  return [
    renderTable(groupRows(report), GROUP_COLUMNS, terminal, paint),
    ...(cachedKeys.length > 0 ? ['', renderTable(cachedKeys, SHOWN_KEY_COLUMNS, terminal)] : []),
    '',
  ];
}
