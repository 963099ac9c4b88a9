import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { companies } from '../../../src/core/services/companies/companies.js';
import { detect } from '../../../src/core/services/detect/detect.js';
import { drillDown } from '../../../src/core/services/drill-down/drill-down.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { DAY_MS, record } from '../../e2e/support/counters.js';
import { HOSTILE_IDS, ORPHAN_IDS, type Seeded, seedCompanies, seedForeign } from '../../e2e/support/seed.js';
import { type RedisCluster, type RedisServer, startKind } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const NOON = new Date('2026-11-20T12:00:00Z');
const OPTIONS = { windowMs: DAY_MS, keys: 5 };

/** Every key's figures, by asking the server about each, one by one; sizes first, because asking for types changes nothing. */
async function figuresOf(client: Redis | Cluster, keys: readonly Buffer[]) {
  const figures = [];
  for (const key of keys)
    figures.push({
      key,
      bytes: Number(await client.call('MEMORY', ['USAGE', key])),
      type: await client.type(key),
      ttlMs: await client.pttl(key),
    });
  return figures;
}

function sums(rows: { name: string; bytes: number }[]): Record<string, { keys: number; bytes: number }> {
  const groups: Record<string, { keys: number; bytes: number }> = {};
  for (const { name, bytes } of rows) {
    groups[name] ??= { keys: 0, bytes: 0 };
    groups[name].keys += 1;
    groups[name].bytes += bytes;
  }
  return groups;
}

/** As `keys get` takes it: a backslash is two; keys of the seed that are not UTF-8 differ in their id alone. */
const displayed = (key: Buffer) =>
  key.includes(0xff)
    ? key.toString('latin1').replace('\xff\xfe', '\\xff\\xfe')
    : key.toString().replaceAll('\\', '\\\\');

const asMap = (groups: { name: string; keys: number; bytes: number }[]) =>
  Object.fromEntries(groups.map(({ name, keys, bytes }) => [name, { keys, bytes }]));

