import type { FixRecord, TouchedTtl } from '../../domain/fix.js';
import { conflict } from '../conflict.js';
import { rowLimit } from '../json-safe.js';
import { parseStoredJson } from '../shapes.js';
import type { FixRepository } from '../store.js';
import type { Mongo } from './connect.js';
import { isDuplicateKey } from './errors.js';
import { indexOnce } from './indexes.js';
import type { FixDoc, Models } from './models.js';

/** The journal of fixes. */
export function fixRepository(mongo: Mongo, { fix: model, fixTouched }: Models): FixRepository {
  const makeIndexes = indexOnce(model);
  const fromDoc = ({ _id, ...doc }: FixDoc): FixRecord => {
    const parse = <T>(text: string): T => parseStoredJson(text, `fix '${_id}'`, mongo.location) as T;
    return {
      ...doc,
      fixId: _id,
      steps: parse(doc.steps),
      before: parse(doc.before),
      predicted: parse(doc.predicted),
      measured: doc.measured === null ? null : parse(doc.measured),
    };
  };
  const overtaken = async (fixId: string, expected: number): Promise<Error> =>
    conflict(`Fix '${fixId}'`, expected, (await model.findById(fixId).lean<FixDoc>())?.version ?? null);

  return {
    insert: (fix) =>
      mongo.run(async () => {
        try {
          await model.insertMany([toDoc(fix)]);
        } catch (error) {
          throw isDuplicateKey(error) ? await overtaken(fix.fixId, 0) : error;
        }
        await makeIndexes();
      }),
    update: (fix) =>
      mongo.run(async () => {
        const next = { ...fix, version: fix.version + 1 };
        const result = await model.replaceOne({ _id: fix.fixId, version: fix.version }, toDoc(next));
        if (result.matchedCount === 0) throw await overtaken(fix.fixId, fix.version);
        return next;
      }),
    get: (fixId) =>
      mongo.run(async () => {
        const doc = await model.findById(fixId).lean<FixDoc>();
        return doc ? fromDoc(doc) : null;
      }),
    list: ({ companyId, statuses, limit }) =>
      mongo.run(async () => {
        if (rowLimit(limit) === 0) return [];
        const filter = {
          ...(companyId === undefined ? {} : { companyId }),
          ...(statuses === undefined ? {} : { status: { $in: [...statuses] } }),
        };
        const found = model.find(filter).sort({ plannedAt: -1, _id: -1 });
        return (await found.limit(rowLimit(limit)).lean<FixDoc[]>()).map(fromDoc);
      }),
    keepTouched: (fixId, chunk, touched) =>
      mongo.run(async () => {
        const _id = `${fixId}/${chunk}`;
        await fixTouched.replaceOne({ _id }, { _id, touched: JSON.stringify(touched) }, { upsert: true });
      }),
    touched: (fixId, chunk) =>
      mongo.run(async () => {
        const doc = await fixTouched.findById(`${fixId}/${chunk}`).lean<{ touched: string }>();
        if (!doc) return null;
        return parseStoredJson(doc.touched, `keys of fix '${fixId}'`, mongo.location) as TouchedTtl[];
      }),
  };
}

function toDoc({ fixId, ...fix }: FixRecord): FixDoc {
  return {
    ...fix,
    _id: fixId,
    steps: JSON.stringify(fix.steps),
    before: JSON.stringify(fix.before),
    predicted: JSON.stringify(fix.predicted),
    measured: fix.measured === null ? null : JSON.stringify(fix.measured),
  };
}
