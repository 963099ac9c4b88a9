import type { FeedType } from '../../core/domain/activity-feed.js';
import type { ActivityReportEntry } from '../../core/services/activity/report.js';
import type { Column } from '../table/column.js';
import { renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { age, milliseconds } from './figures.js';

type Entry = ActivityReportEntry;

const COMPANY: Column<Entry> = {
  name: 'company',
  header: 'Company',
  value: (e) => e.companyName ?? e.companyId,
  text: (e) => e.companyName ?? e.companyId ?? '',
  shrinks: true,
};

const COLUMNS: Column<Entry>[] = [
  {
    name: 'time',
    header: 'Time (UTC)',
    value: (e) => e.timestamp.toISOString(),
    text: (e) => e.timestamp.toISOString().slice(0, 19).replace('T', ' '),
    fromWidth: 0,
  },
  {
    name: 'age',
    header: 'Age',
    value: (e) => e.ageSeconds,
    text: (e) => age(e.ageSeconds),
    align: 'right',
    fromWidth: 110,
  },
  { name: 'type', header: 'Type', value: (e) => e.type, fromWidth: 0 },
  COMPANY,
  { name: 'id', header: 'Id', value: (e) => e.companyId, shrinks: true },
  { name: 'key', header: 'Key', value: (e) => e.key, shrinks: 'middle', fromWidth: 0 },
  { name: 'size', header: 'Size', value: (e) => e.sizeBytes, text: (e) => e.size ?? '', align: 'right', fromWidth: 90 },
  {
    name: 'duration',
    header: 'Took',
    value: (e) => e.durationMs,
    text: (e) => milliseconds(e.durationMs),
    align: 'right',
    fromWidth: 100,
  },
  { name: 'actor', header: 'Actor', value: (e) => e.actor, shrinks: true, fromWidth: 120 },
  {
    name: 'detail',
    header: 'Detail',
    value: (e) => e.detail,
    text: (e) => (e.reason === null ? e.detail : `${e.detail} (${e.reason})`),
    shrinks: true,
    fromWidth: 0,
  },
  { name: 'reason', header: 'Reason', value: (e) => e.reason, shrinks: true },
  { name: 'source', header: 'Source', value: (e) => e.source },
];

/** @param ofOne one company's activity: its name on every line would say nothing */
export function activityColumns(ofOne: boolean): Column<Entry>[] {
  return ofOne ? COLUMNS : COLUMNS.map((column) => (column === COMPANY ? { ...COMPANY, fromWidth: 0 } : column));
}

const COLOURS: Partial<Record<FeedType, string>> = {
  hit: '#10B981',
  miss: '#F59E0B',
  delete: '#EF4444',
  evict: '#EF4444',
  clear: '#EF4444',
};

/** Types in colour. */
export function paintActivity({ chalk }: Terminal): (text: string, column: Column<Entry>, row: Entry) => string {
  return (text, column, row) => {
    if (column.name !== 'type') return text;
    const colour = COLOURS[row.type];
    return colour === undefined ? chalk.bold(text) : chalk.hex(colour)(text);
  };
}

/** The newest entries as a table. @param narrowed whether something was asked for that others may not fit */
export function activityText(
  rows: readonly Entry[],
  columns: readonly Column<Entry>[],
  terminal: Terminal,
  { narrowed, complete }: { narrowed: boolean; complete: boolean },
): string {
  if (rows.length > 0) return renderTable(rows, columns, terminal, paintActivity(terminal));
  if (!complete) return 'Nothing is recorded in what could be read.';
  if (narrowed) return 'Nothing that is recorded fits what was asked for.';
  return wrap(
    'Nothing is recorded yet. Accesses are recorded by applications that use the client (docs/recording.md; `rcm doctor` tells whether any does); clears, restores and changes of prices or budgets by rcm itself.',
    Math.min(terminal.width, 100),
  ).join('\n');
}