describe.each(['standalone', 'cluster'])('drill-down on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let rig: Rig;
  let seeded: Seeded;
  beforeAll(async () => {
    ({ nodes, client } = await startKind(kind));
    seeded = await seedCompanies(client, [...HOSTILE_IDS, ...ORPHAN_IDS]);
    await seedForeign(client);
    await record(client, '12', NOON.getTime() - 3_600_000, {
      hit: 90,
      miss: 10,
      hitUs: 90_000,
      missUs: 60_000,
      clear: 2,
    });
    await record(client, '12', NOON.getTime() - 7_200_000, { hit: 5, miss: 5, hitUs: 5000, missUs: 25_000 });
  });
  beforeEach(async () => {
    rig = await rigOn(nodes.url);
    rig.ports.clock = () => NOON;
    return () => rig.close();
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });

  const list = () =>
    rig.ports.store.companies.replaceImported(
      HOSTILE_IDS.map((companyId, n) => ({
        companyId,
        companyName: `Company ${n}`,
        storageBytes: n * 1e9,
        calls: n * 30,
        minutes: n,
        recordingBytes: n,
      })),
      NOON,
    );

  it.each(['equal', 'proportional'] as const)(
    'says of each company what `companies` says, the base shared: %s',
    async (baseShare) => {
      await list();
      rig.ports.config.costs.baseShare = baseShare;
      // The list has the issues that the last look at all companies found.
      await detect(rig.ports, { windowMs: DAY_MS });
      const { report } = await companies(rig.ports, DAY_MS);
      for (const expected of report.companies) {
        const { report: own, complete } = await drillDown(rig.ports, expected.companyId, OPTIONS);
        expect({ id: expected.companyId, complete, company: own.company }).toEqual({
          id: expected.companyId,
          complete: true,
          company: expected,
        });
      }
      expect(report.companies.length).toBe(HOSTILE_IDS.length + ORPHAN_IDS.length);
      const orphans = report.companies.filter(({ issues }) => issues.includes('ORPHANED_CACHE'));
      expect(orphans.length).toBe(ORPHAN_IDS.length);
    },
  );

  it('says the same where only keys tell of companies', async () => {
    const { report } = await companies(rig.ports, DAY_MS);
    for (const id of ['12', '\\xff\\xfe', 'a*b?[c]\\^-d']) {
      const { company } = (await drillDown(rig.ports, id, OPTIONS)).report;
      expect(company).toEqual(report.companies.find((c) => c.companyId === id));
    }
  });

  it('adds the keys up by type, segment and time left, as the server says of each', async () => {
    for (const [id, keys] of seeded) {
      const { metrics } = (await drillDown(rig.ports, id, OPTIONS)).report;
      const figures = await figuresOf(client, keys);
      const total = figures.reduce((sum, f) => sum + f.bytes, 0);
      expect({ id, keys: metrics.keys.total, bytes: metrics.keys.bytes }).toEqual({
        id,
        keys: keys.length,
        bytes: total,
      });
      expect(asMap(metrics.keys.byType ?? [])).toEqual(sums(figures.map((f) => ({ name: f.type, bytes: f.bytes }))));
      expect(asMap(metrics.keys.byTtl ?? [])).toEqual(
        sums(figures.map((f) => ({ name: f.ttlMs < 0 ? 'never' : '≤ 1h', bytes: f.bytes }))),
      );
      const segments = asMap(metrics.keys.bySegment ?? []);
      expect(segments.a).toMatchObject({ keys: 1 }); // a:b:*
      expect(segments['']).toMatchObject({ keys: 1 });
      expect(Object.values(segments).reduce((sum, s) => sum + s.bytes, 0)).toBe(total);
      const sizes = figures.map((f) => f.bytes).sort((a, b) => b - a);
      expect(metrics.cachedKeys?.map((k) => k.bytes)).toEqual(sizes.slice(0, 5));
      for (const shown of metrics.cachedKeys ?? []) {
        const { bytes, type } = figures.find((f) => displayed(f.key) === shown.key) ?? {};
        expect(shown).toMatchObject({ bytes, type, ttlSeconds: null, percent: (shown.bytes / total) * 100 });
        expect(shown.idleSeconds).toBeLessThan(120);
      }
    }
  });

  it('draws the window slot by slot: hits, misses, mean times', async () => {
    const { points } = (await drillDown(rig.ports, '12', OPTIONS)).report.metrics.performance.reads;
    const read = points.filter((p) => p.hits + p.misses > 0);
    expect(points.length).toBe(289);
    expect(read).toEqual([
      { at: new Date('2026-11-20T10:00:00Z'), hits: 5, misses: 5, readUs: 30_000, hitRate: 50, avgResponseMs: 3 },
      { at: new Date('2026-11-20T11:00:00Z'), hits: 90, misses: 10, readUs: 150_000, hitRate: 90, avgResponseMs: 1.5 },
    ]);
  });

  it('has the memory of earlier snapshots, and of now', async () => {
    await list();
    const before = new Date(NOON.getTime() - 3_600_000);
    await takeSnapshot({ ...rig.ports, clock: () => before });
    const { memory } = (await drillDown(rig.ports, '12', OPTIONS)).report.metrics.performance;
    const { report } = await drillDown(rig.ports, '12', OPTIONS);
    expect(memory.map(({ at, cacheBytes }) => ({ at, cacheBytes }))).toEqual([
      { at: before, cacheBytes: report.company.metrics.cacheBytes },
      { at: NOON, cacheBytes: report.company.metrics.cacheBytes },
    ]);
  });

  it('finds a company by its name, or a part of just one; says who else could be meant', async () => {
    await list();
    expect((await drillDown(rig.ports, 'Company 1', OPTIONS)).report.company.companyId).toBe('12');
    expect((await drillDown(rig.ports, 'PANY 2', OPTIONS)).report.company.companyId).toBe('123');
    await expect(drillDown(rig.ports, 'pany', OPTIONS)).rejects.toMatchObject({
      code: 'RCM_COMPANY_AMBIGUOUS',
      message: expect.stringContaining('Company 0 (1)'),
    });
    await expect(drillDown(rig.ports, 'Compny 1', OPTIONS)).rejects.toMatchObject({
      code: 'RCM_COMPANY_NOT_FOUND',
      hint: expect.stringContaining('Company 1 (12)'),
    });
  });
});
