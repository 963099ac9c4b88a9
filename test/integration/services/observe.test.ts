import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/company-cache.js';
import { READ_COMMANDS } from '../../../src/core/domain/observe/read-commands.js';
import { readCounterTotals } from '../../../src/core/redis/counters.js';
import { readEvents } from '../../../src/core/redis/events.js';
import { observeReport } from '../../../src/core/services/observe/report.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { countsOf, startObserving } from './observe-support.js';
import { type Rig, rigOn } from './rig.js';

const SETTING = 'notify-keyspace-events';

let server: RedisServer;
let redis: Redis;
let rig: Rig;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  rig = await rigOn(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await rig.close();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', SETTING, '');
});
afterEach(async () => {
  expect(await redis.keys('rcm:*observe*')).toEqual([]);
});
const setting = async () => ((await redis.config('GET', SETTING)) as string[])[1];

/** A key of each type, and arguments for every command; K is the key, twice where two are named. */
const TYPES: Record<string, string[]> = {
  strings: ['SET', 'K', '12'],
  hashes: ['HSET', 'K', 'f', '1'],
  lists: ['RPUSH', 'K', 'a', 'b'],
  sets: ['SADD', 'K', 'a'],
  'sorted sets': ['ZADD', 'K', '1', 'a'],
  streams: ['XADD', 'K', '1-1', 'f', 'v'],
  positions: ['GEOADD', 'K', '1', '1', 'a'],
  'cardinality estimates': ['PFADD', 'K', 'a'],
};
const ARGUMENTS: Record<string, string> = {
  GETRANGE: 'K 0 1', SUBSTR: 'K 0 1', GETBIT: 'K 0', BITPOS: 'K 1', BITFIELD_RO: 'K GET u4 0', MGET: 'K K', PFCOUNT: 'K K', LCS: 'K K',
  HGET: 'K f', HMGET: 'K f g', HEXISTS: 'K f', HSTRLEN: 'K f', HSCAN: 'K 0',
  LRANGE: 'K 0 -1', LINDEX: 'K 0', LPOS: 'K a', SISMEMBER: 'K a', SMISMEMBER: 'K a b', SSCAN: 'K 0',
  SINTER: 'K K', SUNION: 'K K', SDIFF: 'K K', SINTERCARD: '2 K K LIMIT 5', ZUNION: '2 K K', ZINTER: '2 K K', ZDIFF: '2 K K', ZINTERCARD: '2 K K',
  ZRANGE: 'K 0 -1', ZREVRANGE: 'K 0 -1', ZRANGEBYSCORE: 'K 0 1', ZREVRANGEBYSCORE: 'K 1 0', ZRANGEBYLEX: 'K - +', ZREVRANGEBYLEX: 'K + -',
  ZSCORE: 'K a', ZMSCORE: 'K a b', ZRANK: 'K a', ZREVRANK: 'K a', ZCOUNT: 'K 0 1', ZLEXCOUNT: 'K - +', ZSCAN: 'K 0',
  XRANGE: 'K - +', XREVRANGE: 'K + -', GEOPOS: 'K a', GEODIST: 'K a a', GEOHASH: 'K a',
  GEOSEARCH: 'K FROMMEMBER a BYRADIUS 1 m', GEORADIUS_RO: 'K 1 1 1 m', GEORADIUSBYMEMBER_RO: 'K a 1 m',
}; // biome-ignore format: a table

/** What is no cache read, though much of it fires key-misses (XREAD two). */
const NO_READS = [
  'EXISTS K', 'TTL K', 'PTTL K', 'TYPE K', 'EXPIRETIME K', 'TOUCH K', 'STRLEN K', 'DUMP K', 'OBJECT ENCODING K', 'MEMORY USAGE K',
  'COPY K company:other:copy', 'SUNIONSTORE company:other:to K', 'ZUNIONSTORE company:other:to 1 K', 'PFMERGE company:other:to K',
  'BITOP NOT company:other:to K', 'XREAD STREAMS K 0', 'XREAD BLOCK 1 STREAMS K $', 'SORT K', 'BITFIELD K GET u4 0', 'WATCH K',
  'UNLINK K', 'PERSIST K', 'EXPIRE K 100', 'APPEND K v', 'GETSET K v', 'SET K v GET', 'SETNX K v', 'INCRBY K 0',
]; // biome-ignore format: a table

