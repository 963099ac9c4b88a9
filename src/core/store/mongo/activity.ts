import { createHash } from 'node:crypto';
import { type QueryFilter, Types } from 'mongoose';
import { ACCESS_EVENT_TYPES, ACCESS_EVENTS_PER_COMPANY_AND_DAY, type ActivityEntry } from '../../domain/activity.js';
import { DAY_MS } from '../../domain/units.js';
import { jsonSafe, rowLimit } from '../json-safe.js';
import type { ActivityFilter, ActivityRepository, EventBatch } from '../store.js';
import type { Mongo } from './connect.js';
import { isDuplicateKey } from './errors.js';
import { indexOnce } from './indexes.js';
import type { Models } from './models.js';

const DELETE_BATCH = 10_000;
const ACCESS = { eventType: { $in: [...ACCESS_EVENT_TYPES] } };

/** The durable log. */
export function activityRepository(mongo: Mongo, { activity: model, eventMark }: Models): ActivityRepository {
  const makeIndexes = indexOnce(model);
  return {
    append: (entries) =>
      mongo.run(async () => {
        if (entries.length === 0) return;
        const docs = entries.map(jsonSafeEntry);
        await model.insertMany(docs, { lean: true });
        await makeIndexes();
      }),
    list: (filter) =>
      mongo.run(async () => {
        const limit = rowLimit(filter.limit);
        if (limit === 0) return [];
        const docs = await model.find(condition(filter)).sort({ timestamp: -1, _id: -1 }).limit(limit).lean();
        return docs.map(({ companyId, timestamp, eventType, key, details, metadata }) => ({
          companyId,
          timestamp,
          eventType,
          key,
          details,
          metadata,
        }));
      }),
    eventMarks: () =>
      mongo.run(async () => new Map((await eventMark.find().lean()).map((doc) => [doc._id, doc.streamId]))),
    copyEvents: (batches) =>
      mongo.run(async () => {
        let copied = 0;
        for (let i = 0; i < batches.length; i += BATCHES_AT_ONCE)
          copied += await copyBatches(model, eventMark, batches.slice(i, i + BATCHES_AT_ONCE));
        if (copied > 0) await makeIndexes();
        return copied;
      }),
    prune: (now, retention, endMs = Number.POSITIVE_INFINITY) =>
      mongo.run(async () => {
        const before = (days: number) => ({ timestamp: { $lt: new Date(now.getTime() - days * DAY_MS) } });
        const acts = await removeOldest(model, before(retention.actDays), { endMs });
        const accesses = await removeOldest(model, { ...ACCESS, ...before(retention.accessDays) }, { endMs });
        const today = Math.floor(now.getTime() / DAY_MS);
        return acts + accesses + (await pruneExcess(mongo, model, [today - 1, today]));
      }),
  };
}

/** Companies whose events are copied by one write. */
const BATCHES_AT_ONCE = 100;

/**
 * Events first, marks afterwards. An event's _id follows from its company and its stream entry: who copies it again, killed
 * before the mark or beside another run, writes nothing new.
 */
async function copyBatches(
  model: Models['activity'],
  eventMark: Models['eventMark'],
  batches: readonly EventBatch[],
): Promise<number> {
  const docs = batches.flatMap(({ companyId, entries }) =>
    entries.map(({ streamId, entry }) => ({ _id: eventId(companyId, streamId), ...jsonSafeEntry(entry) })),
  );
  let copied = 0;
  if (docs.length > 0)
    copied = await model.collection.insertMany(docs as never, { ordered: false }).then(
      ({ insertedCount }) => insertedCount,
      (error) => {
        if (!isDuplicateKey(error)) throw error;
        return Number(error.insertedCount ?? error.result?.insertedCount ?? 0);
      },
    );
  await eventMark.collection.bulkWrite(
    batches.map(({ companyId, upTo }) => ({
      updateOne: { filter: { _id: companyId }, update: { $set: { streamId: upTo } }, upsert: true },
    })) as never,
    { ordered: false },
  );
  return copied;
}

/** The second in which it was written, as in every ObjectId, and 64 bits of a hash. */
function eventId(companyId: string, streamId: string): Types.ObjectId {
  const seconds = Math.floor(Number(streamId.split('-', 1)[0]) / 1000) % 2 ** 32;
  const hash = createHash('sha256').update(`${streamId}\0${companyId}`).digest('hex').slice(0, 16);
  return new Types.ObjectId(`${seconds.toString(16).padStart(8, '0')}${hash}`);
}

function jsonSafeEntry(entry: ActivityEntry): ActivityEntry {
  return { ...entry, details: jsonSafe(entry.details), metadata: jsonSafe(entry.metadata) };
}

function condition(filter: ActivityFilter): QueryFilter<ActivityEntry> {
  const { companyId, types, since, until, key } = filter;
  return {
    ...(companyId !== undefined && { companyId }),
    ...(types && { eventType: { $in: types } }),
    ...((since || until) && { timestamp: { ...(since && { $gte: since }), ...(until && { $lte: until }) } }),
    ...(key !== undefined && { key }),
  };
}

/**
 * Removes the oldest entries that fit, `most` at most, in portions of which none begins after `endMs`: one deletion of
 * millions would outlast any time limit. Returns how many went.
 */
async function removeOldest(
  model: Models['activity'],
  filter: QueryFilter<ActivityEntry>,
  { most = Number.POSITIVE_INFINITY, endMs = Number.POSITIVE_INFINITY }: { most?: number; endMs?: number },
): Promise<number> {
  for (let gone = 0; ; ) {
    const limit = Math.min(DELETE_BATCH, most - gone);
    const found = await model.find(filter, { _id: 1 }).sort({ timestamp: 1 }).limit(limit).lean();
    if (found.length > 0) gone += (await model.deleteMany({ _id: { $in: found.map((doc) => doc._id) } })).deletedCount;
    if (found.length < limit || gone >= most || performance.now() >= endMs) return gone;
  }
}

/**
 * Removes the oldest access events of each company that has too many of one of these UTC days: of yesterday and today, since
 * what is older was looked at then. Returns how many went.
 */
async function pruneExcess(mongo: Mongo, model: Models['activity'], days: readonly number[]): Promise<number> {
  let removed = 0;
  // By company and time, acts included: an index tells that without a look at any entry.
  const companyId = { $in: await model.distinct('companyId') };
  for (const day of days) {
    const timestamp = { $gte: new Date(day * DAY_MS), $lt: new Date((day + 1) * DAY_MS) };
    const busy = await model
      .aggregate<{ _id: string }>([
        { $match: { companyId, timestamp } },
        { $group: { _id: '$companyId', count: { $sum: 1 } } },
        { $match: { count: { $gt: ACCESS_EVENTS_PER_COMPANY_AND_DAY } } },
      ])
      .option({ maxTimeMS: mongo.operationMs });
    for (const { _id } of busy) {
      const accesses = { ...ACCESS, companyId: _id, timestamp };
      const most = (await model.countDocuments(accesses)) - ACCESS_EVENTS_PER_COMPANY_AND_DAY;
      if (most > 0) removed += await removeOldest(model, accesses, { most });
    }
  }
  return removed;
}
