import { setImmediate } from 'node:timers/promises';
import {
  addSpans,
  type CounterHour,
  type CounterSpan,
  type CounterSum,
  dayOf,
  hasCounts,
  PLATFORM_ID,
  settledSpans,
} from '../../domain/counter-hours.js';
import { COUNTER_NAMES, type Counters } from '../../domain/counters.js';
import { DAY_MS, HOUR_MS } from '../../domain/units.js';
import type { CounterHourRepository } from '../store.js';
import type { Database } from './database.js';

/** The columns of COUNTER_NAMES, in their order: some names are SQL's own words. */
const COLUMNS = [
  'hit', 'miss', 'sets', 'dels', 'clears', 'errors', 'hit_us', 'miss_us', 'bytes',
  'b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'expires', 'evicts',
] as const; // biome-ignore format: a table
const LIST = COLUMNS.join(', ');
const SUMS = COLUMNS.map((name) => `sum(${name})`).join(', ');
/** Each counter becomes the larger of both; max() of SQLite is null where one of them is. */
const LARGER = COLUMNS.map((c) => `${c} = max(ifnull(${c}, excluded.${c}), ifnull(excluded.${c}, ${c}))`).join(', ');
const HOURS_PER_DAY = DAY_MS / HOUR_MS;
/** Rows that one statement writes. */
const ROWS_AT_ONCE = 2000;

/** What applications counted: rows of numbers, by the hour and by the day. */
export function counterHourRepository(db: Database): CounterHourRepository {
  return {
    marks: async (sinceMs) => {
      // One row a company: tens of thousands of small rows would take longer than all else.
      const rows = db.rows(
        `SELECT u.company_id, group_concat(c.hour || ':' || ifnull(c.mark, ''))
         FROM counter_hour c JOIN counter_subject u ON u.id = c.subject_id
         WHERE c.hour >= ? AND u.company_id <> '${PLATFORM_ID}' GROUP BY c.subject_id`,
        Math.ceil(sinceMs / HOUR_MS),
      );
      return new Map(rows.map(([id, text]) => [String(id), marksOf(String(text))]));
    },
    put: async (hours) => {
      const counted = hours.filter(({ counters }) => hasCounts(counters));
      if (counted.length > 0) db.immediate(() => putHours(db, counted));
    },
    range: async (companyId, fromMs, toMs) => {
      const of = (table: 'hour' | 'day', unitMs: number): CounterSpan[] =>
        db
          .rows(
            // The key begins with the time: each time within the range is looked up with the company.
            `WITH RECURSIVE t(at) AS (SELECT ? UNION ALL SELECT at + 1 FROM t WHERE at + 1 < ?)
             SELECT c.${table}, ${LIST} FROM t CROSS JOIN counter_${table} c ON c.${table} = t.at AND c.subject_id =
               (SELECT id FROM counter_subject WHERE company_id = ?)
             WHERE t.at < ?`,
            ...bounded(db, table, fromMs / unitMs, toMs / unitMs),
            companyId,
            Math.ceil(toMs / unitMs),
          )
          .map((row) => spanOf(row, unitMs));
      return settledSpans(of('hour', HOUR_MS), of('day', DAY_MS));
    },
    sums: async (fromMs, toMs) => {
      const from = Math.ceil(fromMs / HOUR_MS);
      const to = Math.ceil(toMs / HOUR_MS);
      const lastDay = db.get('SELECT max(day) AS day FROM counter_day')?.day;
      // Up to the newest merged day hours may lie beside it; after it they are simply added up.
      const alone = lastDay == null ? from : Math.min(to, Math.max(from, (Number(lastDay) + 1) * HOURS_PER_DAY));
      const sums = new Map<string, CounterSum>();
      const summed = db.rows(
        `SELECT u.company_id, min(c.hour), ${SUMS} FROM counter_hour c JOIN counter_subject u ON u.id = c.subject_id
         WHERE c.hour >= ? AND c.hour < ? AND u.company_id <> '${PLATFORM_ID}' GROUP BY c.subject_id`,
        alone,
        to,
      );
      for (const [id, hour, ...counters] of summed)
        sums.set(String(id), { counters: countersOf(counters), firstMs: Number(hour) * HOUR_MS });
      if (alone > from) addMerged(db, sums, fromMs, alone * HOUR_MS);
      return sums;
    },
    oldest: async () => {
      const row = db.get(
        'SELECT (SELECT min(hour) FROM counter_hour) AS hour, (SELECT min(day) FROM counter_day) AS day',
      );
      const starts = [
        row?.hour == null ? null : Number(row.hour) * HOUR_MS,
        row?.day == null ? null : Number(row.day) * DAY_MS,
      ];
      const known = starts.filter((start) => start !== null);
      return known.length === 0 ? null : Math.min(...known);
    },
    prune: async (now, { hourlySnapshotsDays, snapshotDays }, endMs = Number.POSITIVE_INFINITY) => {
      const merged = dayOf(now.getTime()) - hourlySnapshotsDays;
      let gone = 0;
      // A day at a time: nobody waits long for the lock, and the lease of a run is renewed in between.
      while (performance.now() < endMs) {
        const oldest = db.get('SELECT min(hour) AS hour FROM counter_hour')?.hour;
        if (oldest == null) break;
        const day = Math.floor(Number(oldest) / HOURS_PER_DAY);
        if (day >= merged) break;
        gone += db.immediate(() => mergeDay(db, day));
        await setImmediate();
      }
      return gone + db.run('DELETE FROM counter_day WHERE day < ?', dayOf(now.getTime()) - snapshotDays);
    },
  };
}

