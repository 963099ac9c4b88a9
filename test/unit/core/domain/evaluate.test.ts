import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompanyFacts, evaluate, type PlatformFacts, type Rules } from '../../../../src/core/domain/evaluate.js';
import { DEFAULT_PRICING } from '../../../../src/core/domain/pricing.js';
import type { CompanySource } from '../../../../src/core/domain/snapshot.js';

const MB = 1_048_576;
const GB = 1_073_741_824;
const DAY = 86_400_000;

const facts = (companyId: string, part: Partial<CompanyFacts> = {}): CompanyFacts => ({
  companyId,
  companyName: `Company ${companyId}`,
  orphan: false,
  keys: 0,
  cacheBytes: 0,
  hits: null,
  misses: null,
  errors: null,
  readUs: null,
  coveredMs: 0,
  clears24h: null,
  usage: { storageBytes: 0, calls: 0, minutes: 0, recordingBytes: 0 },
  ...part,
});
const from = (source: CompanySource): PlatformFacts => ({ source, redisUsedMemoryBytes: 7, uptimeSeconds: 9 });
const rules: Rules = { pricing: DEFAULT_PRICING as Rules['pricing'], baseShare: 'equal' };

const ROYAL = facts('68e3f77a9d623b8058c700c4', {
  companyName: 'Royal Plumbing',
  keys: 40,
  cacheBytes: 1_258_291,
  hits: 9800,
  misses: 200,
  readUs: 4_000_000,
  coveredMs: DAY,
  clears24h: 0,
  usage: { storageBytes: 532_575_944, calls: 25_500, minutes: 1000, recordingBytes: 2 * GB },
});

describe('one company', () => {
  const others = ['a', 'b', 'c', 'd'].map((id) => facts(id));
  const [royal] = evaluate([ROYAL, ...others], from('collection'), rules).companies;

  it("has the figures of the master plan's Royal Plumbing", () => {
    expect(royal).toMatchObject({ companyId: ROYAL.companyId, companyName: 'Royal Plumbing', orphan: false });
    expect(royal?.metrics).toMatchObject({ cacheBytes: 1_258_291, cacheSize: '1.2MB', keys: 40, clears24h: 0 });
    expect(royal?.metrics.hitRate).toBeCloseTo(98, 10);
    expect(royal?.metrics.avgResponseMs).toBeCloseTo(0.4, 10);
    expect(royal?.metrics.callsPerDay).toBe(850);
    // Redis 1.2 MB × 0.08 + 20 ÷ 5; MongoDB 0.496 GB × 0.25 + 200 misses × 30 days × 0.000001
    expect(royal?.costs.redis).toBeCloseTo(0.096 + 4, 6);
    expect(royal?.costs.mongodb).toBeCloseTo(0.124 + 0.006, 6);
    expect(royal?.costs.infrastructure).toBeCloseTo(4.226, 6);
    expect(royal?.metrics.cost).toBe(royal?.costs.infrastructure);
    expect(royal?.costs.twilio).toBeCloseTo(8.5 + 0.1, 10);
    expect(royal?.costs.unknown).toEqual([]);
    expect(royal?.budget).toMatchObject({ line: 'cache', allocated: 5, status: 'warning' });
    expect(royal?.budget.percentUsed).toBeCloseTo(81.92, 4);
    expect(royal?.status).toMatchObject({ code: 'healthy', score: 100 });
  });

  it('with nothing recorded has no hit rate, no queries, no health', () => {
    const [company] = evaluate([facts('x', { cacheBytes: MB })], from('collection'), {
      ...rules,
      pricing: {
        ...DEFAULT_PRICING,
        providers: { ...DEFAULT_PRICING.providers, redis: { storageCostPerMB: 1, baseServiceCost: 2 } },
      },
    }).companies;
    expect(company?.metrics).toMatchObject({ hitRate: null, avgResponseMs: null, clears24h: null, cost: 3 });
    expect(company?.costs.unknown).toEqual(['mongodb.queries']);
    expect(company?.status).toMatchObject({ code: 'unknown', score: null });
  });

  it('whose calls are unknown has no calls a day and no Twilio cost', () => {
    const usage = { storageBytes: null, calls: null, minutes: null, recordingBytes: null };
    const [company] = evaluate([facts('x', { usage })], from('collection'), rules).companies;
    expect(company?.metrics.callsPerDay).toBeNull();
    expect(company?.costs).toMatchObject({ twilio: null, mongodb: null });
    expect(company?.budget.lines).toMatchObject({ storage: { status: 'unknown' }, calls: { status: 'unknown' } });
  });
});

