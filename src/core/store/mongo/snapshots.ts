import { Types } from 'mongoose';
import type { CompanySnapshot, PlatformSnapshot } from '../../domain/snapshot.js';
import { snapshotsToRemove } from '../../domain/thinning.js';
import { DAY_MS } from '../../domain/units.js';
import { checkStored, SHAPES } from '../shapes.js';
import type { SnapshotRepository } from '../store.js';
import type { Mongo } from './connect.js';
import { indexOnce } from './indexes.js';
import type { Models } from './models.js';
import { type CompanySnapshotDoc, snapshotFromDoc, snapshotToDoc } from './snapshot-doc.js';

/** Snapshots that one deletion takes away. */
const SNAPSHOTS_AT_ONCE = 10;

/** History: company rows that carry the id of a platform row, which is written last. Rows without one do not count. */
export function snapshotRepository(mongo: Mongo, models: Models): SnapshotRepository {
  const { companySnapshot, platformSnapshot } = models;
  const makeIndexes = indexOnce(companySnapshot, platformSnapshot);
  const platformOf = (doc: unknown): PlatformSnapshot =>
    checkStored(SHAPES.platformSnapshot, doc, 'platform snapshot', mongo.location);
  const companyOf = (doc: CompanySnapshotDoc): CompanySnapshot =>
    checkStored(SHAPES.companySnapshot, snapshotFromDoc(doc), `snapshot of company '${doc.c}'`, mongo.location);
  const latestDoc = (at?: Date) =>
    platformSnapshot
      .findOne(at ? { takenAt: { $lte: at } } : {})
      .sort({ takenAt: -1, _id: -1 })
      .lean();

  return {
    insert: ({ platform, companies }) =>
      mongo.run(async () => {
        const id = new Types.ObjectId();
        const docs = companies.map((row) => snapshotToDoc(row, id));
        // Past Mongoose's casting: the rows are typed already, and 10,000 of them at a time.
        if (docs.length > 0) await companySnapshot.collection.insertMany(docs, { ordered: false });
        await platformSnapshot.insertMany([{ _id: id, ...platform }]);
        await makeIndexes();
      }),
    latestPlatform: (at) =>
      mongo.run(async () => {
        const platform = await latestDoc(at);
        return platform ? platformOf(platform) : null;
      }),
    latest: (at) =>
      mongo.run(async () => {
        const platform = await latestDoc(at);
        if (!platform) return null;
        const rows = await companySnapshot
          .find({ t: platform.takenAt, s: platform._id })
          .batchSize(10_000)
          .lean<CompanySnapshotDoc[]>();
        return { platform: platformOf(platform), companies: rows.map(companyOf) };
      }),
    platformRange: (from, to) =>
      mongo.run(async () => {
        const filter = { takenAt: { $gte: from, $lte: to } };
        return (await platformSnapshot.find(filter).sort({ takenAt: 1, _id: 1 }).lean()).map(platformOf);
      }),
    companyRange: (companyId, from, to, choose) =>
      mongo.run(async () => {
        const takenAt = { $gte: from, $lte: to };
        const complete = await platformSnapshot.find({ takenAt }, { takenAt: 1 }).sort({ takenAt: 1, _id: 1 }).lean();
        const chosen = choose
          ? choose(complete.map((doc) => doc.takenAt.getTime())).flatMap((i) => complete[i] ?? [])
          : complete;
        const t = choose ? { $in: chosen.map((doc) => doc.takenAt) } : takenAt;
        const rows = await companySnapshot.find({ c: companyId, t }).sort({ t: 1, s: 1 }).lean<CompanySnapshotDoc[]>();
        const ids = new Set(chosen.map((doc) => String(doc._id)));
        return rows.filter((row) => ids.has(String(row.s))).map(companyOf);
      }),
    totals: (takenAt) =>
      mongo.run(async () => {
        const platforms = await platformSnapshot.find({ takenAt: { $in: takenAt } }, { takenAt: 1 }).lean();
        const at = new Map(platforms.map((doc) => [String(doc._id), doc.takenAt]));
        const sums = await companySnapshot
          .aggregate<{ _id: Types.ObjectId; keys: number; score: number | null }>([
            { $match: { t: { $in: [...takenAt] }, s: { $in: platforms.map((doc) => doc._id) } } },
            { $group: { _id: '$s', keys: { $sum: '$k' }, score: { $avg: '$z' } } },
          ])
          .option({ maxTimeMS: mongo.operationMs });
        return sums
          .map(({ _id, keys, score }) => ({ takenAt: at.get(String(_id)) as Date, keys, meanScore: score ?? null }))
          .sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
      }),
    prune: (now, retention, most = Number.POSITIVE_INFINITY) =>
      mongo.run(async () => {
        const kept = await platformSnapshot.find({}, { takenAt: 1 }).sort({ takenAt: 1, _id: 1 }).lean();
        const remove = snapshotsToRemove(
          kept.map((doc) => doc.takenAt.getTime()),
          now.getTime(),
          retention,
        );
        const goes = remove.slice(0, most).map((i) => kept[i] as (typeof kept)[number]);
        let [rows, snapshots] = [0, 0];
        for (let i = 0; i < goes.length; i += SNAPSHOTS_AT_ONCE) {
          const part = goes.slice(i, i + SNAPSHOTS_AT_ONCE);
          const ids = part.map((doc) => doc._id);
          // The platform first: a snapshot that lost some of its companies must not count.
          const gone = (await platformSnapshot.deleteMany({ _id: { $in: ids } })).deletedCount;
          const times = part.map((doc) => doc.takenAt);
          rows += gone + (await companySnapshot.deleteMany({ t: { $in: times }, s: { $in: ids } })).deletedCount;
          snapshots += gone;
        }
        // What interrupted runs left counts for nothing, and goes with its age.
        const $lt = new Date(now.getTime() - retention.snapshotDays * DAY_MS);
        rows += (await companySnapshot.deleteMany({ t: { $lt } })).deletedCount;
        return { rows, snapshots, left: remove.length - goes.length };
      }),
  };
}
