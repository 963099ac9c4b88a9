import type { mongo as driver } from 'mongoose';
import {
  addCounters,
  addSpans,
  type CounterHour,
  type CounterSpan,
  type CounterSum,
  dayOf,
  hasCounts,
  largerCounters,
  PLATFORM_ID,
  settledSpans,
} from '../../domain/counter-hours.js';
import { COUNTER_NAMES, type Counters } from '../../domain/counters.js';
import { DAY_MS, HOUR_MS } from '../../domain/units.js';
import type { CounterHourRepository } from '../store.js';
import type { Mongo } from './connect.js';
import type { CounterDayDoc, Models } from './models.js';

/** Of COUNTER_NAMES, in their order: MongoDB stores every name in every document. `z` is the mark. */
const SHORT = [...'abcdefghijklmnopqrs'];
const MARK = 'z';
/** In the platform's document: the hour's companies are being written, and its sum is not what they come to yet. */
const UNSETTLED = 'y';
const HOURS = Array.from({ length: DAY_MS / HOUR_MS }, (_, hour) => String(hour));
const BATCH = 1000;
/** Longer ranges are cut to what there is before days are looked up one by one. */
const MANY_DAYS = 500;

/**
 * What applications counted: one document a company and UTC day, `h` its hours by their number, which become the sum `s`
 * when the day is merged: one document changes at once, so that an hour is never counted twice. The _id, `DAY:companyId`
 * (the day with five digits), is all the index there is.
 */
export function counterHourRepository(mongo: Mongo, { counterDay }: Models): CounterHourRepository {
  const { collection } = counterDay;
  const docs = (filter: object, projection?: object) =>
    collection
      .find(filter as never, projection ? { projection } : {})
      .batchSize(5000)
      .map((doc) => doc as unknown as CounterDayDoc);
  const edge = async (order: 1 | -1, filter: object = {}): Promise<number | null> => {
    const [doc] = await collection
      .find(filter as never, { projection: { _id: 1 } })
      .sort({ _id: order })
      .limit(1)
      .toArray();
    return doc ? partsOf(String(doc._id)).day : null;
  };

  return {
    marks: (sinceMs) =>
      mongo.run(async () => {
        const found = new Map<string, Map<number, number | null>>();
        const unsettled: number[] = [];
        const projection = Object.fromEntries(HOURS.map((hour) => [`h.${hour}.${MARK}`, 1]));
        for (const hour of HOURS) projection[`h.${hour}.${UNSETTLED}`] = 1;
        for await (const { _id, h } of docs({ _id: { $gte: idOf(dayOf(sinceMs), '') } }, projection)) {
          const { day, companyId } = partsOf(_id);
          if (h === undefined) continue;
          const marks = found.get(companyId) ?? new Map<number, number | null>();
          for (const [hour, { [MARK]: mark, [UNSETTLED]: open }] of Object.entries(h)) {
            const ms = day * DAY_MS + Number(hour) * HOUR_MS;
            if (open !== undefined) unsettled.push(ms);
            if (ms >= sinceMs) marks.set(ms, mark ?? null);
          }
          if (marks.size > 0) found.set(companyId, marks);
        }
        found.delete(PLATFORM_ID);
        // Written again, their sum is made again.
        for (const marks of found.values()) for (const ms of unsettled) marks.delete(ms);
        return found;
      }),
    put: (hours) =>
      mongo.run(async () => {
        const counted = hours.filter(({ counters }) => hasCounts(counters));
        if (counted.length === 0) return;
        // Companies and their sum are written one after the other: who is killed in between must be found out.
        await flagPlatform(collection, counted, '$set');
        await write(collection, counted);
        await write(collection, await platformHours(collection, counted));
        await flagPlatform(collection, counted, '$unset');
      }),
    range: (companyId, fromMs, toMs) =>
      mongo.run(async () => {
        let [first, last] = [dayOf(fromMs), dayOf(toMs)];
        if (last - first > MANY_DAYS) {
          first = Math.max(first, (await edge(1)) ?? last);
          last = Math.min(last, (await edge(-1)) ?? first);
        }
        const ids = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => idOf(first + i, companyId));
        const found = await docs({ _id: { $in: ids } }).toArray();
        return found.flatMap((doc) => spansOf(doc, fromMs, toMs)).sort((a, b) => a.fromMs - b.fromMs);
      }),
    sums: (fromMs, toMs) =>
      mongo.run(async () => {
        const sums = new Map<string, CounterSum>();
        for await (const doc of docs({ _id: { $gte: idOf(dayOf(fromMs), ''), $lt: idOf(dayOf(toMs) + 1, '') } })) {
          const { companyId } = partsOf(doc._id);
          if (companyId !== PLATFORM_ID) addSpans(sums, companyId, spansOf(doc, fromMs, toMs));
        }
        return sums;
      }),
    oldest: () =>
      mongo.run(async () => {
        const [doc] = await docs({}).sort({ _id: 1 }).limit(1).toArray();
        return doc === undefined ? null : (spansOf(doc, 0, Number.POSITIVE_INFINITY)[0]?.fromMs ?? null);
      }),
    prune: (now, { hourlySnapshotsDays, snapshotDays }, endMs = Number.POSITIVE_INFINITY) =>
      mongo.run(async () => {
        const today = dayOf(now.getTime());
        const before = { $lt: idOf(today - hourlySnapshotsDays, '') };
        // Days are merged in their order: what is older than the newest merged one is merged, but of that day some may not be.
        const last = await edge(-1, { _id: before, h: { $exists: false } });
        const open = docs({ _id: { $gte: idOf(last ?? 0, ''), ...before }, h: { $exists: true } }).sort({ _id: 1 });
        let gone = 0;
        let batch: driver.AnyBulkWriteOperation<driver.Document>[] = [];
        const flush = async (): Promise<void> => {
          if (batch.length > 0) await collection.bulkWrite(batch as never, { ordered: true });
          batch = [];
        };
        for await (const doc of open) {
          gone += Object.keys(doc.h ?? {}).length;
          batch.push({
            replaceOne: { filter: { _id: doc._id as never }, replacement: { s: shortOf(dayCounters(doc)) } },
          });
          if (batch.length < BATCH) continue;
          await flush();
          if (performance.now() >= endMs) break;
        }
        await flush();
        return (
          gone + (await collection.deleteMany({ _id: { $lt: idOf(today - snapshotDays, '') } } as never)).deletedCount
        );
      }),
  };
}

