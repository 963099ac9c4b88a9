import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import { scanNodes } from '../../../src/core/redis/connect/scan-nodes.js';
import type { RedisSettings } from '../../../src/core/redis/connect/settings.js';
import { KeyTemplates } from '../../../src/core/redis/key-template.js';
import { type KeyspaceScan, type ScanOptions, scanKeyspace } from '../../../src/core/redis/scan/keyspace-scan.js';
import { connect, type RedisServer, startCluster, startRedis } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';

const SETTINGS: RedisSettings = { cluster: 'auto', connectTimeoutMs: 5000, commandTimeoutMs: 5000, readFrom: 'auto' };
const templates = new KeyTemplates();

let server: RedisServer;
let redis: Redis;
const closers: (() => void)[] = [];

beforeAll(async () => {
  server = await startRedis({
    users: [
      'noscript on >secret ~* &* +@all -@scripting',
      'noinfo on >secret ~* &* +@all -info',
      'nomemory on >secret ~* &* +@all -memory',
    ],
  });
  redis = connect(server);
});
beforeEach(() => redis.flushall());
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function scan(options: Partial<ScanOptions> = {}, settings: Partial<RedisSettings> = {}): Promise<KeyspaceScan> {
  const connection = await connectRedis({ ...SETTINGS, url: server.url, ...settings });
  const { nodes, close } = await scanNodes(connection);
  closers.push(close, () => connection.close());
  return scanKeyspace(nodes, { templates, ...options });
}

/** Companies by hand: MEMORY USAGE of each key, as the only truth. */
async function measured(keys: Record<string, string[]>, ...samples: (string | number)[]) {
  return measuredOn(redis, keys, ...samples);
}

async function measuredOn(client: Redis, keys: Record<string, string[]>, ...samples: (string | number)[]) {
  const sums = new Map<string, { keys: number; bytes: number }>();
  for (const [id, names] of Object.entries(keys)) {
    const sizes = await Promise.all(names.map((name) => client.call('MEMORY', 'USAGE', name, ...samples)));
    sums.set(id, { keys: names.length, bytes: (sizes as number[]).reduce((a, b) => a + b, 0) });
  }
  return sums;
}

