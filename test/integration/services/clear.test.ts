import fc from 'fast-check';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyTemplates } from '../../../src/core/redis/key-template.js';
import { clear } from '../../../src/core/services/clear/clear.js';
import { previewClear } from '../../../src/core/services/clear/preview.js';
import type { ClearRequest } from '../../../src/core/services/clear/request.js';
import { contents, expectOnlyGone } from '../../e2e/support/clearing.js';
import { HOSTILE_IDS, ORPHAN_IDS, seedCompanies, seedForeign, sizesOf } from '../../e2e/support/seed.js';
import { type RedisCluster, type RedisServer, startKind } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const IDS = [...HOSTILE_IDS, ...ORPHAN_IDS, '12x', '-', ']', '[a-z]', '^1', '*', '?'];

let runs = 0;
const requestFor = (rig: Rig, id: string, how: string): ClearRequest => ({
  companies: [{ companyId: id, companyName: null }],
  filter: {},
  allowSlow: false,
  actor: 'test',
  reason: null,
  unlogged: `${rig.dir}/unlogged`,
  ...(how === 'with a backup' && { backup: `${rig.dir}/${runs++}.rcmb` }),
  ...(how === 'key by key' && { maxRate: 1_000_000 }),
});

describe.each(['standalone', 'cluster'])('clear on %s', (kind) => {
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
  beforeEach(() => Promise.all(masters.map((node) => node.flushall())));

  it.each(['inside the server', 'key by key', 'with a backup'])(
    "removes exactly one company's keys, whatever its id: %s",
    async (how) => {
      const seeded = await seedCompanies(client, IDS);
      await seedForeign(client);
      for (const id of IDS.filter((one) => !one.startsWith('\\x'))) {
        await client.set(`company:${id}`, 'without a rest');
        seeded.get(id)?.push(Buffer.from(`company:${id}`));
      }
      for (const id of IDS) {
        const before = await contents(masters);
        const keys = seeded.get(id) as Buffer[];
        const size = (await sizesOf(client, new Map([[id, keys]]))).get(id);
        const request = requestFor(rig, id, how);
        const preview = await previewClear(rig.ports, request, () => null);
        expect({ id, keys: preview.keys, bytes: preview.bytes }).toEqual({ id, ...size });
        expectOnlyGone(before, await contents(masters), []);
        const report = await clear(rig.ports, request);
        expect({ id, success: report.success, keys: report.clearedKeys, bytes: report.freedBytes }).toEqual({
          id,
          success: true,
          ...size,
        });
        expectOnlyGone(before, await contents(masters), keys);
      }
    },
  );

  it('removes what the key templates say, whatever they are and the keys look like', async () => {
    const piece = fc.constantFrom('a', 'b', ':', '1', '12', '{', '}', '.', '-', '%', '*', '[', ']', '^', '$', 'vip');
    const word = fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
    const template = fc
      .tuple(word, fc.constantFrom(':', '.', '}:', '-x'), fc.boolean())
      .map(([prefix, suffix, open]) => `t${prefix}{companyId}${suffix}${open ? '*' : ''}`);
    const world = fc.record({
      templates: fc.uniqueArray(template, { minLength: 1, maxLength: 3 }),
      id: fc.constantFrom('1', '12', 'a', 'b*', '[a]', '%d', 'vip', '^a'),
      words: fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 25 }),
      how: fc.constantFrom('inside the server', 'key by key'),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ templates: texts, id, words, how }) => {
        const templates = new KeyTemplates(texts);
        if (templates.terminators.some((c) => id.includes(c))) return;
        await Promise.all(masters.map((node) => node.flushall()));
        const keys = new Set<string>();
        for (const text of texts)
          for (const [owner, rest] of [...words, [id, 'x'] as const, [`${id}2`, 'x'] as const])
            keys.add(text.replace('{companyId}', owner).replace(/\*$/, rest));
        for (const key of keys) await client.set(key, 'v');
        const own = [...keys].filter((key) => templates.match(key) === id);
        const before = await contents(masters);
        rig.ports.config.keyTemplates = texts;
        const report = await clear(rig.ports, requestFor(rig, id, how));
        expect(report.clearedKeys).toBe(own.length);
        expectOnlyGone(
          before,
          await contents(masters),
          own.map((key) => Buffer.from(key)),
        );
      }),
      { numRuns: kind === 'cluster' ? 15 : 120 },
    );
    rig.ports.config.keyTemplates = ['company:{companyId}', 'company:{companyId}:*'];
  });
});
