import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema.js';
import { encodeAccessEvent } from '../../../src/core/domain/access-event.js';
import { PLATFORM_ID } from '../../../src/core/domain/counter-hours.js';
import type { RedisConnection } from '../../../src/core/redis/connect/connect.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import type { Ports } from '../../../src/core/services/ports.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';
import type { Store } from '../../../src/core/store/store.js';
import { describeMongo, mongoForTests } from '../../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { tempDir } from '../../support/temp-dir.js';
import { entry, policy, snapshot } from '../store/builders.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A quarter past, of the hour that is now: the hour before is closed. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR + 15 * 60_000;
const hourOf = (ago: number) => Math.floor(NOW / HOUR) * HOUR - ago * HOUR;
const key = (id: string, ago: number) => `rcm:{${id}}:counters:${new Date(hourOf(ago)).toISOString().slice(0, 13)}`;

let server: RedisServer;
let redis: Redis;
let connection: RedisConnection;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  connection = await connectRedis(configSchema.parse({ redis: { url: server.url } }).redis);
});
afterAll(async () => {
  redis.disconnect();
  connection.close();
  await server.stop();
});

/** Written by hand as the format says, and expiring as a client leaves it: 50 hours after the last write. */
async function count(id: string, ago: number, fields: Record<string, number>): Promise<void> {
  for (const [field, n] of Object.entries(fields)) await redis.hincrby(key(id, ago), field, n);
  await redis.pexpire(key(id, ago), 50 * HOUR);
}

async function access(id: string, name: string, timestampMs: number, streamId = '*'): Promise<void> {
  const event = { timestampMs, key: name, op: 'hit' as const, sizeBytes: 9, durationUs: 250, threshold: 1 };
  await redis.xadd(`rcm:{${id}}:events`, streamId, ...encodeAccessEvent(event));
}

