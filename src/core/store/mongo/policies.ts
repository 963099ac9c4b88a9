import type { CachePolicy } from '../../domain/policy.js';
import { conflict } from '../conflict.js';
import { assertStorable, checkStored, SHAPES } from '../shapes.js';
import type { PolicyRepository } from '../store.js';
import type { Mongo } from './connect.js';
import { isDuplicateKey } from './errors.js';
import type { Models, PolicyDoc } from './models.js';

/** Policies: one document per company, its id the company's. */
export function policyRepository(mongo: Mongo, { policy: model }: Models): PolicyRepository {
  const fromDoc = ({ _id, ...rest }: PolicyDoc): CachePolicy =>
    checkStored(SHAPES.policy, { companyId: _id, ...rest }, `policy of company '${_id}'`, mongo.location);
  const read = async (companyId: string): Promise<CachePolicy | null> => {
    const doc = await model.findById(companyId).lean<PolicyDoc>();
    return doc ? fromDoc(doc) : null;
  };
  const overtaken = async (companyId: string, expectedVersion: number): Promise<Error> =>
    conflict(`The policy of company '${companyId}'`, expectedVersion, (await read(companyId))?.version ?? null);

  const insert = async (companyId: string, doc: PolicyDoc): Promise<void> => {
    try {
      await model.insertMany([doc]);
    } catch (error) {
      throw isDuplicateKey(error) ? await overtaken(companyId, 0) : error;
    }
  };
  const replace = async (companyId: string, doc: PolicyDoc, expectedVersion: number): Promise<void> => {
    // Reading first refuses to overwrite a damaged policy; the version guards the time between.
    await read(companyId);
    const result = await model.replaceOne({ _id: companyId, version: expectedVersion }, doc);
    if (result.matchedCount === 0) throw await overtaken(companyId, expectedVersion);
  };

  return {
    get: (companyId) => mongo.run(() => read(companyId)),
    list: () => mongo.run(async () => (await model.find().sort({ _id: 1 }).lean<PolicyDoc[]>()).map(fromDoc)),
    put: async (policy, expectedVersion) => {
      const next: CachePolicy = { ...policy, version: expectedVersion + 1 };
      assertStorable(SHAPES.policy, next, 'policy');
      const { companyId, ...rest } = next;
      const doc: PolicyDoc = { _id: companyId, ...rest };
      await mongo.run(() =>
        expectedVersion === 0 ? insert(companyId, doc) : replace(companyId, doc, expectedVersion),
      );
      return next;
    },
    remove: (companyId, expectedVersion) =>
      mongo.run(async () => {
        await read(companyId);
        const result = await model.deleteOne({ _id: companyId, version: expectedVersion });
        if (result.deletedCount === 0) throw await overtaken(companyId, expectedVersion);
      }),
  };
}
