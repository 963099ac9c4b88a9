import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeMongo, mongoForTests, REFUSING_MONGO_URI, startHangingMongo } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { reportOf } from './support/run.js';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
afterEach(() => redis.flushall());
const companies = (args: string[] = [], env: Record<string, string> = {}) =>
  reportOf(['companies', '--redis-url', server.url, ...args], { env });

describe('odd keyspaces', () => {
  it('an empty Redis', async () => {
    const { exitCode, report, stderr } = await companies();
    expect({ exitCode, stderr, companies: report.companies }).toEqual({ exitCode: 0, stderr: '', companies: [] });
    expect(report.platformStats).toMatchObject({
      totalMemoryBytes: 0,
      avgHitRate: null,
      totalCost: 0,
      unallocatedCost: 77,
    });
  });

  it('one hash of a million fields: sampled and said so, read whole only with --allow-slow', async () => {
    const script = `for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('HSET', KEYS[1], i, i % 977 == 0 and string.rep('x', 900) or '') end`;
    for (let i = 0; i < 10; i++) await redis.eval(script, 1, 'company:1:big', i * 100_000, i * 100_000 + 99_999);
    expect(await redis.hlen('company:1:big')).toBe(1_000_000);
    const sampled = Number(await redis.memory('USAGE', 'company:1:big'));
    const whole = Number(await redis.call('MEMORY', 'USAGE', 'company:1:big', 'SAMPLES', 0));
    expect(whole).not.toBe(sampled);
    const bytes = async (args: string[]) => {
      const { exitCode, report } = await companies(args);
      expect(exitCode).toBe(0);
      return { bytes: report.companies[0]?.metrics.cacheBytes, warnings: report.warnings };
    };
    expect(await bytes([])).toEqual({ bytes: sampled, warnings: [] });
    const said = [expect.stringMatching(/1 keys? of over 100,000 elements or 16 MB.*--allow-slow.*company:1:big/)];
    expect(await bytes(['--exact'])).toEqual({ bytes: sampled, warnings: said });
    expect(await bytes(['--exact', '--allow-slow'])).toEqual({ bytes: whole, warnings: [] });
  });

  it('a million keys of one company', async () => {
    const script = `for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('SET', KEYS[1] .. i, 'v') end`;
    for (let i = 0; i < 50; i++)
      await redis.eval(script, 1, 'company:12:', i * 20_000 + 1_000_000, i * 20_000 + 1_019_999);
    const sum = `local n = 0 for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do n = n + redis.call('MEMORY', 'USAGE', KEYS[1] .. i) end return n`;
    let bytes = 0;
    for (let i = 0; i < 50; i++)
      bytes += Number(await redis.eval(sum, 1, 'company:12:', i * 20_000 + 1_000_000, i * 20_000 + 1_019_999));
    const { exitCode, report } = await companies();
    expect(exitCode).toBe(0);
    expect(report.companies).toHaveLength(1);
    expect(report.companies[0]).toMatchObject({
      companyId: '12',
      metrics: { keys: 1_000_000, cacheBytes: bytes },
    });
  });
});

describe('a MongoDB that cannot be reached: Redis figures all the same, a warning, exit 3', () => {
  it('refuses', async () => {
    await redis.set('company:1:a', 'x');
    const { exitCode, report, stderr } = await companies(['--mongodb-uri', REFUSING_MONGO_URI], {
      RCM_MONGODB_TIMEOUT_MS: '300',
    });
    expect(exitCode).toBe(3);
    expect(report.companies).toMatchObject([
      { companyId: '1', orphan: null, metrics: { keys: 1 }, costs: { redis: null, mongodb: null } },
    ]);
    expect(report.warnings).toEqual([expect.stringContaining('cannot be reached')]);
    expect(stderr).toBe(`Warning: ${report.warnings[0]}\n`);
  });

  it('hangs', async () => {
    await redis.set('company:1:a', 'x');
    const hanging = await startHangingMongo();
    const { exitCode, report } = await companies(['--mongodb-uri', hanging.uri], { RCM_MONGODB_TIMEOUT_MS: '300' });
    await hanging.stop();
    expect(exitCode).toBe(3);
    expect(report.companies).toHaveLength(1);
    expect(report.warnings).toHaveLength(1);
  });
});

describeMongo('a company collection that says nothing: no orphan, and it says so', () => {
  const database = mongoForTests();
  let client: mongo.MongoClient;
  beforeAll(async () => {
    client = await new mongo.MongoClient(database.uri).connect();
  });
  afterAll(async () => {
    await client.close();
    await database.drop();
  });

  it.each([
    ['missing', {}, "collection 'v2companies' does not exist"],
    ['empty', {}, "collection 'v2companies' is empty"],
    ['misnamed', { RCM_MONGODB_COMPANIES_COLLECTION: 'companys' }, "collection 'companys' does not exist"],
    ['of another id field', { RCM_MONGODB_COMPANIES_ID_FIELD: 'ref' }, "has the field 'ref'"],
  ])('%s', async (state, env, reason) => {
    if (state === 'empty') await client.db().createCollection('v2companies');
    if (state === 'of another id field') await client.db().collection('v2companies').insertOne({ companyName: 'A' });
    await redis.set('company:1:a', 'x');
    const { exitCode, report } = await companies(['--mongodb-uri', database.uri, '--fresh'], env);
    expect(exitCode).toBe(0);
    expect(report.companies).toMatchObject([{ companyId: '1', orphan: null }]);
    expect(report.companies[0]?.costs.unknown).toContain('redis.baseShare');
    expect(report.platformStats.unallocatedCost).toBe(77);
    expect(report.warnings.join('\n')).toContain(`No orphan can be told and Redis's base cost is not shared: `);
    expect(report.warnings.join('\n')).toContain(reason);
  });
});