function suite(options: () => Promise<StoreOptions>): void {
  let store: Store;
  const ports = (nowMs = NOW): Ports => ({
    config: configSchema.parse({}),
    redis: connection,
    store,
    clock: () => new Date(nowMs),
  });
  const run = async (nowMs?: number) => {
    const result = await takeSnapshot(ports(nowMs));
    if (!result.recorded) throw new Error('not recorded');
    expect(result.complete, result.warnings.join('\n')).toBe(true);
    return result;
  };
  const kept = async (id: string) =>
    (await store.counterHours.range(id, NOW - 100 * DAY, NOW + 100 * DAY)).map(({ fromMs, counters }) => [
      (hourOf(0) - fromMs) / HOUR,
      counters,
    ]);
  const logged = async (id: string) =>
    (await store.activity.list({ companyId: id, limit: 999 })).map((entry) => entry.key).sort();

  beforeAll(async () => {
    store = await openStore(await options());
  });
  afterAll(() => store.close());
  // Every test has companies of its own: the store stays.
  let id: string;
  beforeEach(async () => {
    await redis.flushall();
    id = randomUUID();
  });

  it('keeps every closed hour as Redis holds it; twice is once; a late write is caught up with', async () => {
    await count(id, 49, { '0:hit': 7 });
    await count(id, 2, { '0:hit': 5, '11:hit': 6, '3:miss': 2, '3:b7': 2, '3:unknown': 9 });
    await count(id, 1, { '4:clear': 1 });
    await count(id, 0, { '0:hit': 1000 });
    const all = [
      [49, { hit: 7 }],
      [2, { hit: 11, miss: 2, b7: 2 }],
      [1, { clear: 1 }],
    ];
    expect((await run()).counters).toEqual({ hours: 3, companies: 1 });
    expect(await kept(id)).toEqual(all);
    const again = await run();
    expect([again.counters, again.events, again.complete]).toEqual([
      { hours: 0, companies: 0 },
      { events: 0, companies: 0 },
      true,
    ]);
    expect(await kept(id)).toEqual(all);
    await count(id, 2, { '11:hit': 4 });
    expect((await run()).counters).toEqual({ hours: 1, companies: 1 });
    expect((await kept(id))[1]).toEqual([2, { hit: 15, miss: 2, b7: 2 }]);
    const platform = await store.counterHours.range(PLATFORM_ID, hourOf(2), hourOf(1));
    expect(platform[0]?.counters.b7).toBeGreaterThanOrEqual(2);
  });

  it('catches up with what a missed run left; what expired meanwhile is a gap, not a zero', async () => {
    await count(id, 5, { '1:hit': 3 });
    await run(NOW - 4 * HOUR);
    expect(await kept(id)).toEqual([[5, { hit: 3 }]]);
    for (const ago of [4, 3, 2]) await count(id, ago, { '1:hit': ago });
    await redis.del(key(id, 3));
    await run();
    expect(await kept(id)).toEqual([
      [5, { hit: 3 }],
      [4, { hit: 4 }],
      [2, { hit: 2 }],
    ]);
  });

  it('a flush of Redis, or its restart, takes nothing away', async () => {
    await count(id, 2, { '1:hit': 50 });
    await run();
    await redis.flushall();
    await run();
    await count(id, 2, { '1:hit': 1, '2:miss': 4 });
    await run();
    expect(await kept(id)).toEqual([[2, { hit: 50, miss: 4 }]]);
  });

  it('a clock that was ahead and is put back: hours kept too early become whole', async () => {
    await count(id, 0, { '0:hit': 10 });
    await run(NOW + 5 * HOUR);
    expect(await kept(id)).toEqual([[0, { hit: 10 }]]);
    await count(id, 0, { '3:hit': 90 });
    await run(NOW);
    await run(NOW + 2 * HOUR);
    expect(await kept(id)).toEqual([[0, { hit: 100 }]]);
    // The snapshot from the future does not make the next ones superfluous.
    const young = await takeSnapshot(ports(NOW + 3 * HOUR), { ifOlderThanMs: 10 * 60_000 });
    expect(young.recorded).toBe(true);
  });

  it('a clock that is a year ahead deletes nothing, and that is said', async () => {
    const old = { companyId: id, hourMs: hourOf(80 * 24), counters: { hit: 1 }, mark: 1 };
    await store.counterHours.put([old]);
    await store.activity.append([entry({ companyId: id, timestamp: new Date(NOW - 80 * DAY) })]);
    await store.snapshots.insert(snapshot(new Date(NOW - 80 * DAY), [id]));
    const ahead = await takeSnapshot(ports(NOW + 365 * DAY));
    expect(ahead).toMatchObject({
      recorded: true,
      complete: false,
      retention: null,
      warnings: expect.arrayContaining([
        expect.stringMatching(
          /^Retention was not applied: the clock of this machine is 36\d\.\d days ahead of Redis's$/,
        ),
      ]),
    });
    expect(await kept(id)).toEqual([[80 * 24, { hit: 1 }]]);
    expect(await logged(id)).toHaveLength(1);
    expect(await store.snapshots.companyRange(id, new Date(0), new Date(NOW))).toHaveLength(1);
    // By the right clock all goes on; the snapshot of another year is in nobody's way.
    await run();
    expect((await store.snapshots.latest(new Date(NOW)))?.platform.takenAt).toEqual(new Date(NOW));
  });

  it('copies events once, goes on where it was, and starts over with a stream that began anew', async () => {
    const at = NOW - HOUR;
    await redis.set(`company:${id}:a`, 'x');
    for (const name of ['a', 'b', 'b']) await access(id, name, at);
    expect((await run()).events).toEqual({ events: 3, companies: 1 });
    await run();
    await access(id, 'c', at);
    expect((await run()).events).toEqual({ events: 1, companies: 1 });
    expect(await logged(id)).toEqual(['a', 'b', 'b', 'c']);
    // Redis was restored from an hour ago, on a server whose clock is behind: old events under earlier ids, and a new one.
    await redis.del(`rcm:{${id}}:events`);
    for (const [n, name] of ['b', 'b', 'd'].entries()) await access(id, name, at, `1000000000000-${n}`);
    await run();
    await run();
    expect(await logged(id)).toEqual(['a', 'b', 'b', 'c', 'd']);
  });

  it('writes policies again that Redis lost, and leaves those of others', async () => {
    await store.policies.put(policy(id, { maxTtlSeconds: 77 }), 0);
    await redis.hset('rcm:{other}:policy', 'cachingEnabled', '0');
    expect((await run()).policies).toBeGreaterThanOrEqual(1);
    expect(await redis.hget(`rcm:{${id}}:policy`, 'maxTtlSeconds')).toBe('77');
    expect(await redis.exists('rcm:{other}:policy')).toBe(1);
  });

  it('two at once: one records, the other leaves; nothing is there twice', async () => {
    await count(id, 2, { '1:hit': 50 });
    await redis.set(`company:${id}:a`, 'x');
    for (let i = 0; i < 20; i++) await access(id, `k${i}`, NOW - HOUR);
    const results = await Promise.all([takeSnapshot(ports()), takeSnapshot(ports())]);
    expect(results.map(({ recorded }) => recorded).sort()).toEqual([false, true]);
    expect(await kept(id)).toEqual([[2, { hit: 50 }]]);
    expect(await logged(id)).toHaveLength(20);
  });
}

describe('snapshot into the embedded store', () => {
  suite(async () => ({ stateFile: `${await tempDir()}/rcm.db`, collections }));
});

describeMongo('snapshot into MongoDB', () => {
  const { uri, drop } = mongoForTests();
  const options = { mongodbUri: uri, stateFile: '/nonexistent/rcm.db', collections };
  suite(async () => options);
  afterAll(drop);

  it('sums up usage once in 15 minutes, however often it runs', async () => {
    await redis.flushall();
    const client = await new mongo.MongoClient(uri).connect();
    await client.db().collection<{ _id: string }>('v2companies').insertOne({ _id: 'used' });
    const store = await openStore(options);
    const callsAt = async (ms: number) => {
      await client
        .db()
        .collection('v2aiagentcalllogs')
        .insertOne({ companyId: 'used', createdAt: new Date(NOW) });
      await takeSnapshot({ config: configSchema.parse({}), redis: connection, store, clock: () => new Date(ms) });
      return (await store.snapshots.companyRange('used', new Date(ms), new Date(ms))).map(({ calls }) => calls);
    };
    const start = NOW + HOUR;
    expect(await callsAt(start)).toEqual([1]);
    expect(await callsAt(start + 300_000)).toEqual([1]);
    expect(await callsAt(start + 900_000)).toEqual([3]);
    await store.close();
    await client.close();
  });
});
