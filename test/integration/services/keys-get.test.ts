import { randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readWhole } from '../../../src/core/redis/keys/read-string.js';
import { getKey, type KeysGetRequest } from '../../../src/core/services/keys/get.js';
import { getRaw } from '../../../src/core/services/keys/get-raw.js';
import type { KeysGetReport, ShownValue } from '../../../src/core/services/keys/get-report.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const request = (key: string | Buffer, more: Partial<KeysGetRequest> = {}): KeysGetRequest => ({
  key: Buffer.from(key),
  limit: 100,
  reveal: false,
  ...more,
});
const failing = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

type Kind<K extends ShownValue['kind']> = Extract<ShownValue, { kind: K }>;
async function shownBy<K extends ShownValue['kind']>(rig: Rig, kind: K, wanted: KeysGetRequest) {
  const report = await getKey(rig.ports, wanted);
  expect(report.value.kind).toBe(kind);
  return { ...report, value: report.value as Kind<K> };
}

/** What `of` finds on each page. */
async function allPages<T>(rig: Rig, wanted: KeysGetRequest, of: (report: KeysGetReport) => T[]): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const report = await getKey(rig.ports, { ...wanted, cursor });
    pages.push(of(report));
    cursor = report.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

describe.each(['standalone', 'cluster'])('keys get on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  let rig: Rig;
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
    rig = await rigOn(nodes.url);
  });
  afterAll(async () => {
    await rig.close();
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(async () => {
    rig.ports.config.sensitive = [];
    await Promise.all(masters.map((node) => node.flushall()));
  });

  it('tells what a key is, and whose, wherever it is', async () => {
    for (let i = 0; i < 20; i += 1) {
      await client.set(`company:${i}:a`, 'v'.repeat(i), 'EX', 3600);
      expect(await getKey(rig.ports, request(`company:${i}:a`))).toMatchObject({
        key: `company:${i}:a`,
        owner: 'company',
        company: { companyId: String(i), companyName: null },
        type: 'string',
        encoding: 'embstr',
        bytes: await client.memory('USAGE', `company:${i}:a`),
        length: i,
        ttlSeconds: expect.closeTo(3600, -2),
        idleSeconds: expect.closeTo(0, -2),
        nextCursor: null,
      });
    }
    const odd = Buffer.from([0x63, 0xff, 0x00]);
    await client.set(odd, 'v');
    expect(await getKey(rig.ports, request(odd))).toMatchObject({ key: 'c\\xff\\x00', owner: 'nobody', company: null });
    await client.hset('rcm:{12}:policy', 'a', '1');
    expect(await getKey(rig.ports, request('rcm:{12}:policy'))).toMatchObject({
      owner: 'rcm',
      type: 'hash',
      ttl: 'never',
    });
    await expect(getKey(rig.ports, request('company:12:nope'))).rejects.toThrow(failing('RCM_KEY_NOT_FOUND'));
  });

  it('shows JSON indented, other text as it is, and bytes as bytes', async () => {
    await client.set('json', '{"a":[1,{"b":"ü"}],"n":12345678901234567890}');
    await client.set('text', '{ünï\ntext');
    await client.set('binary', Buffer.from([0, 1, 0xff]));
    const text = '{\n  "a": [\n    1,\n    {\n      "b": "ü"\n    }\n  ],\n  "n": 12345678901234567890\n}';
    expect((await shownBy(rig, 'string', request('json'))).value).toMatchObject({ format: 'json', text, base64: null });
    expect((await shownBy(rig, 'string', request('text'))).value).toMatchObject({ format: 'text', text: '{ünï\ntext' });
    expect((await shownBy(rig, 'string', request('binary'))).value).toMatchObject({
      format: 'binary',
      text: null,
      base64: 'AAH/',
    });
  });

  it('shows a large string by ranges that add up to it, of text in whole characters', async () => {
    const text = '😀ü漢a'.repeat(30_000);
    await client.set('text', text);
    const pages = await allPages(rig, request('text'), ({ value }) => [(value as Kind<'string'>).text]);
    expect(pages.length).toBeGreaterThan(4);
    expect(pages.flat().join('')).toBe(text);
    const bytes = randomBytes(50_000);
    await client.set('binary', bytes);
    const parts = await allPages(rig, request('binary', { length: 7001 }), ({ value }) => [
      Buffer.from((value as Kind<'string'>).base64 ?? '', 'base64'),
    ]);
    expect(Buffer.concat(parts.flat()).equals(bytes)).toBe(true);
    const { value } = await shownBy(rig, 'string', request('binary', { offset: 49_999 }));
    expect(value).toMatchObject({ offset: 49_999, bytes: 1 });
  });

  it.each([3, 600])(
    'shows every element of a hash and a set of %i hundred exactly once, in pages',
    async (hundreds) => {
      const n = hundreds * 100;
      const names = Array.from({ length: n }, (_, i) => `field ${i}`);
      for (let i = 0; i < n; i += 500) {
        await client.hset('hash', ...names.slice(i, i + 500).flatMap((name) => [name, `value of ${name}`]));
        await client.sadd('set', ...names.slice(i, i + 500));
      }
      const limit = Math.ceil(n / 13);
      const fields = await allPages(rig, request('hash', { limit }), ({ value }) =>
        (value as Kind<'hash'>).fields.map(({ field, value: { text } }) => [field.text, text]),
      );
      expect(Math.max(...fields.map((page) => page.length))).toBeLessThanOrEqual(limit);
      expect(fields.flat().sort()).toEqual(names.map((name) => [name, `value of ${name}`]).sort());
      const members = await allPages(rig, request('set', { limit }), ({ value }) =>
        (value as Kind<'set'>).members.map(({ text }) => text),
      );
      expect(members.flat().sort()).toEqual([...names].sort());
    },
  );

  it('shows lists and sorted sets by position, streams by id', async () => {
    const items = Array.from({ length: 250 }, (_, i) => `item ${i}`);
    await client.rpush('list', ...items);
    await client.zadd('zset', ...items.flatMap((item, i) => [i / 2, item]), '-inf', 'first', '+inf', 'last');
    const list = await allPages(rig, request('list'), ({ value }) => (value as Kind<'list'>).elements);
    expect(list.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(list.flat().map(({ index, value }) => [index, value.text])).toEqual(items.map((item, i) => [i, item]));
    const zset = await allPages(rig, request('zset'), ({ value }) => (value as Kind<'zset'>).members);
    expect(zset.flat().map(({ rank, score, member }) => [rank, score, member.text])).toEqual([
      [0, '-inf', 'first'],
      ...items.map((item, i) => [i + 1, String(i / 2), item]),
      [251, 'inf', 'last'],
    ]);
    expect((await shownBy(rig, 'list', request('list', { offset: 245, limit: 2 }))).value.elements).toMatchObject([
      { index: 245, value: { text: 'item 245' } },
      { index: 246 },
    ]);
    for (let i = 0; i < 25; i += 1) await client.xadd('stream', `${i + 1}-1`, 'n', i, 'n', 'again');
    const entries = await allPages(
      rig,
      request('stream', { limit: 10 }),
      ({ value }) => (value as Kind<'stream'>).entries,
    );
    expect(entries.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(entries.flat().map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, i) => `${i + 1}-1`));
    expect(entries.flat()[3]?.fields.map(({ field, value }) => [field.text, value.text])).toEqual([
      ['n', '3'],
      ['n', 'again'],
    ]);
  });

  it('sums up the consumer groups of a stream', async () => {
    for (let i = 1; i <= 5; i += 1) await client.xadd('stream', `${i}-0`, 'f', 'v');
    await client.xgroup('CREATE', 'stream', 'workers', '0');
    await client.xgroup('CREATE', 'stream', 'idle', '$');
    await client.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 2, 'STREAMS', 'stream', '>');
    await client.xreadgroup('GROUP', 'workers', 'two', 'COUNT', 1, 'STREAMS', 'stream', '>');
    const { value } = await shownBy(rig, 'stream', request('stream'));
    expect(value.groups.sort((a, b) => (a.name < b.name ? 1 : -1))).toEqual([
      { name: 'workers', consumers: 2, pending: 3, lastDeliveredId: '3-0', lag: 2 },
      { name: 'idle', consumers: 0, pending: 0, lastDeliveredId: '5-0', lag: 0 },
    ]);
  });

  it('cuts a huge element and tells its size; of huge ones it brings few at a time', async () => {
    for (let i = 0; i < 6; i += 1) await client.hset('hash', `huge ${i}`, `${i}`.repeat(3_000_000));
    const pages = await allPages(rig, request('hash'), ({ value }) => (value as Kind<'hash'>).fields);
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(2);
    expect(new Set(pages.flat().map(({ field }) => field.text)).size).toBe(6);
    for (const { value } of pages.flat()) {
      expect(value).toMatchObject({ bytes: 3_000_000, cut: true, binary: false });
      expect(value.text.length).toBeLessThanOrEqual(65_536);
    }
  });

  it('hides what the configuration says, in JSON, fields and whole keys, unless it is to be revealed', async () => {
    rig.ports.config.sensitive = ['email', 'card.**', 'company:*:session:*'];
    const json = '{"user":{"email":"ann@example.com"},"card":{"number":"4111"}}';
    await client.set('company:1:json', json);
    await client.hset('company:1:hash', 'email', 'ann@example.com', 'name', 'Ann', 'data', json);
    await client.rpush('company:1:list', json, 'plain');
    await client.set('company:1:session:1', 'ann@example.com');
    await client.rpush('company:1:session:2', 'ann@example.com');
    await client.xadd('company:1:stream', '1-1', 'email', 'ann@example.com', 'ok', 'yes');
    await client.set('company:1:broken', '{"email":"ann@example.com"');
    await client.set('company:1:large', `{"email":"ann@example.com","x":"${'x'.repeat(100_000)}"}`);
    const keys = ['json', 'hash', 'list', 'session:1', 'session:2', 'stream', 'broken', 'large'].map(
      (k) => `company:1:${k}`,
    );
    for (const key of keys) {
      const hidden = JSON.stringify(await getKey(rig.ports, request(key)));
      expect({ key, leaks: /ann@example|4111/.test(hidden) }).toEqual({ key, leaks: false });
      const revealed = JSON.stringify(await getKey(rig.ports, request(key, { reveal: true })));
      expect({ key, shows: /ann@example/.test(revealed) }).toEqual({ key, shows: true });
      expect(revealed).not.toContain('***');
    }
    // Nor from its middle.
    const middle = await getKey(rig.ports, request('company:1:large', { offset: 5, length: 30 }));
    expect(JSON.stringify(middle)).not.toContain('ann@example');
    expect((await shownBy(rig, 'hash', request('company:1:hash'))).value.fields[1]).toMatchObject({
      field: { text: 'name' },
      value: { text: 'Ann', hidden: false },
    });
    for (const key of ['json', 'session:1', 'broken', 'large'].map((k) => `company:1:${k}`)) {
      const parts: Buffer[] = [];
      const raw = (reveal: boolean) =>
        getRaw(rig.ports, { key: Buffer.from(key), reveal }, async (bytes) => void parts.push(bytes));
      await expect(raw(false)).rejects.toThrow(failing('RCM_USAGE', 'hides'));
      expect(parts).toEqual([]);
      await raw(true);
      expect(Buffer.concat(parts).toString()).toContain('ann@example.com');
    }
    await client.set('company:1:harmless', '{"name":"Ann"}');
    const parts: Buffer[] = [];
    await getRaw(rig.ports, request('company:1:harmless'), async (bytes) => void parts.push(bytes));
    expect(Buffer.concat(parts).toString()).toBe('{"name":"Ann"}');
  });

  it('gives the exact bytes of a string of any size', async () => {
    for (const size of [0, 1, 1024 ** 2, 1024 ** 2 + 1, 5_000_000]) {
      const bytes = randomBytes(size);
      await client.set('raw', bytes);
      const parts: Buffer[] = [];
      expect(await getRaw(rig.ports, request('raw'), async (part) => void parts.push(part))).toBe(size);
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    }
    await client.rpush('list', 'a');
    const nothing = async () => undefined;
    await expect(getRaw(rig.ports, request('list'), nothing)).rejects.toThrow(failing('RCM_USAGE', 'list'));
    await expect(getRaw(rig.ports, request('nope'), nothing)).rejects.toThrow(failing('RCM_KEY_NOT_FOUND'));
  });

  it.each([
    ['overwritten with as many bytes', (key: string) => client.set(key, 'b'.repeat(3_000_000))],
    ['made longer', (key: string) => client.append(key, 'b')],
    ['deleted', (key: string) => client.del(key)],
    ['made a list', (key: string) => client.del(key).then(() => client.rpush(key, 'a'))],
  ])('notices when the value is %s while it is read', async (_, change) => {
    await client.set('raw', 'a'.repeat(3_000_000));
    let pages = 0;
    const reading = getRaw(rig.ports, request('raw'), async () => {
      pages += 1;
      if (pages === 2) await change('raw');
    });
    await expect(reading).rejects.toThrow(failing('RCM_CONFLICT', 'changed'));
  });

  it('refuses a cursor of another key or of another type, and positions where there are none', async () => {
    await client.rpush('list', ...Array.from({ length: 9 }, String));
    await client.rpush('other', ...Array.from({ length: 9 }, String));
    const { nextCursor } = await getKey(rig.ports, request('list', { limit: 4 }));
    const cursor = nextCursor as string;
    await expect(getKey(rig.ports, request('other', { cursor }))).rejects.toThrow(failing('RCM_USAGE', 'another'));
    await client.del('list');
    await client.sadd('list', '1');
    await expect(getKey(rig.ports, request('list', { cursor }))).rejects.toThrow(failing('RCM_USAGE', 'another'));
    await expect(getKey(rig.ports, request('list', { offset: 1 }))).rejects.toThrow(failing('RCM_USAGE', '--offset'));
    await expect(getKey(rig.ports, request('list', { length: 1 }))).rejects.toThrow(failing('RCM_USAGE', '--length'));
  });
});

describe('keys get elsewhere', () => {
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

  it('knows no idle time under an LFU policy', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    await redis.set('a', 'v');
    const rig = await rigOn(server.url);
    expect((await getKey(rig.ports, request('a'))).idleSeconds).toBeNull();
    await rig.close();
  });

  it('reads a string page by page, and stops where it is told to', async () => {
    await redis.set('a', 'x'.repeat(1000));
    const sizes: number[] = [];
    expect(await readWhole(redis, Buffer.from('a'), async (part) => void sizes.push(part.length), 300)).toBe(1000);
    expect(sizes).toEqual([300, 300, 300, 100]);
    const stop = new Error('enough');
    const reading = readWhole(redis, Buffer.from('a'), () => Promise.reject(stop), 300);
    await expect(reading).rejects.toBe(stop);
    // The connection watches nothing any more.
    await redis.set('a', 'y');
    expect(await redis.multi().get('a').exec()).toEqual([[null, 'y']]);
  });
});