async function fill(): Promise<Record<string, string[]>> {
  const keys: Record<string, string[]> = { '1': ['company:1'], '12': [], '123': [], 'ä*?': ['company:ä*?:x'] };
  await redis.set('company:1', 'x'.repeat(10));
  await redis.set('company:ä*?:x', 'y');
  for (let i = 0; i < 700; i += 1) {
    const id = i % 2 === 0 ? '12' : '123';
    keys[id]?.push(`company:${id}:k${i}`);
    await redis.set(`company:${id}:k${i}`, 'v'.repeat(i));
  }
  await redis.hset(
    'company:12:hash',
    Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}`, 'x'.repeat(i)])),
  );
  await redis.rpush('company:12:list', ...Array.from({ length: 600 }, (_, i) => `e${i}`));
  await redis.xadd('company:123:stream', '*', 'a', 'b');
  await redis.zadd('company:123:zset', ...Array.from({ length: 600 }, (_, i) => [i, `m${i}`]).flat());
  await redis.sadd('company:123:set', ...Array.from({ length: 600 }, (_, i) => `s${i}`));
  keys['12']?.push('company:12:hash', 'company:12:list');
  keys['123']?.push('company:123:stream', 'company:123:zset', 'company:123:set');
  await redis.set('session:1', 'nobody');
  await redis.set('companyX:1', 'nobody');
  await redis.hset('rcm:{12}:counters:2026-11-23T22', '0:hit', 1);
  await redis.set('rcm:lock:snapshot', 'token');
  return keys;
}

describe('one pass over the keyspace', () => {
  it('sums what MEMORY USAGE says key by key, and tells own keys and nobody’s apart', async () => {
    const keys = await fill();
    const result = await scan();
    expect(result.companies).toEqual(await measured(keys));
    expect(result).toMatchObject({ otherKeys: 2, own: { keys: 2 }, keys: 711, scripted: true, loadUnknown: false });
    expect(result.own.bytes).toBe(
      (await measured({ own: ['rcm:{12}:counters:2026-11-23T22', 'rcm:lock:snapshot'] })).get('own')?.bytes,
    );
    expect([...result.recorded]).toEqual(['12']);
  });

  it('gives the same by pipelined commands where scripts are refused', async () => {
    const keys = await fill();
    const result = await scan({}, { username: 'noscript', password: 'secret' });
    expect(result).toMatchObject({ scripted: false, otherKeys: 2, own: { keys: 2 } });
    expect(result.companies).toEqual(await measured(keys));
    expect([...result.recorded]).toEqual(['12']);
  });

  it.each([
    ['by script', {}],
    ['by pipelined commands', { username: 'noscript', password: 'secret' }],
  ])('counts every element with exact, %s', async (_, settings) => {
    const keys = await fill();
    const exact = await measured(keys, 'SAMPLES', 0);
    expect(exact).not.toEqual(await measured(keys));
    expect((await scan({ exact: true }, settings)).companies).toEqual(exact);
  });

  it.each([
    ['by script', {}],
    ['by pipelined commands', { username: 'noscript', password: 'secret' }],
  ])('samples and reports a key of over 100,000 elements, unless told to read it, %s', async (_, settings) => {
    await redis.eval(
      "for i = 1, 100001 do redis.call('HSET', KEYS[1], 'f' .. i, string.rep('x', i % 50)) end",
      1,
      'company:big:hash',
    );
    const sampled = await measured({ big: ['company:big:hash'] });
    const whole = await measured({ big: ['company:big:hash'] }, 'SAMPLES', 0);
    const careful = await scan({ exact: true }, settings);
    expect(careful.tooLarge).toEqual({ count: 1, examples: ['company:big:hash'] });
    expect(careful.companies.get('big')?.bytes).toBe(sampled.get('big')?.bytes);
    const slow = await scan({ exact: true, allowSlow: true }, settings);
    expect(slow.tooLarge.count).toBe(0);
    expect(slow.companies).toEqual(whole);
  });

  it.each(['script', 'commands'])('tells what never expires, and names large keys, by %s', async (by) => {
    for (let i = 0; i < 300; i += 1) {
      const ttl = i % 3 === 0 ? (['EX', 1000] as const) : [];
      await redis.call('SET', `company:${i % 2}:k${i}`, 'x'.repeat(i * 20), ...ttl);
    }
    const forever = Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 3 !== 0);
    const namesOf = (id: number) => forever.filter((i) => i % 2 === id).map((i) => `company:${id}:k${i}`);
    const wanted = await measured({ '0': namesOf(0), '1': namesOf(1) });
    const settings = by === 'commands' ? { username: 'noscript', password: 'secret' } : {};
    const { companies, scripted } = await scan({ largeFrom: 5000 }, settings);
    expect(scripted).toBe(by === 'script');
    for (const id of ['0', '1']) {
      expect(companies.get(id)?.foreverBytes).toBe(wanted.get(id)?.bytes);
      const all = Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 2 === Number(id));
      const sizes = await Promise.all(all.map((i) => redis.call('MEMORY', 'USAGE', `company:${id}:k${i}`)));
      const large = (sizes as number[]).filter((bytes) => bytes >= 5000);
      expect(companies.get(id)?.large).toMatchObject({ keys: large.length, bytes: large.reduce((a, b) => a + b, 0) });
      const named = companies
        .get(id)
        ?.large?.largest.items()
        .map(({ bytes }) => bytes);
      expect(named).toEqual(large.sort((a, b) => b - a).slice(0, 5));
    }
  });

  it('counts keys and ids that are not UTF-8', async () => {
    await redis.set(Buffer.from('636f6d70616e793a31323a fffe'.replace(' ', ''), 'hex'), 'v');
    await redis.set(Buffer.concat([Buffer.from('company:'), Buffer.from([0xff, 0x41]), Buffer.from(':k')]), 'v');
    const { companies } = await scan();
    expect([...companies.keys()].sort()).toEqual(['12', '\\xffA']);
  });

  it('scans gently, and says so, where INFO is refused', async () => {
    await fill();
    expect(await scan({}, { username: 'noinfo', password: 'secret', cluster: 'no' })).toMatchObject({
      loadUnknown: true,
      keys: 711,
    });
  });

  it('fails where MEMORY USAGE is refused', async () => {
    await fill();
    await expect(scan({}, { username: 'nomemory', password: 'secret' })).rejects.toThrow(/NOPERM/);
  });

  it('keeps below --max-rate', async () => {
    await fill();
    const began = performance.now();
    await scan({ maxRate: 1000 });
    // 711 keys at 1,000 a second cannot take less than about 0.6 s (the last step is not waited for).
    expect(performance.now() - began).toBeGreaterThan(500);
  });

  it('stops when it is told to', async () => {
    await fill();
    const controller = new AbortController();
    const stopped = scan({
      maxRate: 200,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow();
  });

  it('an empty server holds nothing', async () => {
    expect(await scan()).toMatchObject({ keys: 0, otherKeys: 0, own: { keys: 0, bytes: 0 }, steps: 1 });
  });

  it('counts nothing for keys that vanish meanwhile', async () => {
    for (let i = 0; i < 2000; i += 1) await redis.set(`company:gone:${i}`, 'v', 'PX', 1 + (i % 200));
    const pipelined = await scan({ maxRate: 5000 }, { username: 'noscript', password: 'secret' });
    const sum = pipelined.companies.get('gone') ?? { keys: 0, bytes: 0 };
    expect(sum.keys).toBeLessThan(2000);
    expect(sum.bytes).toBeLessThan(2000 * 200);
  });
});

describe('who is scanned', () => {
  it('a replica that is in sync, with its figures', async () => {
    const keys = await fill();
    const replica = await startRedis({ replicaOf: server });
    closers.push(() => void replica.stop());
    await waitUntil('the replica is online', async () => /state=online/.test(await redis.info('replication')));
    await redis.wait(1, 5000);
    const result = await scan();
    expect(result.nodes).toEqual([{ label: `127.0.0.1:${replica.port}`, role: 'replica' }]);
    // Which elements are sampled depends on the server: the truth is the replica's own.
    const client = connect(replica);
    closers.push(() => client.disconnect());
    expect(result.companies).toEqual(await measuredOn(client, keys));
    expect((await scan({}, { readFrom: 'primary' })).nodes).toMatchObject([{ role: 'primary' }]);
    await replica.stop();
  });

  it('every part of a cluster, on its replicas where there are any', async () => {
    const cluster = await startCluster({ masters: 3, replicas: 1 });
    try {
      const connection = await connectRedis({ ...SETTINGS, url: cluster.url });
      closers.push(() => connection.close());
      expect(connection.kind).toBe('cluster');
      for (let i = 0; i < 300; i += 1) await connection.client.set(`company:c${i % 3}:k${i}`, 'v'.repeat(i));
      const bytes = (id: number) =>
        Promise.all(
          Array.from({ length: 100 }, (_, n) =>
            connection.client.call('MEMORY', 'USAGE', `company:c${id}:k${n * 3 + id}`),
          ),
        );
      const { nodes, close } = await scanNodes(connection);
      closers.push(close);
      expect(nodes.map((node) => node.role)).toEqual(['replica', 'replica', 'replica']);
      await waitUntil(
        'the replicas hold all keys',
        async () => (await Promise.all(nodes.map(({ redis }) => redis.dbsize()))).reduce((a, b) => a + b, 0) === 300,
      );
      const { companies } = await scanKeyspace(nodes, { templates });
      for (const id of [0, 1, 2]) {
        const sum = ((await bytes(id)) as number[]).reduce((a, b) => a + b, 0);
        expect(companies.get(`c${id}`)).toEqual({ keys: 100, bytes: sum });
      }
    } finally {
      await cluster.stop();
    }
  });
});
