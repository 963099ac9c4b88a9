import fc from 'fast-check';
import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readKey } from '../../../src/core/redis/keys/key-argument.js';
import { type KeysListRequest, listKeys } from '../../../src/core/services/keys/list.js';
import type { ListedKey } from '../../../src/core/services/keys/list-report.js';
import { HOSTILE_IDS, ORPHAN_IDS, seedCompanies, seedForeign } from '../../e2e/support/seed.js';
import { connect, type RedisCluster, type RedisServer, startCluster, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const IDS = [...HOSTILE_IDS, ...ORPHAN_IDS, '12x', '-', ']', '[a-z]'];
const request = (companyId: string, more: Partial<KeysListRequest> = {}): KeysListRequest => ({
  company: { companyId, companyName: null },
  noTtl: false,
  limit: 50,
  ...more,
});
const refused = (why: string) => expect.objectContaining({ code: 'RCM_USAGE', message: expect.stringContaining(why) });

/** All pages, each of at most `limit` keys. */
async function allPages(rig: Rig, wanted: KeysListRequest): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  let cursor: string | undefined;
  do {
    const page = await listKeys(rig.ports, { ...wanted, cursor });
    expect(page.keys.length).toBeLessThanOrEqual(wanted.limit);
    keys.push(...page.keys);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return keys;
}

const names = (keys: readonly ListedKey[]) => keys.map(({ key }) => readKey(key).toString('hex')).sort();
const hex = (keys: readonly (Buffer | string)[]) => keys.map((key) => Buffer.from(key).toString('hex')).sort();

describe.each(['standalone', 'cluster', 'standalone without scripts'])('keys list on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  let rig: Rig;
  beforeAll(async () => {
    nodes =
      kind === 'cluster'
        ? await startCluster()
        : await startRedis({ users: ['noscript on >secret ~* &* +@all -@scripting'] });
    client = kind === 'cluster' ? new Cluster([nodes.url]) : connect(nodes as RedisServer);
    await client.get('ready');
    masters = client instanceof Cluster ? client.nodes('master') : [client];
    const user = kind.endsWith('scripts') ? { username: 'noscript', password: 'secret' } : {};
    rig = await rigOn(nodes.url, { redis: { url: nodes.url, ...user } });
  });
  afterAll(async () => {
    await rig.close();
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(() => Promise.all(masters.map((node) => node.flushall())));

  it("shows every key of one company exactly once, and no other's, in pages of any size", async () => {
    const seeded = await seedCompanies(client, IDS);
    await seedForeign(client);
    for (const id of IDS)
      for (const limit of [1, 7, 1000]) {
        const keys = await allPages(rig, request(id, { limit }));
        expect({ id, limit, keys: names(keys) }).toEqual({ id, limit, keys: hex(seeded.get(id) as Buffer[]) });
      }
  });

  it('tells type, size, time to live and idle time as Redis does', async () => {
    const seeded = await seedCompanies(client, ['12']);
    const { keys } = await listKeys(rig.ports, request('12', { limit: 1000 }));
    expect(keys).toHaveLength((seeded.get('12') as Buffer[]).length);
    for (const { key, type, bytes, ttlSeconds, ttl, idleSeconds } of keys) {
      const name = readKey(key);
      expect({ key, type, bytes }).toEqual({
        key,
        type: await client.type(name),
        bytes: Number(await client.call('MEMORY', ['USAGE', name])),
      });
      const seconds = await client.ttl(name);
      if (seconds < 0) expect({ ttlSeconds, ttl }).toEqual({ ttlSeconds: null, ttl: 'never' });
      else {
        expect(Math.abs((ttlSeconds ?? 0) - seconds)).toBeLessThan(60);
        expect(ttl).toMatch(/^59m|^1h$/);
      }
      expect(idleSeconds).toBeLessThan(60);
    }
  });

  it('takes those that fit: a pattern inside the company, type, size, no time to live, further conditions', async () => {
    for (const id of ['1', '12'])
      for (let i = 0; i < 120; i += 1) {
        await client.set(`company:${id}:session:${i}`, 'v'.repeat(i * 100));
        if (i % 2) await client.expire(`company:${id}:session:${i}`, 900);
        await client.hset(`company:${id}:x:session:${i}`, 'f', 'v');
      }
    const all = (more: Partial<KeysListRequest>) => allPages(rig, request('1', { limit: 11, ...more })).then(names);
    const sessions = (which: (i: number) => boolean) =>
      hex(
        Array.from({ length: 120 }, (_, i) => i)
          .filter(which)
          .map((i) => `company:1:session:${i}`),
      );
    expect(await all({ match: 'session:*' })).toEqual(sessions(() => true));
    expect(await all({ type: 'string' })).toEqual(sessions(() => true));
    expect(await all({ type: 'string', noTtl: true })).toEqual(sessions((i) => i % 2 === 0));
    const big = await all({ minBytes: 5000 });
    expect(big.length).toBeGreaterThan(60);
    expect(big).toEqual(sessions((i) => i >= 120 - big.length));
    const keep = { test: ({ key }: ListedKey) => key.endsWith('7'), name: 'seven' };
    expect(await all({ type: 'string', keep })).toEqual(sessions((i) => i % 10 === 7));
  });

  it('in an order shows the first of all', async () => {
    for (let i = 0; i < 300; i += 1)
      await client.set(`company:1:${i}`, 'v'.repeat(i < 297 ? i : 2 ** (i - 280)), 'EX', 1000 + i * 60);
    await client.set('company:1:never', 'v');
    const first = async (by: 'size' | 'ttl' | 'name', descending: boolean) => {
      const report = await listKeys(rig.ports, request('1', { limit: 3, sort: { by, descending } }));
      expect(report).toMatchObject({ matched: { keys: 301 }, nextCursor: null });
      return report.keys.map(({ key }) => key.slice('company:1:'.length));
    };
    expect(await first('size', true)).toEqual(['299', '298', '297']);
    expect(await first('ttl', false)).toEqual(['0', '1', '2']);
    expect(await first('ttl', true)).toEqual(['never', '299', '298']);
    expect(await first('name', false)).toEqual(['0', '1', '10']);
  });

  it('shows keys that stay exactly once, while others come and go between the pages', async () => {
    const stay = Array.from({ length: 150 }, (_, i) => `company:1:stay:${i}`);
    for (const key of stay) await client.set(key, 'v');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
        const shown = new Set<string>();
        let cursor: string | undefined;
        for (let n = 0; ; n += 1) {
          const page = await listKeys(rig.ports, request('1', { limit, cursor }));
          for (const { key } of page.keys) shown.add(key);
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
          // Of a page, and of the one before.
          for (let i = 0; i < 3; i += 1) await client.set(`company:1:go:${n}:${i}`, 'v');
          const gone = page.keys.find(({ key }) => key.includes(':go:'));
          if (gone) await client.del(gone.key);
        }
        expect([...shown].filter((key) => key.includes(':stay:')).sort()).toEqual([...stay].sort());
        for (const master of masters) for (const key of await master.keys('company:1:go:*')) await master.del(key);
      }),
      { numRuns: 6 },
    );
  });

  it('refuses a cursor of another company, of other filters, and of another server', async () => {
    for (let i = 0; i < 100; i += 1) for (const id of ['1', '12']) await client.set(`company:${id}:${i}`, 'v');
    const { nextCursor } = await listKeys(rig.ports, request('1', { limit: 5 }));
    const cursor = nextCursor as string;
    await expect(listKeys(rig.ports, request('12', { cursor }))).rejects.toThrow(refused('belongs to something else'));
    for (const more of [{ match: '*' }, { type: 'hash' }, { minBytes: 1 }, { noTtl: true }])
      await expect(listKeys(rig.ports, request('1', { cursor, ...more }))).rejects.toThrow(refused('something else'));
    await expect(listKeys(rig.ports, request('1', { cursor: `x${cursor}` }))).rejects.toThrow(refused(''));
    const other = await startRedis();
    const elsewhere = await rigOn(other.url);
    await expect(listKeys(elsewhere.ports, request('1', { cursor }))).rejects.toThrow(refused('other servers'));
    await elsewhere.close();
    await other.stop();
    expect((await listKeys(rig.ports, request('1', { cursor, limit: 7 }))).keys).toHaveLength(7);
  });
});
