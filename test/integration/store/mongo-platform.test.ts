import { mongo } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import {
  DEFAULT_PLATFORM_COLLECTIONS,
  type PlatformCollections,
} from '../../../src/core/store/platform-collections.js';
import { describeMongo } from '../../support/mongo/index.js';
import { at, platformRow } from './builders.js';
import { type MongoHarness, mongoHarness } from './mongo-harness.js';

const { Decimal128, Double, Int32, Long, ObjectId } = mongo;
const ACME = '64b000000000000000000001';
const BETA = '64b000000000000000000002';
const NOW = at('2026-03-31T12:00:00.000Z');
const OLDEST = at('2026-03-01T12:00:00.000Z'); // 30 days earlier

describeMongo("the platform's own collections", () => {
  let harness: MongoHarness;
  beforeAll(async () => {
    harness = await mongoHarness();
  });
  beforeEach(async () => {
    for (const { name } of await harness.db.listCollections().toArray()) await harness.db.collection(name).drop();
  });
  afterAll(() => harness.destroy());

  const insert = (collection: string, docs: object[]) => harness.db.collection(collection).insertMany(docs);
  const withStore = async <T>(
    work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
    change: Partial<PlatformCollections> = {},
  ): Promise<T> => {
    const options: StoreOptions = { ...harness.options(), collections: { ...DEFAULT_PLATFORM_COLLECTIONS, ...change } };
    const store = await openStore(options);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const list = (companies?: PlatformCollections['companies']) =>
    withStore((store) => store.companies.list(), companies ? { companies } : {});
  const read = (options = { fresh: true }, change: Partial<PlatformCollections> = {}, now = NOW) =>
    withStore((store) => store.usage.read(now, options), change);

  /** What the server says the average document of a collection is, asked in another way than the store does. */
  const averageSize = async (collection: string): Promise<number> =>
    Number((await harness.db.command({ collStats: collection })).avgObjSize);

  describe('companies', () => {
    it('are listed once each, ids as text, names that are no text as none', async () => {
      await insert('v2companies', [
        { _id: new ObjectId(ACME), companyName: 'Acme', secret: 'x' },
        { _id: ACME, companyName: 'Acme again' },
        { _id: 'b', companyName: 42 },
        { _id: 7 },
        { _id: Long.fromString('9007199254740993'), companyName: 'Ünïcode 漢' },
      ] as object[]);
      const listing = await list();
      if (listing.source !== 'collection') throw new Error(JSON.stringify(listing));
      const names = Object.fromEntries(listing.companies.map((c) => [c.companyId, c.companyName]));
      expect(listing.companies).toHaveLength(4);
      expect(names).toEqual({ [ACME]: expect.any(String), b: null, 7: null, '9007199254740993': 'Ünïcode 漢' });
      expect(listing.companies[0]).not.toHaveProperty('secret');
    });

    it('are read from configured fields, dotted ones too', async () => {
      await insert('tenants', [
        { ref: { id: 'a' }, profile: { name: 'A' } },
        { ref: { id: null }, profile: { name: 'B' } },
        { profile: { name: 'C' } },
      ]);
      const listing = await list({ collection: 'tenants', idField: 'ref.id', nameField: 'profile.name' });
      expect(listing).toEqual({ source: 'collection', companies: [{ companyId: 'a', companyName: 'A' }] });
    });

    it('that cannot be read say why', async () => {
      const unread = (reason: string) => ({ source: 'unread', reason, failed: false });
      expect(await list()).toEqual(unread("collection 'v2companies' does not exist"));
      await harness.db.createCollection('v2companies');
      expect(await list()).toEqual(unread("collection 'v2companies' is empty"));
      await insert('v2companies', [{ companyName: 'Acme' }]);
      expect(await list({ collection: 'v2companies', idField: 'tenant', nameField: 'companyName' })).toEqual(
        unread("no document of collection 'v2companies' has the field 'tenant'"),
      );
      const clash = await list({ collection: 'v2companies', idField: 'a', nameField: 'a.b' });
      expect(clash.source).toBe('unread');
    });

    it('cannot be imported', async () => {
      const refused = withStore((store) => store.companies.replaceImported([], NOW));
      await expect(refused).rejects.toMatchObject({ code: 'RCM_NOT_APPLICABLE' });
    });
  });

  describe('usage', () => {
    const call = (companyId: unknown, createdAt: unknown, durationSeconds: unknown, recordingBytes: unknown) => ({
      companyId,
      createdAt,
      durationSeconds,
      recordingBytes,
    });
    const seed = async () => {
      await insert('v2companies', [{ _id: new ObjectId(ACME), companyName: 'Acme' }, { _id: new ObjectId(BETA) }]);
      await insert('v2aiagentcalllogs', [
        call(new ObjectId(ACME), NOW, new Int32(60), Long.fromString('3000000000')),
        call(ACME, OLDEST, new Double(90.5), Decimal128.fromString('1000.25')),
        call(ACME, new Date(OLDEST.getTime() - 1), 1000, 1000), // a millisecond too old
        call(ACME, new Date(NOW.getTime() + 1), 1000, 1000), // of the future
        call(new ObjectId(BETA), at('2026-03-15T00:00:00Z'), 'long', null), // not numbers
        call(null, at('2026-03-15T00:00:00Z'), 5, 5), // nobody's
        call('ghost', at('2020-01-01T00:00:00Z'), 5, 5), // no company, only old calls
      ]);
    };

    it('adds up calls, minutes, recordings and storage, of ids of both types', async () => {
      await seed();
      const { byCompany, measuredAt, unknown } = await read();
      const [company, log] = [await averageSize('v2companies'), await averageSize('v2aiagentcalllogs')];
      expect(unknown).toEqual([]);
      expect(measuredAt).toEqual(NOW);
      expect(Object.fromEntries(byCompany)).toEqual({
        // 1 company document and 4 logs; (60 + 90.5) seconds; 3,000,000,000 + 1,000.25 bytes
        [ACME]: { storageBytes: company + 4 * log, calls: 2, minutes: 150.5 / 60, recordingBytes: 3_000_001_000.25 },
        [BETA]: { storageBytes: company + log, calls: 1, minutes: 0, recordingBytes: 0 },
        ghost: { storageBytes: log, calls: 0, minutes: 0, recordingBytes: 0 },
      });
    });

    it('is unknown where its collection is missing, known elsewhere', async () => {
      await insert('v2companies', [{ _id: new ObjectId(ACME) }]);
      const missing = "collection 'v2aiagentcalllogs' does not exist";
      const both = await read();
      expect(both.unknown).toEqual([
        { part: 'storage', reason: missing, failed: false },
        { part: 'calls', reason: missing, failed: false },
      ]);
      expect(both.byCompany.get(ACME)).toEqual({
        storageBytes: null,
        calls: null,
        minutes: null,
        recordingBytes: null,
      });
      const storage = [{ collection: 'v2companies', companyField: '_id' }];
      const one = await read({ fresh: true }, { storage });
      expect(one.unknown).toEqual([{ part: 'calls', reason: missing, failed: false }]);
      expect(one.byCompany.get(ACME)?.storageBytes).toBe(await averageSize('v2companies'));
    });

    it('is none, not unknown, where the collections are empty', async () => {
      await harness.db.createCollection('v2companies');
      await harness.db.createCollection('v2aiagentcalllogs');
      expect(await read()).toEqual({ measuredAt: NOW, byCompany: new Map(), unknown: [] });
    });

    it('does not take misnamed fields for "no calls"', async () => {
      await seed();
      const calls = { ...DEFAULT_PLATFORM_COLLECTIONS.calls, createdAtField: 'created_at' };
      const undated = await read({ fresh: true }, { calls });
      expect(undated.unknown).toEqual([
        {
          part: 'calls',
          reason: "no document of collection 'v2aiagentcalllogs' has a date in 'created_at'",
          failed: false,
        },
      ]);
      expect(undated.byCompany.get(ACME)?.storageBytes).toBeGreaterThan(0);
      const unsized = { ...DEFAULT_PLATFORM_COLLECTIONS.calls, recordingBytesField: 'bytes' };
      const { byCompany } = await read({ fresh: true }, { calls: unsized });
      expect(byCompany.get(ACME)).toMatchObject({ calls: 2, minutes: 150.5 / 60, recordingBytes: null });
      expect(byCompany.get('ghost')).toMatchObject({ calls: 0, recordingBytes: 0 });
    });

    it('of a view has no storage, and says so', async () => {
      await seed();
      await harness.db.createCollection('view', { viewOn: 'v2companies', pipeline: [] });
      const { unknown, byCompany } = await read(
        { fresh: true },
        { storage: [{ collection: 'view', companyField: '_id' }] },
      );
      expect(unknown).toEqual([
        { part: 'storage', reason: expect.stringContaining("collection 'view'"), failed: false },
      ]);
      expect(byCompany.get(ACME)).toMatchObject({ storageBytes: null, calls: 2 });
    });

    it('is kept for 15 minutes, asked again when fresh, too old, or configured otherwise', async () => {
      await seed();
      await read();
      await insert('v2aiagentcalllogs', [call(ACME, at('2026-03-20T00:00:00Z'), 60, 1)]);
      const later = (ms: number) => new Date(NOW.getTime() + ms);
      const calls = async (...args: Parameters<typeof read>) => {
        const { byCompany, measuredAt } = await read(...args);
        return [byCompany.get(ACME)?.calls, measuredAt];
      };
      const lastMoment = later(15 * 60_000 - 1);
      expect(await calls({ fresh: false }, {}, lastMoment)).toEqual([2, NOW]);
      const kept = await read({ fresh: false }, {}, lastMoment);
      expect(kept.byCompany.get(BETA)).toMatchObject({ calls: 1, minutes: 0, recordingBytes: 0 });
      const other = { storage: [] };
      expect((await calls({ fresh: false }, other, lastMoment))[1]).toEqual(lastMoment);
      await read(); // back to the first configuration, now with the new call and the one of a millisecond later
      expect(await calls({ fresh: false }, {}, later(60_000))).toEqual([3, NOW]);
      const tooOld = later(15 * 60_000);
      expect(await calls({ fresh: false }, {}, tooOld)).toEqual([3, tooOld]);
      expect((await calls({ fresh: false }, {}, NOW))[1]).toEqual(NOW); // kept from the future: not believed
      expect((await calls({ fresh: true }, {}, later(1)))[1]).toEqual(later(1));
    });

    it('is returned all the same where it cannot be kept, and read again where what was kept is damaged', async () => {
      await seed();
      // Nothing can be written to a view: as for a role that may only read.
      await harness.db.createCollection('rcm_usage', { viewOn: 'v2companies', pipeline: [] });
      expect((await read()).byCompany.get(ACME)?.calls).toBe(2);
      await harness.db.collection('rcm_usage').drop();
      await read();
      await harness.db.collection('rcm_usage').updateMany({}, { $set: { companies: 'none' } });
      expect((await read({ fresh: false })).byCompany.get(ACME)?.calls).toBe(2);
    });
  });

  it('are never written: reading everything of an empty database makes no collection', async () => {
    await withStore(async (store) => {
      await store.pricing.get();
      await store.policies.list();
      await store.activity.list({ limit: 1 });
      await store.snapshots.latest();
      await store.fixes.list({ limit: 1 });
      await store.issues.list();
      await store.companies.list();
    });
    expect(await harness.db.listCollections().toArray()).toEqual([]);
  });

  it('leave our own collections the indexes they need after the first write, and no more documents than one', async () => {
    await withStore(async (store) => {
      await store.activity.append([
        { companyId: 'a', timestamp: NOW, eventType: 'clear', key: null, details: {}, metadata: {} },
      ]);
      const takenAt = NOW;
      await store.snapshots.insert({ platform: platformRow(takenAt), companies: [] });
      await Promise.all([1, 2, 3].map(() => store.pricing.update(() => ({ history: [] }))));
    });
    const keys = async (name: string) => (await harness.db.collection(name).indexes()).map((index) => index.key);
    expect(await keys('rcm_cacheactivitylogs')).toContainEqual({ companyId: 1, timestamp: 1 });
    expect(await keys('rcm_cachesnapshots')).toEqual(expect.arrayContaining([{ c: 1, t: 1 }, { t: 1 }]));
    expect(await keys('rcm_platformsnapshots')).toContainEqual({ takenAt: 1 });
    expect(await harness.db.collection('rcm_pricingconfigs').countDocuments()).toBe(1);
  });
});