describe('reads', () => {
  it('of every command of the table are hits where the key exists, misses where not; nothing else is a read', async () => {
    const commands = Object.entries(READ_COMMANDS).flatMap(([type, group]) =>
      Object.entries(group).flatMap(([keys, names]) => names.map((name) => ({ type, name, keys }))),
    );
    const key = (name: string, state: string) => `company:${name}-${state}:k`;
    const fill = (text: string, k: string) => text.split(' ').map((word) => (word === 'K' ? k : word));
    for (const { type, name } of commands) {
      const [create = '', ...args] = TYPES[type] as string[];
      await redis.call(create, ...args.map((arg) => (arg === 'K' ? key(name, 'there') : arg)));
    }
    const observing = await startObserving(rig.ports);
    for (const { name } of commands)
      for (const state of ['there', 'absent'])
        await redis.call(name, ...fill(ARGUMENTS[name] ?? 'K', key(name, state)));
    for (const [i, text] of NO_READS.entries()) {
      const [name = '', ...args] = fill(text, `company:no-read-${i}:k`);
      await redis.call(name, ...args).catch(() => undefined);
    }
    const report = await observing.end();
    expect(observeReport.safeParse(report).error).toBeUndefined();
    const expected = Object.fromEntries(
      commands.flatMap(({ name, keys }) => {
        const reads = keys === 'first' ? 1 : 2;
        return [[`${name}-there`, [reads, 0]], [`${name}-absent`, [reads, reads]]]; // biome-ignore format: a pair
      }),
    );
    expect(countsOf(report)).toEqual(expected);
    expect(commands.length).toBeGreaterThan(50);
  });

  it('are those of MULTI, of scripts (whose own line is none), of the observed database, of any bytes; a wrong type is there', async () => {
    await redis.set('company:a:there', 'v');
    await redis.hset('company:a:hash', 'f', 'v');
    const observing = await startObserving(rig.ports);
    await redis.multi().get('company:a:there').get('company:a:absent').exec();
    await redis.eval(
      "redis.call('get', KEYS[1]); return redis.call('mget', KEYS[1], KEYS[2])",
      2,
      'company:b:x',
      'company:b:y',
    );
    await redis.call('GET', 'company:a:hash').catch(() => undefined);
    const odd = Buffer.from([
      0x63, 0x6f, 0x6d, 0x70, 0x61, 0x6e, 0x79, 0x3a, 0x63, 0x3a, 0, 255, 34, 92, 10, 13, 9, 7, 8, 32,
    ]);
    await redis.call('GET', odd);
    await redis.set(odd, 'v');
    await redis.call('GET', odd);
    await redis.get('nobody:1');
    await redis.get('rcm:{a}:policy');
    const other = connect(server, { db: 1 });
    await other.get('company:a:there');
    other.disconnect();
    await redis.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, 'company:d:big', 'x'.repeat(2_000_000));
    await redis.get('company:d:big');
    const report = await observing.end();
    expect(countsOf(report)).toEqual({ a: [3, 1], b: [3, 3], c: [2, 1], d: [1, 0] });
    expect(report.platform).toMatchObject({ reads: 9, misses: 5, hits: 4, otherReads: 1 });
  });

  it('agree with the client’s own count, company by company, and expirations and evictions with the server’s', async () => {
    const cache = new CompanyCache({ redis: connect(server), record: true, events: false });
    for (let i = 0; i < 300; i += 1) await cache.set(`c${i % 3}`, `k${i}`, { i });
    const observing = await startObserving(rig.ports);
    const own = new Map<string, [number, number]>();
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let round = 0; round < 60; round += 1)
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const company = `c${Math.floor(random() * 3)}`;
          const value = await cache.get(company, `k${Math.floor(random() * 400)}`);
          const [reads, misses] = own.get(company) ?? [0, 0];
          own.set(company, [reads + 1, misses + (value === null ? 1 : 0)]);
          if (random() < 0.1) await redis.exists(`company:${company}:k${Math.floor(random() * 400)}`);
        }),
      );
    await redis.set('company:c0:short', 'v', 'PX', 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await redis.get('company:c0:short');
    own.set('c0', [((own.get('c0') as number[])[0] as number) + 1, ((own.get('c0') as number[])[1] as number) + 1]);
    const report = await observing.end();
    await cache.close();
    expect(countsOf(report)).toEqual(Object.fromEntries(own));
    expect(Math.min(...[...own.values()].map(([reads]) => reads))).toBeGreaterThan(1000);
    for (const { companyId, hitRate, few } of report.companies) {
      const [reads, misses] = own.get(companyId) as [number, number];
      expect(hitRate).toBeCloseTo(((reads - misses) / reads) * 100, 10);
      expect(few).toBe(false);
    }
    expect(report.companies.find((c) => c.companyId === 'c0')).toMatchObject({ expirations: 1, evictions: 0 });
  });

  it('none at all: rates are unknown, never 0 % or 100 %', async () => {
    const observing = await startObserving(rig.ports, { companies: [{ companyId: 'a', companyName: 'A' }] });
    const report = await observing.end();
    expect(report.companies).toEqual([
      expect.objectContaining({
        companyId: 'a',
        companyName: 'A',
        reads: 0,
        hits: 0,
        misses: 0,
        hitRate: null,
        few: true,
      }),
    ]);
    expect(report.platform.hitRate).toBeNull();
    expect(report.warnings).toContain('No read was seen: hit rates are unknown.');
  });

  it('of the companies that were named, and of no other', async () => {
    const observing = await startObserving(rig.ports, { companies: [{ companyId: 'a', companyName: null }] });
    await redis.mget('company:a:1', 'company:b:1', 'nobody');
    expect(countsOf(await observing.end())).toEqual({ a: [1, 1] });
  });

  it('evictions by company', async () => {
    const small = await startRedis({ config: ['maxmemory 3mb', 'maxmemory-policy allkeys-random'] });
    const own = await rigOn(small.url);
    const client = connect(small);
    const observing = await startObserving(own.ports);
    for (let i = 0; i < 60; i += 1) await client.set(`company:e${i % 2}:k${i}`, 'x'.repeat(100_000));
    const evicted = 60 - (await client.keys('company:*')).length;
    const report = await observing.end();
    expect(evicted).toBeGreaterThan(5);
    expect(report.platform.evictions).toBe(evicted);
    client.disconnect();
    await own.close();
    await small.stop();
  });
});