describe('base shares', () => {
  const costOf = (list: CompanyFacts[], source: CompanySource, baseShare: Rules['baseShare'] = 'equal') => {
    const { companies, platformStats } = evaluate(list, from(source), { ...rules, baseShare });
    return { redis: companies.map((c) => c.costs.redis), unallocated: platformStats.unallocatedCost, companies };
  };

  it('go to the companies of the collection; an orphan carries storage only', () => {
    const { redis, unallocated, companies } = costOf(
      [facts('1'), facts('2'), facts('ghost', { orphan: true, cacheBytes: 100 * MB })],
      'collection',
    );
    expect(redis).toEqual([10, 10, 8]);
    expect(unallocated).toBe(57);
    expect(companies[2]?.costs.unknown).toEqual(['mongodb.queries']);
  });

  it('by memory leave the memory of orphans aside', () => {
    const { redis } = costOf(
      [
        facts('1', { cacheBytes: 300 * MB }),
        facts('2', { cacheBytes: 100 * MB }),
        facts('g', { orphan: true, cacheBytes: 900 * MB }),
      ],
      'collection',
      'proportional',
    );
    expect(redis).toEqual([24 + 15, 8 + 5, 72]);
  });

  it('stay unallocated where there are only orphans, or nobody', () => {
    expect(costOf([facts('g', { orphan: true, cacheBytes: MB })], 'collection')).toMatchObject({
      redis: [0.08],
      unallocated: 77,
    });
    expect(costOf([], 'collection')).toMatchObject({ redis: [], unallocated: 77 });
  });

  it('are unknown, and the base unallocated, where the collection was not read', () => {
    const { redis, unallocated, companies } = costOf([facts('1', { orphan: null, cacheBytes: 100 * MB })], 'unread');
    expect(redis).toEqual([8]);
    expect(unallocated).toBe(77);
    expect(companies[0]?.costs.unknown).toContain('redis.baseShare');
  });

  it.each(['keys', 'import'] as const)('are known where companies come from %s', (source) => {
    expect(costOf([facts('1'), facts('2')], source)).toMatchObject({ redis: [10, 10], unallocated: 57 });
  });
});

describe('the platform', () => {
  it('sums the companies, orphans included, and takes the hit rate over all reads', () => {
    const list = [
      facts('1', { cacheBytes: MB, hits: 1, misses: 0 }),
      facts('2', { cacheBytes: 2 * MB, hits: 10, misses: 90 }),
      facts('g', { orphan: true, cacheBytes: 3 * MB, hits: 39, misses: 60 }),
      facts('quiet'),
    ];
    const { companies, platformStats } = evaluate(list, from('collection'), rules);
    expect(companies.map((c) => c.companyId)).toEqual(['1', '2', 'g', 'quiet']);
    expect(platformStats).toMatchObject({
      totalMemoryBytes: 6 * MB,
      totalMemory: '6.0MB',
      redisUsedMemoryBytes: 7,
      uptimeSeconds: 9,
      unallocatedCost: 57,
    });
    // 50 hits of 200 reads; the mean of the three rates would be 49.8.
    expect(platformStats.avgHitRate).toBe(25);
    // 6 MB × 0.08 + 20 of base
    expect(platformStats.totalCost).toBeCloseTo(20.48, 10);
  });

  it('counts companies by status', () => {
    const list = [
      { ...ROYAL, companyId: '1' },
      { ...ROYAL, companyId: '2' },
      { ...ROYAL, companyId: '3', hits: 2, misses: 8, readUs: 60_000 }, // 0 + 30 + 30×0.2 + 10 = 46
      { ...ROYAL, companyId: '4', hits: 2, misses: 8, readUs: 5000 }, // 0 + 30 + 100×0.2 + 10 = 60
      ...['5', '6', '7'].map((id) => facts(id)),
      // $8.00 of storage alone is over 120 % of $5.
      facts('8', { cacheBytes: 100 * MB }),
    ];
    expect(evaluate(list, from('collection'), rules).platformStats.companies).toEqual({
      total: 8,
      healthy: 2,
      warning: 1,
      critical: 2,
      unknown: 3,
    });
  });

  it('knows no hit rate where nobody reads', () => {
    expect(evaluate([facts('1')], from('collection'), rules).platformStats.avgHitRate).toBeNull();
  });

  it('knows no money where prices could not be read', () => {
    const { companies, platformStats } = evaluate([ROYAL], from('collection'), { ...rules, pricing: null });
    expect(companies[0]?.costs).toMatchObject({ redis: null, mongodb: null, infrastructure: null, twilio: null });
    expect(companies[0]?.costs.unknown).toHaveLength(6);
    expect(companies[0]?.budget).toMatchObject({ allocated: null, used: null, status: 'unknown' });
    expect(companies[0]?.status).toMatchObject({ code: 'unknown', score: null });
    expect(companies[0]?.metrics).toMatchObject({ cost: null, cacheBytes: 1_258_291 });
    expect(platformStats).toMatchObject({ totalCost: null, unallocatedCost: null, totalMemoryBytes: 1_258_291 });
  });

  it('loses no dollar: companies and unallocated together are storage, base and base tier', () => {
    const company = fc.record({ bytes: fc.nat({ max: 2 ** 36 }), orphan: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(company, { maxLength: 50 }),
        fc.constantFrom<CompanySource>('collection', 'import', 'keys', 'unread'),
        fc.constantFrom('equal' as const, 'proportional' as const),
        (list, source, baseShare) => {
          const all = list.map((c, i) =>
            facts(String(i), { cacheBytes: c.bytes, orphan: source === 'unread' ? null : c.orphan }),
          );
          const { platformStats } = evaluate(all, from(source), { ...rules, baseShare });
          const storage = list.reduce((sum, c) => sum + (c.bytes / MB) * 0.08, 0);
          const total = (platformStats.totalCost ?? Number.NaN) + (platformStats.unallocatedCost ?? Number.NaN);
          expect(Math.abs(total - (storage + 20 + 57))).toBeLessThan(1e-6);
        },
      ),
    );
  });
});
