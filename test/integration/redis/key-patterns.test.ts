import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyTemplates } from '../../../src/core/redis/key-template.js';
import { luaPatterns } from '../../../src/core/redis/scan/script-stepper.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** ARGV[1] patterns, then the patterns, then keys: the id in each key as the first matching pattern captures it, else ''. */
const FIRST_MATCH = `
  local ids, patterns = {}, tonumber(ARGV[1])
  for k = patterns + 2, #ARGV do
    ids[#ids + 1] = ''
    for p = 2, patterns + 1 do
      local id = string.match(ARGV[k], ARGV[p])
      if id then ids[#ids] = id break end
    end
  end
  return ids`;

async function idsByLua(templates: KeyTemplates, keys: readonly string[]): Promise<(string | null)[]> {
  const patterns = luaPatterns(templates);
  const args = [patterns.length, ...patterns, ...keys.map((key) => Buffer.from(key, 'latin1'))];
  const ids = (await redis.callBuffer('EVAL', [FIRST_MATCH, 0, ...args])) as Buffer[];
  return ids.map((id) => (id.length === 0 ? null : id.toString('latin1')));
}

/** Bytes that Lua patterns, globs and UTF-8 decoders trip over, among those that the templates below are made of. */
const bytes = [...'company:tv1d2x/.{}*?[]\\^-%$()+ a\n\0\xff\xc3\xa9'];
const piece = fc.oneof(
  fc.constantFrom('company:', 'company:vip:', 't/', 'k%', '%a', '{12}', '12', '123', ':', '/', 'd', '^', ']', 'rcm'),
  fc.string({ unit: fc.constantFrom(...bytes), maxLength: 4 }),
);
const hostileKey = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

const TEMPLATES = [
  ['company:{companyId}', 'company:{companyId}:*'],
  ['company:{{companyId}}:*'],
  ['company:{companyId}:*', 'company:vip:{companyId}:*', 'company:vip:{companyId}'],
  ['t/{companyId}/*', 't/{companyId}.json', 't/{companyId}'],
  ['k%{companyId}%a*'],
  ['k{companyId}]x', 'k{companyId}^*', 'k{companyId}-*'],
  ['company:{companyId}d*', 'company:{companyId}a*'], // %d and %a are classes of characters in a Lua pattern
  ['company:{companyId}\0*'],
  ['t{companyId}'],
  ['é{companyId}:é*'],
];

describe.each(TEMPLATES.map((texts) => ({ texts })))('$texts', ({ texts }) => {
  const templates = new KeyTemplates(texts);
  const ownKey = fc
    .tuple(fc.constantFrom(...templates.groups), piece, piece, fc.nat())
    .map(([group, id, rest, n]) => group.prefix + id + group.suffixes[n % group.suffixes.length]?.text + rest);

  it('the Lua patterns of a scan read the same ids as KeyTemplates.match', async () => {
    const keys = fc.array(fc.oneof(hostileKey, ownKey), { minLength: 50, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(keys, async (list) => {
        expect(await idsByLua(templates, list)).toEqual(list.map((key) => templates.match(key)));
      }),
      { numRuns: 40 },
    );
  });

  it('SCAN patterns find every key of a company, and among those that match no other company', async () => {
    const keys = fc.sample(fc.oneof(hostileKey, ownKey), 400).filter((key) => key !== '');
    await redis.mset(...keys.flatMap((key) => [Buffer.from(key, 'latin1'), 'v']));
    const byId = new Map<string, Set<string>>();
    for (const key of keys) {
      const id = templates.match(key);
      if (id !== null) byId.set(id, (byId.get(id) ?? new Set()).add(key));
    }
    expect(byId.size).toBeGreaterThan(3);
    for (const [id, own] of byId) {
      const text = Buffer.from(id, 'latin1').toString();
      if (Buffer.from(text).toString('latin1') !== id) continue; // an id that is not UTF-8 cannot be asked for
      const found = new Set<string>();
      for (const pattern of templates.scanPatterns(text))
        for (const key of (await redis.callBuffer('KEYS', [pattern])) as Buffer[]) found.add(key.toString('latin1'));
      expect(new Set([...found].filter((key) => templates.match(key) === id))).toEqual(own);
      // The pattern itself is no wider than its text: whatever it finds begins with the id, whole.
      for (const key of found) expect(templates.groups.some((g) => key.startsWith(g.prefix + id))).toBe(true);
    }
  });
});
