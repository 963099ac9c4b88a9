import type { mongo as driver } from 'mongoose';
import { MONTH_MS } from '../../domain/units.js';
import type { PlatformCollections } from '../platform-collections.js';
import { databaseOf, type Mongo } from './connect.js';
import { idText, numberOf } from './values.js';

/** What one aggregation of one collection says of one company. */
export interface UsageGroup {
  companyId: string;
  documents: number;
  /** Documents with a date of creation; the rest can be in no window. */
  dated: number;
  calls: number;
  seconds: number | null;
  /** Calls with a number of seconds, and of recording bytes: none at all means that the platform records none. */
  timed: number;
  recordingBytes: number | null;
  sized: number;
}

/** Documents per company, and for the calls collection its figures of the 30 days before `now`: one pass. */
export async function groupByCompany(
  mongo: Mongo,
  collection: string,
  companyField: string,
  calls: PlatformCollections['calls'] | null,
  now: Date,
): Promise<UsageGroup[]> {
  const rows = await databaseOf(mongo)
    .collection(collection, { readPreference: 'secondaryPreferred' })
    .aggregate([{ $group: { _id: `$${companyField}`, documents: { $sum: 1 }, ...(calls && callSums(calls, now)) } }], {
      maxTimeMS: mongo.operationMs,
      allowDiskUse: true,
    })
    .toArray();
  return rows.flatMap((row) => {
    const companyId = idText(row._id);
    if (companyId === null) return [];
    const count = (name: string): number => numberOf(row[name]) ?? 0;
    return {
      companyId,
      documents: count('documents'),
      dated: count('dated'),
      calls: count('calls'),
      seconds: numberOf(row.seconds),
      timed: count('timed'),
      recordingBytes: numberOf(row.recordingBytes),
      sized: count('sized'),
    };
  });
}

/** The collection's average document size in bytes; over the shards, weighted by their documents. */
export async function averageDocumentSize(mongo: Mongo, collection: string): Promise<number> {
  const shards = await databaseOf(mongo)
    .collection(collection, { readPreference: 'secondaryPreferred' })
    .aggregate(
      [
        { $collStats: { storageStats: {} } },
        { $project: { count: '$storageStats.count', size: '$storageStats.avgObjSize' } },
      ],
      { maxTimeMS: mongo.operationMs },
    )
    .toArray();
  let documents = 0;
  let bytes = 0;
  for (const shard of shards) {
    const count = numberOf(shard.count) ?? 0;
    documents += count;
    bytes += count * (numberOf(shard.size) ?? 0);
  }
  return documents === 0 ? 0 : bytes / documents;
}

function callSums(calls: PlatformCollections['calls'], now: Date): driver.Document {
  const createdAt = `$${calls.createdAtField}`;
  const isDate = { $eq: [{ $type: createdAt }, 'date'] };
  const inWindow = {
    $and: [isDate, { $gte: [createdAt, new Date(now.getTime() - MONTH_MS)] }, { $lte: [createdAt, now] }],
  };
  const count = (condition: driver.Document) => ({ $sum: { $cond: [condition, 1, 0] } });
  const numeric = (field: string) => ({ $and: [inWindow, { $isNumber: `$${field}` }] });
  const sum = (field: string) => ({ $sum: { $cond: [numeric(field), `$${field}`, 0] } });
  return {
    dated: count(isDate),
    calls: count(inWindow),
    seconds: sum(calls.durationSecondsField),
    timed: count(numeric(calls.durationSecondsField)),
    recordingBytes: sum(calls.recordingBytesField),
    sized: count(numeric(calls.recordingBytesField)),
  };
}
