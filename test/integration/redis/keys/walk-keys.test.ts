import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisGlob } from '../../../../src/core/domain/glob.js';
import { KeyTemplates } from '../../../../src/core/redis/key-template.js';
import type { KeyInfo } from '../../../../src/core/redis/keys/key-info.js';
import { KeySelection } from '../../../../src/core/redis/keys/selection.js';
import { walkNode } from '../../../../src/core/redis/keys/walk-keys.js';
import { connect, type RedisServer, startRedis } from '../../../support/redis/index.js';

const DETAILS = ['bytes', 'type', 'ttl', 'idle'] as const;
const IDS = ['12', '123', '1', 'a*b', 'a?b', 'a[b]c', 'a\\b', '^a-z', 'é公🙂', '%d.+$', '{12}', ' '];

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis({ users: ['noscript on >secret ~* &* +@all -@scripting'] });
  redis = connect(server);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function walk(selection: KeySelection, client = redis): Promise<KeyInfo[]> {
  const found: KeyInfo[] = [];
  for await (const step of walkNode({ redis: client, label: 'test', role: 'primary' }, selection, { details: DETAILS }))
    found.push(...step.found);
  return found.sort((a, b) => Buffer.compare(a.key, b.key));
}

const names = (found: KeyInfo[]) => found.map(({ key }) => key.toString());

describe.each([
  ['by script', {}],
  ['by pipelined commands', { username: 'noscript', password: 'secret' }],
])('a walk over keys, %s', (_, login) => {
  let client: Redis;
  beforeAll(() => {
    client = connect(server, login);
  });
  afterAll(() => client.disconnect());

  it.each(IDS)('finds exactly the keys of %j', async (id) => {
    for (const other of [...IDS, `${id}x`, `x${id}`, 'axb', 'aXXb', 'ab', 'abc', '*'])
      for (const rest of ['', ':a', ':', ':b:c']) await redis.set(`company:${other}${rest}`, other);
    await redis.set(`companyx:${id}:a`, 'nobody');
    await redis.set(`rcm:{${id}}:events`, 'ours');
    const found = await walk(new KeySelection(new KeyTemplates(), [id]), client);
    expect(names(found)).toEqual([`company:${id}`, `company:${id}:`, `company:${id}:a`, `company:${id}:b:c`].sort());
    expect(new Set(found.map((key) => key.companyId))).toEqual(new Set([id]));
    expect(found.map((key) => key.rest).sort()).toEqual(['', '', 'a', 'b:c']);
  });

  it('tells size, type, time left and idle time of every type', async () => {
    await redis.set('company:1:string', 'x'.repeat(1000), 'EX', 500);
    await redis.hset('company:1:hash', 'f', 'v');
    await redis.rpush('company:1:list', 'a');
    await redis.sadd('company:1:set', 'a');
    await redis.zadd('company:1:zset', 1, 'a');
    await redis.xadd('company:1:stream', '*', 'a', 'b');
    const found = await walk(new KeySelection(new KeyTemplates(), ['1']), client);
    expect(found).toHaveLength(6);
    for (const { key, type, bytes, ttlMs, idleSeconds, rest } of found) {
      expect(type).toBe(rest);
      expect(bytes).toBe(await redis.memory('USAGE', key));
      expect(idleSeconds).toBeLessThan(60);
      if (rest === 'string') expect(ttlMs).toBeGreaterThan(400_000);
      else expect(ttlMs).toBe(-1);
    }
  });

  it('knows no idle time under an LFU policy', async () => {
    await redis.set('company:1:a', 'x');
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    const found = await walk(new KeySelection(new KeyTemplates(), ['1']), client);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(found.map((key) => key.idleSeconds)).toEqual([null]);
  });

  it('takes some companies, or all, and those of their keys that fit a pattern', async () => {
    for (const id of ['1', '2', '3'])
      for (const rest of ['session:a', 'session:b', 'user:1', 'x:session:1'])
        await redis.set(`company:${id}:${rest}`, 'v');
    await redis.set('company:1', 'v');
    const templates = new KeyTemplates();
    expect(await walk(new KeySelection(templates, ['1', '3']), client)).toHaveLength(9);
    expect(await walk(new KeySelection(templates, null), client)).toHaveLength(13);
    const sessions = ['company:2:session:a', 'company:2:session:b'];
    expect(names(await walk(new KeySelection(templates, ['2'], 'session:*'), client))).toEqual(sessions);
    // The pattern begins right after the id: x:session:1 does not fit.
    expect(await walk(new KeySelection(templates, null, 'session:*'), client)).toHaveLength(6);
    expect(await walk(new KeySelection(templates, ['1', '2'], 'session:[ab]'), client)).toHaveLength(4);
    expect(names(await walk(new KeySelection(templates, ['1'], ''), client))).toEqual(['company:1']);
  });

  it('takes keys and ids that are not UTF-8', async () => {
    const raw = (...parts: (string | number[])[]) =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
    await redis.set(raw('company:', [0xff, 0xfe], ':a'), 'v');
    await redis.set(raw('company:1:', [0x00, 0xc3, 0x28, 0x0a]), 'v');
    await redis.set('company:1:plain', 'v');
    const templates = new KeyTemplates();
    expect(await walk(new KeySelection(templates, ['1']), client)).toHaveLength(2);
    const [escaped] = await walk(new KeySelection(templates, ['\\xff\\xfe']), client);
    expect(escaped).toMatchObject({ companyId: '\\xff\\xfe', rest: 'a' });
  });

  it('sees several templates, the longest prefix first', async () => {
    const templates = new KeyTemplates(['t:{companyId}:*', 't:vip:{companyId}:*', 'sess-{companyId}']);
    for (const key of ['t:1:a', 't:vip:1:a', 't:vip:2:a', 'sess-1', 'sess-12']) await redis.set(key, 'v');
    expect(names(await walk(new KeySelection(templates, ['1']), client))).toEqual(['sess-1', 't:1:a', 't:vip:1:a']);
    expect(names(await walk(new KeySelection(templates, ['1'], 'a'), client))).toEqual(['t:1:a', 't:vip:1:a']);
  });
});

describe('redisGlob', () => {
  it('matches what SCAN MATCH matches', async () => {
    const piece = fc.constantFrom('*', '?', '[', ']', '^', '-', '\\', 'a', 'b', 'c', ':', 'é', '\xff', '\n', '.');
    const text = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { minLength: 1, maxLength: 8 }), async (pattern, keys) => {
        await redis.flushall();
        const present = [...new Set(keys)].filter((key) => key !== '');
        for (const key of present) await redis.set(Buffer.from(key, 'latin1'), 'v');
        const args = ['0', 'MATCH', Buffer.from(pattern, 'latin1'), 'COUNT', '100'];
        const [, matched] = (await redis.callBuffer('SCAN', args)) as [Buffer, Buffer[]];
        const fits = redisGlob(pattern);
        expect(present.filter(fits).sort()).toEqual(matched.map((key) => key.toString('latin1')).sort());
      }),
      { numRuns: 400, examples: [['[*-\xff', [':', '*', '\xff', '\x80', '+']]] },
    );
  });
});