/** The part of a range in which there are rows at all, so that a range from 1970 on is not looked through hour by hour. */
function bounded(db: Database, table: 'hour' | 'day', from: number, to: number): [number, number] {
  const row = db.get(
    `SELECT (SELECT min(${table}) FROM counter_${table}) AS first, (SELECT max(${table}) FROM counter_${table}) AS last`,
  );
  const first = Math.max(Math.ceil(from), Number(row?.first ?? 0));
  return [first, Math.min(Math.ceil(to), Number(row?.last ?? -1) + 1)];
}

function putHours(db: Database, hours: readonly CounterHour[]): void {
  const ids = subjectIds(db, [PLATFORM_ID, ...hours.map(({ companyId }) => companyId)]);
  for (let i = 0; i < hours.length; i += ROWS_AT_ONCE) {
    const rows = hours
      .slice(i, i + ROWS_AT_ONCE)
      .map(({ companyId, hourMs, counters, mark }) => [
        hourMs / HOUR_MS,
        ids.get(companyId),
        mark,
        ...COUNTER_NAMES.map((name) => counters[name] ?? null),
      ]);
    const values = Array.from({ length: COLUMNS.length + 3 }, (_, n) => `value ->> ${n}`).join(', ');
    db.run(
      `INSERT INTO counter_hour (hour, subject_id, mark, ${LIST}) SELECT ${values} FROM json_each(?) WHERE true
       ON CONFLICT (hour, subject_id) DO UPDATE SET mark = excluded.mark, ${LARGER}`,
      JSON.stringify(rows),
    );
  }
  const touched = [...new Set(hours.map(({ hourMs }) => hourMs / HOUR_MS))];
  const platform = ids.get(PLATFORM_ID) as number;
  db.run(
    `INSERT INTO counter_hour (hour, subject_id, mark, ${LIST})
       SELECT hour, ?, NULL, ${SUMS} FROM counter_hour
       WHERE hour IN (SELECT value FROM json_each(?)) AND subject_id <> ? GROUP BY hour
     ON CONFLICT (hour, subject_id) DO UPDATE SET ${LARGER}`,
    platform,
    JSON.stringify(touched),
    platform,
  );
}

function subjectIds(db: Database, companyIds: readonly string[]): Map<string, number> {
  const known = new Map(
    db.rows('SELECT company_id, id FROM counter_subject').map(([company, id]) => [String(company), Number(id)]),
  );
  for (const companyId of companyIds) {
    if (known.has(companyId)) continue;
    db.run('INSERT INTO counter_subject (company_id) VALUES (?)', companyId);
    known.set(companyId, Number(db.get('SELECT id FROM counter_subject WHERE company_id = ?', companyId)?.id));
  }
  return known;
}

/** In one transaction, so that an hour is counted either by itself or in its day. Returns how many rows went. */
function mergeDay(db: Database, day: number): number {
  const [from, to] = [day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY];
  db.run(
    `INSERT INTO counter_day (day, subject_id, ${LIST})
       SELECT ?, subject_id, ${SUMS} FROM counter_hour WHERE hour >= ? AND hour < ? GROUP BY subject_id
     ON CONFLICT (day, subject_id) DO UPDATE SET ${LARGER}`,
    day,
    from,
    to,
  );
  return db.run('DELETE FROM counter_hour WHERE hour >= ? AND hour < ?', from, to);
}

/** Adds what lies in merged days, and hours that are left beside them: few rows, or none, unless the range is long. */
function addMerged(db: Database, sums: Map<string, CounterSum>, fromMs: number, toMs: number): void {
  const spans = new Map<string, { hours: CounterSpan[]; days: CounterSpan[] }>();
  for (const [table, unitMs, kind] of [
    ['hour', HOUR_MS, 'hours'],
    ['day', DAY_MS, 'days'],
  ] as const) {
    const rows = db.rows(
      `SELECT u.company_id, c.${table}, ${LIST} FROM counter_${table} c JOIN counter_subject u ON u.id = c.subject_id
       WHERE c.${table} >= ? AND c.${table} < ? AND u.company_id <> '${PLATFORM_ID}'`,
      Math.ceil(fromMs / unitMs),
      Math.ceil(toMs / unitMs),
    );
    for (const [id, ...row] of rows) {
      const of = spans.get(String(id)) ?? { hours: [], days: [] };
      of[kind].push(spanOf(row, unitMs));
      spans.set(String(id), of);
    }
  }
  for (const [companyId, { hours, days }] of spans) addSpans(sums, companyId, settledSpans(hours, days));
}

function spanOf([at, ...counters]: unknown[], unitMs: number): CounterSpan {
  const fromMs = Number(at) * unitMs;
  return { fromMs, toMs: fromMs + unitMs, counters: countersOf(counters) };
}

function countersOf(row: readonly unknown[]): Counters {
  const counters: Counters = {};
  for (const [i, name] of COUNTER_NAMES.entries()) if (row[i] != null) counters[name] = Number(row[i]);
  return counters;
}

function marksOf(text: string): Map<number, number | null> {
  return new Map(
    text.split(',').map((part) => {
      const [hour = '', mark = ''] = part.split(':');
      return [Number(hour) * HOUR_MS, mark === '' ? null : Number(mark)];
    }),
  );
}