type Collection = Models['counterDay']['collection'];

/** One upsert a document; $max: what is there is never made smaller. */
async function write(collection: Collection, hours: readonly CounterHour[]): Promise<void> {
  const updates = new Map<string, { $max: Record<string, number>; $set: Record<string, number> }>();
  for (const { companyId, hourMs, counters, mark } of hours) {
    const id = idOf(dayOf(hourMs), companyId);
    const update = updates.get(id) ?? { $max: {}, $set: {} };
    const path = `h.${(hourMs % DAY_MS) / HOUR_MS}`;
    for (const [name, amount] of Object.entries(shortOf(counters))) update.$max[`${path}.${name}`] = amount;
    if (mark !== null) update.$set[`${path}.${MARK}`] = mark;
    updates.set(id, update);
  }
  const writes = [...updates].map(([_id, { $max, $set }]) => ({
    updateOne: {
      filter: { _id },
      update: Object.keys($set).length > 0 ? { $max, $set } : { $max },
      upsert: true,
    },
  }));
  for (let i = 0; i < writes.length; i += BATCH)
    await collection.bulkWrite(writes.slice(i, i + BATCH) as never, { ordered: false });
}

/** Notes of the hours that their sum over all companies is being made, or that it is. */
async function flagPlatform(
  collection: Collection,
  hours: readonly CounterHour[],
  operator: '$set' | '$unset',
): Promise<void> {
  const paths = new Map<string, Record<string, number>>();
  for (const hourMs of new Set(hours.map((one) => one.hourMs))) {
    const id = idOf(dayOf(hourMs), PLATFORM_ID);
    paths.set(id, { ...paths.get(id), [`h.${(hourMs % DAY_MS) / HOUR_MS}.${UNSETTLED}`]: 1 });
  }
  const writes = [...paths].map(([_id, of]) => ({
    updateOne: { filter: { _id }, update: { [operator]: of }, upsert: true },
  }));
  await collection.bulkWrite(writes as never, { ordered: false });
}

/** The sums over all companies of the hours that were touched, from what is stored of them. */
async function platformHours(collection: Collection, hours: readonly CounterHour[]): Promise<CounterHour[]> {
  const sums: CounterHour[] = [];
  for (const hourMs of new Set(hours.map((one) => one.hourMs))) {
    const day = dayOf(hourMs);
    const path = `$h.${(hourMs % DAY_MS) / HOUR_MS}`;
    const [row] = await collection
      .aggregate([
        { $match: { _id: { $gt: idOf(day, PLATFORM_ID), $lt: idOf(day + 1, '') } } },
        { $group: { _id: null, ...Object.fromEntries(SHORT.map((name) => [name, { $sum: `${path}.${name}` }])) } },
      ])
      .toArray();
    const counters = countersOf((row ?? {}) as Record<string, number>);
    // A sum of nothing is 0 there, and would say that it was counted.
    for (const name of COUNTER_NAMES) if (counters[name] === 0) delete counters[name];
    sums.push({ companyId: PLATFORM_ID, hourMs, counters, mark: null });
  }
  return sums.filter(({ counters }) => hasCounts(counters));
}

function idOf(day: number, companyId: string): string {
  return `${String(Math.max(0, day)).padStart(5, '0')}:${companyId}`;
}

function partsOf(id: string): { day: number; companyId: string } {
  const colon = id.indexOf(':');
  return { day: Number(id.slice(0, colon)), companyId: id.slice(colon + 1) };
}

function spansOf(doc: CounterDayDoc, fromMs: number, toMs: number): CounterSpan[] {
  const start = partsOf(doc._id).day * DAY_MS;
  const hours = Object.entries(doc.h ?? {}).flatMap(([hour, short]): CounterSpan[] => {
    const ms = start + Number(hour) * HOUR_MS;
    const counters = countersOf(short);
    // Nothing yet where the platform's sum is being made.
    return hasCounts(counters) ? [{ fromMs: ms, toMs: ms + HOUR_MS, counters }] : [];
  });
  const days = doc.s === undefined ? [] : [{ fromMs: start, toMs: start + DAY_MS, counters: countersOf(doc.s) }];
  return settledSpans(hours, days).filter((span) => span.fromMs >= fromMs && span.fromMs < toMs);
}

function dayCounters({ h, s }: CounterDayDoc): Counters {
  const sum: Counters = {};
  for (const short of Object.values(h ?? {})) addCounters(sum, countersOf(short));
  return largerCounters(sum, countersOf(s ?? {}));
}

function shortOf(counters: Counters): Record<string, number> {
  const short: Record<string, number> = {};
  for (const [i, name] of COUNTER_NAMES.entries()) {
    const amount = counters[name];
    if (amount !== undefined) short[SHORT[i] as string] = amount;
  }
  return short;
}

function countersOf(short: Record<string, number>): Counters {
  const counters: Counters = {};
  for (const [i, name] of COUNTER_NAMES.entries()) {
    const amount = short[SHORT[i] as string];
    if (amount != null) counters[name] = Number(amount);
  }
  return counters;
}
