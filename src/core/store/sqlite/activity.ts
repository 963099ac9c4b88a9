import { setImmediate } from 'node:timers/promises';
import {
  ACCESS_EVENT_TYPES,
  ACCESS_EVENTS_PER_COMPANY_AND_DAY,
  type ActivityEntry,
  type ActivityType,
} from '../../domain/activity.js';
import { DAY_MS } from '../../domain/units.js';
import { rowLimit } from '../json-safe.js';
import { parseStoredJson } from '../shapes.js';
import type { ActivityFilter, ActivityRepository, EventBatch } from '../store.js';
import { type Database, escapeNul, jsonOf, type Row, type SqlValue } from './database.js';

const ACCESS_TYPES = ACCESS_EVENT_TYPES.map((type) => `'${type}'`).join(', ');

/** The durable log. */
export function activityRepository(db: Database): ActivityRepository {
  const fromRow = (row: Row): ActivityEntry => ({
    companyId: String(row.company_id),
    timestamp: new Date(Number(row.timestamp)),
    eventType: row.event_type as ActivityType,
    key: row.key === null ? null : String(row.key),
    details: parseStoredJson(String(row.details), 'activity', db.path) as ActivityEntry['details'],
    metadata: parseStoredJson(String(row.metadata), 'activity', db.path) as ActivityEntry['metadata'],
  });
  return {
    append: async (entries) => {
      if (entries.length === 0) return;
      db.immediate(() => {
        for (const entry of entries) insert(db, entry);
      });
    },
    list: async (filter) => {
      const { where, params } = condition(filter);
      const sql = `SELECT * FROM activity ${where} ORDER BY timestamp DESC, id DESC LIMIT ?`;
      return db.all(sql, ...params, rowLimit(filter.limit)).map(fromRow);
    },
    eventMarks: async () =>
      new Map(db.rows('SELECT company_id, stream_id FROM event_mark').map(([id, mark]) => [String(id), String(mark)])),
    copyEvents: async (batches) => {
      let copied = 0;
      for (let i = 0; i < batches.length; i += BATCHES_AT_ONCE)
        copied += db.immediate(() =>
          batches.slice(i, i + BATCHES_AT_ONCE).reduce((sum, batch) => sum + copyBatch(db, batch), 0),
        );
      return copied;
    },
    prune: async (now, retention, endMs = Number.POSITIVE_INFINITY) => {
      const old = (condition: string, days: number) =>
        inPortions(endMs, () =>
          db.run(
            `DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE timestamp < ? ${condition}
               ORDER BY timestamp LIMIT ${PORTION})`,
            now.getTime() - days * DAY_MS,
          ),
        );
      const acts = await old('', retention.actDays);
      const accesses = await old(`AND event_type IN (${ACCESS_TYPES})`, retention.accessDays);
      return acts + accesses + pruneExcess(db, Math.floor(now.getTime() / DAY_MS));
    },
  };
}

/** Rows that one transaction removes: others wait for it, and the lease of a run is renewed in between. */
const PORTION = 20_000;

async function inPortions(endMs: number, remove: () => number): Promise<number> {
  for (let gone = 0; ; ) {
    const removed = remove();
    gone += removed;
    if (removed < PORTION || performance.now() >= endMs) return gone;
    await setImmediate();
  }
}

/**
 * Removes the oldest access events of each company that has too many of yesterday or today: what is older was looked at
 * then. Returns how many went.
 */
function pruneExcess(db: Database, today: number): number {
  // Told by the index alone, acts included: the few that may have too many are looked at one by one.
  const days = db.rows(
    `WITH RECURSIVE company(name) AS (SELECT min(company_id) FROM activity UNION ALL
       SELECT (SELECT min(company_id) FROM activity WHERE company_id > name) FROM company WHERE name IS NOT NULL)
     SELECT name, day.value FROM company, json_each(?) day WHERE ? < (SELECT count(*) FROM activity
       WHERE company_id = name AND timestamp >= day.value * ${DAY_MS} AND timestamp < (day.value + 1) * ${DAY_MS})`,
    JSON.stringify([today - 1, today]),
    ACCESS_EVENTS_PER_COMPANY_AND_DAY,
  );
  return days.reduce(
    (sum, [companyId, day]) =>
      sum +
      db.run(
        `DELETE FROM activity WHERE id IN (
           SELECT id FROM activity WHERE company_id = ? AND timestamp >= ? AND timestamp < ?
             AND event_type IN (${ACCESS_TYPES}) ORDER BY timestamp DESC, id DESC LIMIT -1 OFFSET ?)`,
        String(companyId),
        Number(day) * DAY_MS,
        (Number(day) + 1) * DAY_MS,
        ACCESS_EVENTS_PER_COMPANY_AND_DAY,
      ),
    0,
  );
}

/** Companies whose events are copied in one transaction. */
const BATCHES_AT_ONCE = 250;

/** The mark and its events in one transaction: whoever finds the mark moved copies nothing. Returns how many were copied. */
function copyBatch(db: Database, { companyId, after, upTo, entries }: EventBatch): number {
  const mark = db.get('SELECT stream_id FROM event_mark WHERE company_id = ?', companyId)?.stream_id ?? null;
  if (mark !== after) return 0;
  db.run(
    'INSERT INTO event_mark VALUES (?, ?) ON CONFLICT DO UPDATE SET stream_id = excluded.stream_id',
    companyId,
    upTo,
  );
  if (entries.length > 0)
    db.run(
      `INSERT INTO activity (company_id, timestamp, event_type, key, details, metadata)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)`,
      companyId,
      jsonOf(entries.map(({ entry }) => rowOf(entry))),
    );
  return entries.length;
}

function rowOf({ timestamp, eventType, key, details, metadata }: ActivityEntry): (string | number | null)[] {
  const texts = [JSON.stringify(details), JSON.stringify(metadata)].map(escapeNul);
  return [timestamp.getTime(), eventType, key === null ? null : escapeNul(key), ...texts];
}

function insert(db: Database, entry: ActivityEntry): void {
  db.run(
    'INSERT INTO activity (company_id, timestamp, event_type, key, details, metadata) VALUES (?, ?, ?, ?, ?, ?)',
    entry.companyId,
    entry.timestamp.getTime(),
    entry.eventType,
    entry.key,
    JSON.stringify(entry.details),
    JSON.stringify(entry.metadata),
  );
}

function condition(filter: ActivityFilter): { where: string; params: SqlValue[] } {
  const parts: [string, SqlValue[]][] = [];
  if (filter.companyId !== undefined) parts.push(['company_id = ?', [filter.companyId]]);
  if (filter.types) parts.push([`event_type IN (${filter.types.map(() => '?').join(', ')})`, filter.types]);
  if (filter.since) parts.push(['timestamp >= ?', [filter.since.getTime()]]);
  if (filter.until) parts.push(['timestamp <= ?', [filter.until.getTime()]]);
  if (filter.key !== undefined) parts.push(['key = ?', [filter.key]]);
  if (parts.length === 0) return { where: '', params: [] };
  return { where: `WHERE ${parts.map(([sql]) => sql).join(' AND ')}`, params: parts.flatMap(([, params]) => params) };
}
