import { setTimeout as delay } from 'node:timers/promises';
import { type IssueKey, type IssueState, issueChanges, issueId, type Sighting } from '../../domain/issue.js';
import { DAY_MS } from '../../domain/units.js';
import { conflict } from '../conflict.js';
import { assertStorable, checkStored, SHAPES } from '../shapes.js';
import type { IssueRepository } from '../store.js';
import type { Mongo } from './connect.js';
import { isDuplicateKey } from './errors.js';
import { indexOnce } from './indexes.js';
import type { IssueDoc, Models } from './models.js';

const MAX_ATTEMPTS = 50;
const LONGEST_PAUSE_MS = 100;

/** Issues through time: one document per issue, each change guarded by its version and worked out anew when overtaken. */
export function issueRepository(mongo: Mongo, { issue: model, notification }: Models): IssueRepository {
  const makeIndexes = indexOnce(model);
  const fromDoc = (doc: IssueDoc): IssueState => {
    const who = doc.companyId == null ? 'the platform' : `company '${doc.companyId}'`;
    return checkStored(SHAPES.issue, doc, `issue ${doc.code} of ${who}`, mongo.location);
  };

  /** Writes what a sighting changes. False when another process wrote first: then some of it is still to be done. */
  const apply = async (sighting: Sighting): Promise<boolean> => {
    const ids = sighting.seen.map(issueId);
    const docs = await model.find({ $or: [{ resolvedAt: null }, { _id: { $in: ids } }] }).lean<IssueDoc[]>();
    const versions = new Map(docs.map((doc) => [doc._id, doc.version]));
    const changes = issueChanges(docs.map(fromDoc), sighting);
    if (changes.length === 0) return true;
    for (const state of changes) assertStorable(SHAPES.issue, state, 'issue');
    const next = changes.map((state): IssueDoc => {
      const _id = issueId(state);
      return { _id, ...state, version: (versions.get(_id) ?? 0) + 1 };
    });
    const inserted = await insert(next.filter((doc) => doc.version === 1));
    const replaced = next.filter((doc) => doc.version > 1);
    if (replaced.length === 0) return inserted;
    const { matchedCount } = await model.bulkWrite(
      replaced.map((doc) => ({
        replaceOne: { filter: { _id: doc._id, version: doc.version - 1 }, replacement: doc },
      })),
      { ordered: false },
    );
    return inserted && matchedCount === replaced.length;
  };
  const insert = async (docs: IssueDoc[]): Promise<boolean> => {
    if (docs.length === 0) return true;
    try {
      await model.insertMany(docs, { ordered: false });
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
    await makeIndexes();
    return true;
  };

  return {
    list: ({ open } = {}) =>
      mongo.run(async () => {
        const docs = await model.find(open ? { resolvedAt: null } : {}).lean<IssueDoc[]>();
        return docs.map(fromDoc).sort(byKey);
      }),
    record: (sighting) =>
      mongo.run(async () => {
        for (let attempt = 1; !(await apply(sighting)); attempt++) {
          if (attempt === MAX_ATTEMPTS) throw conflict('The state of issues', attempt, attempt + 1);
          await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt));
        }
        const ids = sighting.seen.map(issueId);
        const docs = await model.find({ _id: { $in: ids }, resolvedAt: null }).lean<IssueDoc[]>();
        return docs.map(fromDoc).sort(byKey);
      }),
    markNotified: (issues, at) =>
      mongo.run(async () => {
        const $in = issues.map(issueId);
        await model.updateMany({ _id: { $in }, resolvedAt: null }, { $set: { notifiedAt: at }, $inc: { version: 1 } });
      }),
    prune: (now, retention) =>
      mongo.run(async () => {
        const $lt = new Date(now.getTime() - retention.actDays * DAY_MS);
        const old = await model.find({ resolvedAt: { $lt } }, { _id: 1 }).lean<{ _id: string }[]>();
        const { deletedCount } = await model.deleteMany({ resolvedAt: { $lt } });
        if (old.length === 0) return deletedCount;
        // One that came back meanwhile was not deleted, and what was told of it stays.
        const $in = old.map((doc) => doc._id);
        const kept = await model.find({ _id: { $in } }, { _id: 1 }).lean<{ _id: string }[]>();
        const left = new Set(kept.map((doc) => doc._id));
        await notification.deleteMany({ issue: { $in: $in.filter((id) => !left.has(id)) } });
        return deletedCount;
      }),
  };
}

/** As SQLite orders them: the platform first, ids by their bytes. */
function byKey(a: IssueKey, b: IssueKey): number {
  if ((a.companyId === null) !== (b.companyId === null)) return a.companyId === null ? -1 : 1;
  return Buffer.compare(Buffer.from(a.companyId ?? ''), Buffer.from(b.companyId ?? '')) || (a.code < b.code ? -1 : 1);
}
