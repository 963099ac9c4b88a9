import { mongo } from 'mongoose';
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import { mongoForTests } from '../../support/mongo/index.js';
import type { StoreHarness } from './harness.js';

/** The harness, and the database by hand. */
export interface MongoHarness extends StoreHarness {
  db: mongo.Db;
}

export async function mongoHarness(): Promise<MongoHarness> {
  const database = mongoForTests();
  const client = await new mongo.MongoClient(database.uri).connect();
  const db = client.db();
  const options = (): StoreOptions => ({
    mongodbUri: database.uri,
    stateFile: '/nonexistent/rcm.db',
    collections: DEFAULT_PLATFORM_COLLECTIONS,
  });
  return {
    db,
    options,
    open: () => openStore(options()),
    reset: async () => {
      // Emptied, not dropped: the indexes stay, as on a server in use.
      for (const { name } of await db.listCollections().toArray()) await db.collection(name).deleteMany({});
    },
    interruptSnapshot: async (companies) => {
      const s = new mongo.ObjectId();
      const rows = companies.map(({ companyId: c, takenAt: t }) => ({ s, c, t, b: 1, k: 1, v: 1, p: 1, y: 'healthy' }));
      await db.collection('rcm_cachesnapshots').insertMany(rows);
    },
    damagePricing: async () => {
      await db
        .collection('rcm_pricingconfigs')
        .updateMany({}, { $set: { 'budgets.thresholds.warningPercent': 'lots' } });
    },
    alterPricing: async (path, value) => {
      const change = value === undefined ? { $unset: { [path]: '' } } : { $set: { [path]: value } };
      await db.collection('rcm_pricingconfigs').updateMany({}, change);
    },
    rawPricing: async () => JSON.stringify(await db.collection('rcm_pricingconfigs').find().toArray()),
    damagePolicy: async (id) => {
      await db.collection<{ _id: string }>('rcm_cachepolicies').updateOne({ _id: id }, { $set: { cachingEnabled: 7 } });
    },
    damageSnapshots: async () => {
      await db.collection('rcm_cachesnapshots').updateMany({}, { $set: { b: -1 } });
    },
    damageIssues: async () => {
      await db.collection('rcm_issuestates').updateMany({}, { $set: { severity: 'dreadful' } });
    },
    destroy: async () => {
      await client.close();
      await database.drop();
    },
  };
}
