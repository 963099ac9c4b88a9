import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeAccessEvent } from '../../../src/core/domain/access-event.js';
import { addCounters, readCounterSlots, readCounterTotals } from '../../../src/core/redis/counters.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { connect, type RedisServer, startCluster, startRedis } from '../../support/redis/index.js';

const NOW = Date.parse('2026-11-23T22:33:00.000Z');
const MINUTE = 60_000;

describe('counters on one server', () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedis({ users: ['noscript on >pw ~* +@all -@scripting'] });
    redis = connect(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
  });

  async function seed(): Promise<void> {
    await addCounters(redis, '12', { hit: 1000 }, NOW - 90 * MINUTE); // 21:03, slot 0
    await addCounters(redis, '12', { hit: 5, hitUs: 900, b1: 5 }, NOW - 61 * MINUTE); // 21:32, slot 6
    await addCounters(redis, '12', { hit: 3, miss: 2, missUs: 7_000_000_000 }, NOW - 30 * MINUTE); // 22:03, slot 0
    await addCounters(redis, '12', { miss: 1, clear: 1 }, NOW); // 22:33, slot 6
    await addCounters(redis, '12', { hit: 4000 }, NOW + 3 * MINUTE); // 22:36, slot 7
    await addCounters(redis, 'a*b', { set: 9 }, NOW);
  }

  it('sums the slots of a window, the first and the last one whole, and nothing beside', async () => {
    await seed();
    const range = { fromMs: NOW - 60 * MINUTE, toMs: NOW };
    const totals = await readCounterTotals(redis, ['12', 'a*b', 'nobody'], range);
    expect(totals.get('12')).toEqual({
      counters: { hit: 8, miss: 3, hitUs: 900, missUs: 7_000_000_000, b1: 5, clear: 1 },
      firstSlotMs: Date.parse('2026-11-23T21:30:00.000Z'),
    });
    expect(totals.get('a*b')).toEqual({ counters: { set: 9 }, firstSlotMs: Date.parse('2026-11-23T22:30:00.000Z') });
    expect(totals.get('nobody')).toEqual({ counters: {}, firstSlotMs: null });
  });

  it('gives the same where scripts are refused', async () => {
    await seed();
    const range = { fromMs: NOW - 60 * MINUTE, toMs: NOW };
    const expected = await readCounterTotals(redis, ['12', 'a*b', 'nobody'], range);
    const refused = connect(server, { username: 'noscript', password: 'pw' });
    try {
      expect(await readCounterTotals(refused, ['12', 'a*b', 'nobody'], range)).toEqual(expected);
    } finally {
      refused.disconnect();
    }
  });

  it('reads slot by slot', async () => {
    await seed();
    expect(await readCounterSlots(redis, '12', { fromMs: NOW - 60 * MINUTE, toMs: NOW })).toEqual([
      { slotMs: Date.parse('2026-11-23T21:30:00.000Z'), counters: { hit: 5, hitUs: 900, b1: 5 } },
      { slotMs: Date.parse('2026-11-23T22:00:00.000Z'), counters: { hit: 3, miss: 2, missUs: 7_000_000_000 } },
      { slotMs: Date.parse('2026-11-23T22:30:00.000Z'), counters: { miss: 1, clear: 1 } },
    ]);
  });

  it('counts nothing for damaged, foreign and newer fields, in both ways of reading', async () => {
    const key = ownKeys.counters('12', NOW);
    await redis.hset(key, { '6:hit': '4', '6:miss': 'many', '6:newer': '7', hit: '1', '99:hit': '5', '6:': '1' });
    await redis.set(ownKeys.counters('12', NOW - 60 * MINUTE), 'a string');
    const range = { fromMs: NOW - 120 * MINUTE, toMs: NOW };
    expect((await readCounterTotals(redis, ['12'], range)).get('12')?.counters).toEqual({ hit: 4 });
    expect(await readCounterSlots(redis, '12', range)).toEqual([
      { slotMs: Date.parse('2026-11-23T22:30:00.000Z'), counters: { hit: 4 } },
    ]);
  });

  it('expire 50 hours after they were last written', async () => {
    await addCounters(redis, '12', { clear: 1 }, NOW);
    expect(await redis.ttl(ownKeys.counters('12', NOW))).toBe(180_000);
  });

  it('stay under 150 KB with the events, for a company active around the clock', async () => {
    const realistic = {
      hit: 27_000,
      miss: 1500,
      set: 300,
      del: 40,
      hitUs: 7_000_000,
      missUs: 25_000_000,
      bytes: 1_900_000,
    };
    const buckets = { b0: 21_000, b1: 5000, b2: 900, b3: 300, b4: 700, b5: 400, b6: 150, b7: 50 };
    for (let hour = 0; hour < 50; hour += 1) {
      const at = NOW - hour * 60 * MINUTE;
      const fields = Array.from({ length: 12 }, (_, slot) =>
        Object.entries({ ...realistic, ...buckets }).map(([name, n]) => [`${slot}:${name}`, n + slot * 7 + hour]),
      ).flat();
      await redis.hset(ownKeys.counters('busy', at), ...fields.flat());
    }
    for (let i = 0; i < 512; i += 1) {
      const event = {
        timestampMs: NOW + i * 700,
        key: `profile:settings:${i}`,
        sizeBytes: 1200 + i,
        durationUs: 300 + i,
      };
      const fields = encodeAccessEvent({ ...event, op: i % 9 === 0 ? 'miss' : 'hit', threshold: 0.0173 });
      await redis.xadd(ownKeys.events('busy'), '*', ...fields);
    }
    const keys = await redis.keys('rcm:*');
    const sizes = await Promise.all(keys.map((key) => redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
    expect(keys).toHaveLength(51);
    const bytes = sizes.reduce<number>((sum, size) => sum + Number(size), 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(150 * 1024);
    const range = { fromMs: NOW - 24 * 60 * MINUTE, toMs: NOW };
    await redis.config('RESETSTAT');
    for (let i = 0; i < 20; i += 1) await readCounterTotals(redis, ['busy'], range);
    const info = await redis.info('commandstats');
    const perCall = Number(/cmdstat_evalsha_ro:.*?usec_per_call=([\d.]+)/.exec(info)?.[1]);
    process.stdout.write(
      `      company active around the clock: ${bytes} bytes; ${perCall} µs of server time a call\n`,
    );
  });
});

describe('counters on a cluster', () => {
  it('sums companies that live on different masters', async () => {
    const nodes = await startCluster();
    const cluster = new Cluster([nodes.url]);
    try {
      const ids = Array.from({ length: 40 }, (_, i) => `company-${i}`);
      for (const [i, id] of ids.entries()) await addCounters(cluster, id, { hit: i + 1 }, NOW);
      const totals = await readCounterTotals(cluster, ids, { fromMs: NOW - 24 * 60 * MINUTE, toMs: NOW });
      expect(ids.map((id) => totals.get(id)?.counters.hit)).toEqual(ids.map((_, i) => i + 1));
      expect(await readCounterSlots(cluster, 'company-4', { fromMs: NOW, toMs: NOW })).toHaveLength(1);
    } finally {
      cluster.disconnect();
      await nodes.stop();
    }
  });
});
