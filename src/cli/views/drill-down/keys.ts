import type { CachedKey, DrillDownReport } from '../../../core/services/drill-down/report.js';
import { bar } from '../../charts/bar.js';
import type { Column } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import type { Terminal } from '../../terminal.js';
import { age, count, percent } from '../figures.js';

export const KEY_COLUMNS: Column<CachedKey>[] = [
  { name: 'key', header: 'Largest keys', value: (k) => k.key, shrinks: true },
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

/** In a table a key that never expires says so; in a CSV it has no number. */
const SHOWN_KEY_COLUMNS = KEY_COLUMNS.map(
  (column): Column<CachedKey> =>
    column.name === 'ttlSeconds'
      ? { ...column, value: (k) => (k.ttlSeconds === null ? 'never' : age(k.ttlSeconds)) }
      : column,
);

type Group = DrillDownReport['metrics']['keys']['byType'][number];

const BAR = 20;

export function groupColumns(header: string): Column<Group>[] {
  return [
    { name: 'name', header, value: (g) => (g.name === '' ? '(no segment)' : g.name), shrinks: true },
    { name: 'keys', header: 'Keys', value: (g) => g.keys, text: (g) => count(g.keys), align: 'right' },
    { name: 'bytes', header: 'Size', value: (g) => g.bytes, text: (g) => g.size, align: 'right' },
    { name: 'percent', header: '', value: (g) => g.percent, text: (g) => percent(g.percent), align: 'right' },
    { name: 'bar', header: '', value: (g) => bar(g.percent, BAR) },
  ];
}

/** Segments shown on a screen; all of them are in the JSON. */
const MOST_SEGMENTS = 8;

export function groupsOf(report: DrillDownReport): { header: string; groups: Group[] }[] {
  const { byType, bySegment, byTtl } = report.metrics.keys;
  return [
    { header: 'By type', groups: byType },
    { header: 'By segment', groups: bySegment.slice(0, MOST_SEGMENTS) },
    { header: 'By TTL', groups: byTtl },
  ];
}

/** The keys by type, segment and time left, and the largest of them. */
export function keysText(report: DrillDownReport, terminal: Terminal): string[] {
  const { cachedKeys, keys } = report.metrics;
  if (keys.total === 0) return ['There are no keys.'];
  const paint = (text: string, column: Column<Group>) => (column.name === 'bar' ? terminal.chalk.blue(text) : text);
  return [
    ...groupsOf(report).flatMap(({ header, groups }) => [
      renderTable(groups, groupColumns(header), terminal, paint),
      '',
    ]),
    ...(cachedKeys.length > 0 ? [renderTable(cachedKeys, SHOWN_KEY_COLUMNS, terminal)] : []),
  ];
}

export { SHOWN_KEY_COLUMNS };
