import { mongo } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeMongo, mongoForTests, REFUSING_MONGO_URI, startHangingMongo } from '../../support/mongo/index.js';

describeMongo('the MongoDB of the tests', () => {
  const database = mongoForTests();
  const client = new mongo.MongoClient(database.uri);
  const calls = client.db().collection('calls');
  beforeAll(async () => {
    await calls.insertMany(
      Array.from({ length: 300 }, (_, i) => ({ companyId: `c${i % 3}`, seconds: i, at: new Date(i * 1000) })),
    );
  });
  afterAll(async () => {
    await database.drop();
    await client.close();
  });

  it('gives every suite a database of its own', () => {
    expect(client.db().databaseName).toBe(database.name);
    expect(mongoForTests().name).not.toBe(database.name);
  });

  it('finds, over several batches', async () => {
    const found = await calls.find({ companyId: 'c1' }, { sort: { seconds: -1 }, batchSize: 30 }).toArray();
    expect(found.map((call) => call.seconds)).toEqual(Array.from({ length: 100 }, (_, i) => 298 - 3 * i));
    expect(found[0]?.at).toEqual(new Date(298_000));
  });

  it('aggregates', async () => {
    const groups = await calls
      .aggregate([
        { $match: { at: { $gte: new Date(150_000) } } },
        { $group: { _id: '$companyId', calls: { $sum: 1 }, seconds: { $sum: '$seconds' } } },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    // Σ of 150, 153 … 297 = 50 × 223.5, and one and two more for each of the 50.
    expect(groups).toEqual([
      { _id: 'c0', calls: 50, seconds: 11_175 },
      { _id: 'c1', calls: 50, seconds: 11_225 },
      { _id: 'c2', calls: 50, seconds: 11_275 },
    ]);
  });

  it('tells sizes by $collStats', async () => {
    const [stats] = await calls.aggregate([{ $collStats: { storageStats: {}, count: {} } }]).toArray();
    expect(stats?.count).toBe(300);
    expect(stats?.storageStats.avgObjSize).toBeGreaterThan(40);
  });

  it('refuses duplicates of a unique index, with MongoDB’s code', async () => {
    const policies = client.db().collection('policies');
    await policies.createIndex({ companyId: 1 }, { unique: true });
    await policies.insertOne({ companyId: 'a' });
    await expect(policies.insertOne({ companyId: 'a' })).rejects.toMatchObject({ code: 11000 });
    expect((await policies.indexes()).map((index) => index.key)).toContainEqual({ companyId: 1 });
  });

  it('changes one document atomically, guarded by its version', async () => {
    const config = client.db().collection('config');
    await config.insertOne({ version: 0, n: 0 });
    const results = await Promise.all(
      Array.from({ length: 8 }, () => config.updateOne({ version: 0 }, { $inc: { version: 1, n: 1 } })),
    );
    expect(results.reduce((sum, result) => sum + result.modifiedCount, 0)).toBe(1);
    expect(
      await config.findOneAndUpdate({ version: 1 }, { $set: { n: 5 } }, { returnDocument: 'after' }),
    ).toMatchObject({
      version: 1,
      n: 5,
    });
  });
});

const usable = (uri: string): Promise<unknown> => {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 300 });
  return client
    .db()
    .command({ ping: 1 })
    .finally(() => client.close());
};

it('a MongoDB that refuses, and one that hangs', async () => {
  await expect(usable(REFUSING_MONGO_URI)).rejects.toThrow(/ECONNREFUSED/);
  const hanging = await startHangingMongo();
  await expect(usable(hanging.uri)).rejects.toThrow(/timed out/i);
  await hanging.stop();
});