describe('the server’s setting', () => {
  it('is extended for the time, and put back as it was', async () => {
    await redis.config('SET', SETTING, 'Kg');
    const observing = await startObserving(rig.ports);
    expect(new Set(await setting())).toEqual(new Set('KgEmxe'));
    expect(JSON.parse((await redis.get('rcm:observe:restore')) ?? '{}')).toMatchObject({
      settings: { primary: { former: 'gK' } },
    });
    await observing.end();
    expect(new Set(await setting())).toEqual(new Set('Kg'));
  });

  it('that has all that is needed is left alone', async () => {
    await redis.config('SET', SETTING, 'AKEm');
    const observing = await startObserving(rig.ports);
    expect(await redis.exists('rcm:observe:restore')).toBe(0);
    await redis.get('company:a:1');
    expect(countsOf(await observing.end())).toEqual({ a: [1, 1] });
  });

  it('is the server’s and not a database’s: one observer, whichever it watches', async () => {
    const third = await rigOn(`${server.url}/3`);
    const observing = await startObserving(third.ports);
    const client = connect(server, { db: 3 });
    await client.get('company:a:1');
    await redis.get('company:a:1');
    await expect(startObserving(rig.ports)).rejects.toMatchObject({ code: 'RCM_CONFLICT', exitCode: 4 });
    expect(countsOf(await observing.end())).toEqual({ a: [1, 1] });
    expect(await setting()).toBe('');
    client.disconnect();
    await third.close();
  });
});

describe('--record', () => {
  it('adds what was seen to counters and events, under this machine’s clock', async () => {
    const at = new Date(Date.now() - 3 * 3_600_000); // clocks apart: the server's is three hours ahead
    await redis.set('company:a:one', 'v');
    const observing = await startObserving({ ...rig.ports, clock: () => at }, { record: true });
    for (const key of ['one', 'one', 'two']) await redis.get(`company:a:${key}`);
    const report = await observing.end();
    expect(report.recorded).toEqual({ companies: 1, skipped: [] });
    const range = { fromMs: at.getTime() - 60_000, toMs: at.getTime() + 60_000 };
    const totals = await readCounterTotals(redis, ['a'], range);
    expect(totals.get('a')?.counters).toEqual({ hit: 2, miss: 1 });
    const events = await readEvents(redis, 'a');
    expect(events.map(({ key, op, timestampMs }) => [key, op, timestampMs])).toEqual(
      [['one', 'hit'], ['one', 'hit'], ['two', 'miss']].map((event) => [...event, at.getTime()]),
    ); // biome-ignore format: a table
  });

  it('not for companies whose application records itself, unless forced', async () => {
    const cache = new CompanyCache({ redis: connect(server) });
    await cache.get('own', 'k');
    await cache.flush();
    const recorded = async () => {
      const range = { fromMs: Date.now() - 600_000, toMs: Date.now() + 600_000 };
      const { counters } = (await readCounterTotals(redis, ['own'], range)).get('own') ?? {};
      return counters?.miss;
    };
    expect(await recorded()).toBe(1);
    const observing = await startObserving(rig.ports, { record: true });
    await redis.mget('company:own:k', 'company:new:k');
    const report = await observing.end();
    expect(report.recorded).toEqual({ companies: 1, skipped: ['own'] });
    expect(report.warnings.join()).toContain('records itself and was not recorded again');
    expect(await recorded()).toBe(1);
    const named = { record: true, companies: [{ companyId: 'own', companyName: null }] };
    await expect(startObserving(rig.ports, named)).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
    const forced = await startObserving(rig.ports, { ...named, force: true });
    await redis.get('company:own:k');
    await forced.end();
    expect(await recorded()).toBe(2);
    await cache.close();
  });
});

it('TLS and a password; replicas are told of', async () => {
  const secure = await startRedis({ tls: true, password: 'hunter2' });
  const own = await rigOn(secure.url, { redis: { url: secure.url, tls: { ca: secure.tls?.ca } } });
  const client = connect(secure);
  const observing = await startObserving(own.ports);
  await client.get('company:a:1');
  expect(countsOf(await observing.end())).toEqual({ a: [1, 1] });
  client.disconnect();
  await own.close();
  await secure.stop();
  const replica = await startRedis({ replicaOf: server });
  const beside = await startObserving(rig.ports);
  expect((await beside.end()).warnings.join()).toContain('1 replica: reads that a replica serves are not seen');
  await replica.stop();
});
