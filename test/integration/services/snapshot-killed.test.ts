import { join } from 'node:path';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema.js';
import { encodeAccessEvent } from '../../../src/core/domain/access-event.js';
import { PLATFORM_ID } from '../../../src/core/domain/counter-hours.js';
import { connectRedis, type RedisConnection } from '../../../src/core/redis/connect/connect.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';
import type { Store } from '../../../src/core/store/store.js';
import { childScript } from '../../support/child-script.js';
import { describeMongo, mongoForTests } from '../../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { tempDir } from '../../support/temp-dir.js';
import { entry, policy, snapshot } from '../store/builders.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A quarter past an hour that is over, at whatever minute the test runs. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR - 45 * 60_000;
const hourOf = (ago: number) => Math.floor(NOW / HOUR) * HOUR - ago * HOUR;

let server: RedisServer;
let redis: Redis;
let connection: RedisConnection;
let script: string;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  connection = await connectRedis(configSchema.parse({ redis: { url: server.url } }).redis);
  script = await childScript(join(import.meta.dirname, 'snapshot-until-write.ts'));
  for (const id of ['a', 'b']) {
    await redis.set(`company:${id}:x`, 'x');
    for (const ago of [2, 1]) {
      const key = `rcm:{${id}}:counters:${new Date(hourOf(ago)).toISOString().slice(0, 13)}`;
      await redis.hset(key, { '0:hit': ago * 10, '4:miss': id === 'a' ? 1 : 2 });
      await redis.pexpire(key, 50 * HOUR);
    }
    for (let n = 0; n < 3; n++) {
      const event = {
        timestampMs: NOW - HOUR + n,
        key: `k${n}`,
        op: 'hit',
        sizeBytes: 9,
        durationUs: 250,
        threshold: 1,
      };
      await redis.xadd(
        `rcm:{${id}}:events`,
        '*',
        ...encodeAccessEvent(event as Parameters<typeof encodeAccessEvent>[0]),
      );
    }
  }
});
afterAll(async () => {
  redis.disconnect();
  connection.close();
  await server.stop();
});

/** A store with something for each step to do. */
async function fill(store: Store): Promise<void> {
  for (const ago of [50.1, 50.2]) await store.snapshots.insert(snapshot(new Date(NOW - ago * DAY), ['a', 'b']));
  const old = hourOf(0) - 45 * DAY;
  const hours = [0, 1].map((n) => ({ companyId: 'a', hourMs: old + n * HOUR, counters: { hit: 5 }, mark: 1 }));
  await store.counterHours.put(hours);
  await store.activity.append([entry({ timestamp: new Date(NOW - 100 * DAY) }), entry({ timestamp: new Date(NOW) })]);
  await store.policies.put(policy('a', { maxTtlSeconds: 77 }), 0);
}

/** All that a run leaves but the snapshots of its own. */
async function contents(store: Store) {
  const [from, to] = [0, NOW + DAY];
  const counters = await Promise.all(['a', 'b', PLATFORM_ID].map((id) => store.counterHours.range(id, from, to)));
  const marks = await store.counterHours.marks(hourOf(60));
  const log = (await store.activity.list({ limit: 99 })).map(
    (one) => `${one.timestamp.getTime()} ${one.companyId} ${one.key}`,
  );
  const snapshots = (await store.snapshots.platformRange(new Date(0), new Date(NOW - 1))).map((row) => row.takenAt);
  const sums = await store.counterHours.sums(from, to);
  const mirror = await redis.hget('rcm:{a}:policy', 'maxTtlSeconds');
  return { counters, marks, log: log.sort(), snapshots, sums, eventMarks: await store.activity.eventMarks(), mirror };
}

const run = async (store: Store) => {
  const ports = { config: configSchema.parse({}), redis: connection, store, clock: () => new Date(NOW) };
  expect(await takeSnapshot(ports)).toMatchObject({ recorded: true, complete: true });
};

/** @param prepare options of a store that `fill` has filled, each time anew */
function suite(prepare: () => Promise<StoreOptions>): void {
  const opened = async <T>(options: StoreOptions, work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore(options);
    return work(store).finally(() => store.close());
  };

  it('killed before any of its writes: after the next run all is as if nothing had happened', {
    timeout: 60_000,
  }, async () => {
    const expected = await opened(await prepare(), async (store) => {
      await run(store);
      return contents(store);
    });
    expect(expected.counters[2]?.slice(-2).map(({ counters }) => counters)).toEqual(
      [2, 1].map((ago) => ({ hit: ago * 20, miss: 3 })),
    );
    expect(expected.log).toHaveLength(7);
    expect(expected.mirror).toBe('77');
    let killed = 0;
    for (let n = 1; ; n += 1) {
      const options = await prepare();
      await redis.del('rcm:{a}:policy');
      const child = await execa(
        process.execPath,
        [script, server.url, JSON.stringify(options), String(NOW), String(n)],
        {
          reject: false,
        },
      );
      if (child.signal === undefined) {
        expect(child.exitCode, child.stderr).toBe(0);
        break;
      }
      killed += 1;
      await opened(options, async (store) => {
        await run(store);
        expect(await contents(store), `killed before write ${n}`).toEqual(expected);
      });
    }
    expect(killed).toBeGreaterThan(6);
  });
}

describe('snapshot into the embedded store', () => {
  suite(async () => {
    const options = { stateFile: `${await tempDir()}/rcm.db`, collections };
    const store = await openStore(options);
    await fill(store);
    await store.close();
    return options;
  });
});

describeMongo('snapshot into MongoDB', () => {
  const { uri, drop } = mongoForTests();
  let client: mongo.MongoClient;
  /** What a filled store holds, to be put back as it was: quicker than to fill one anew. */
  const filled = new Map<string, mongo.Document[]>();
  const options = { mongodbUri: uri, stateFile: '/nonexistent/rcm.db', collections };
  beforeAll(async () => {
    client = await new mongo.MongoClient(uri).connect();
    const store = await openStore(options);
    await fill(store);
    await store.close();
    for (const { name } of await client.db().listCollections().toArray())
      filled.set(name, await client.db().collection(name).find().toArray());
  });
  suite(async () => {
    const db = client.db();
    for (const { name } of await db.listCollections().toArray()) await db.collection(name).deleteMany({});
    for (const [name, docs] of filled) if (docs.length > 0) await db.collection(name).insertMany(docs);
    return options;
  });
  afterAll(async () => {
    await client.close();
    await drop();
  });
});
