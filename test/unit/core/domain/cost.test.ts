import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BASE_SHARE_RULES,
  baseShares,
  type CostInput,
  companyCosts,
  queriesPerMonth,
} from '../../../../src/core/domain/cost.js';
import { DEFAULT_PRICING } from '../../../../src/core/domain/pricing.js';

const MB = 1_048_576;
const GB = 1_073_741_824;
const prices = DEFAULT_PRICING.providers;

const input = (part: Partial<CostInput>): CostInput => ({
  cacheBytes: 0,
  baseShare: 0,
  storageBytes: 0,
  queriesPerMonth: 0,
  minutes: 0,
  recordingBytes: 0,
  ...part,
});

describe('companyCosts', () => {
  it("gives the master plan's Royal Plumbing its $4.22", () => {
    // 1.2 MB × $0.08 = $0.096, and a fifth of $20; 0.496 GB × $0.25 = $0.124.
    const costs = companyCosts(input({ cacheBytes: 1.2 * MB, baseShare: 4, storageBytes: 0.496 * GB }), prices);
    expect(costs.redis).toBeCloseTo(4.096, 12);
    expect(costs.mongodb).toBeCloseTo(0.124, 12);
    expect(costs.infrastructure).toBeCloseTo(4.22, 12);
    expect(costs.twilio).toBe(0);
    expect(costs.unknown).toEqual([]);
  });

  it('takes 1 MB as 1024² bytes and 1 GB as 1024³', () => {
    const costs = companyCosts(input({ cacheBytes: MB, storageBytes: GB, recordingBytes: GB }), prices);
    expect(costs).toMatchObject({ redis: 0.08, mongodb: 0.25, twilio: 0.05, infrastructure: 0.33 });
  });

  it('counts queries, and minutes of calls; calls are no infrastructure', () => {
    const costs = companyCosts(input({ queriesPerMonth: 2_000_000, minutes: 1000 }), prices);
    expect(costs.mongodb).toBeCloseTo(2, 12);
    expect(costs.twilio).toBeCloseTo(8.5, 12);
    expect(costs.infrastructure).toBeCloseTo(2, 12);
  });

  it("leaves the platform's base tier out of every company", () => {
    const dear = { ...prices, mongodb: { ...prices.mongodb, baseTierCost: 1e9 } };
    expect(companyCosts(input({ storageBytes: GB }), dear).infrastructure).toBe(0.25);
  });

  it('sums what is known and names what is not', () => {
    const costs = companyCosts(
      {
        cacheBytes: MB,
        baseShare: null,
        storageBytes: null,
        queriesPerMonth: 1_000_000,
        minutes: 100,
        recordingBytes: null,
      },
      prices,
    );
    expect(costs.redis).toBeCloseTo(0.08, 12);
    expect(costs.mongodb).toBeCloseTo(1, 12);
    expect(costs.infrastructure).toBeCloseTo(1.08, 12);
    expect(costs.twilio).toBeCloseTo(0.85, 12);
    expect(costs.unknown).toEqual(['redis.baseShare', 'mongodb.storage', 'twilio.recordings']);
  });

  it('knows no cost of which every term is unknown', () => {
    const costs = companyCosts(
      input({ storageBytes: null, queriesPerMonth: null, minutes: null, recordingBytes: null, baseShare: 4 }),
      prices,
    );
    expect(costs).toEqual({
      redis: 4,
      mongodb: null,
      infrastructure: 4,
      twilio: null,
      unknown: ['mongodb.storage', 'mongodb.queries', 'twilio.calls', 'twilio.recordings'],
    });
  });

  it('knows nothing without prices, not even of a company that uses nothing', () => {
    expect(companyCosts(input({}), null)).toEqual({
      redis: null,
      mongodb: null,
      infrastructure: null,
      twilio: null,
      unknown: [
        'redis.storage',
        'redis.baseShare',
        'mongodb.storage',
        'mongodb.queries',
        'twilio.calls',
        'twilio.recordings',
      ],
    });
  });
});

describe('queriesPerMonth', () => {
  it('scales the misses to 30 days', () => {
    expect(queriesPerMonth(100, 86_400_000)).toBe(3000);
    expect(queriesPerMonth(10, 43_200_000)).toBe(600);
    expect(queriesPerMonth(0, 300_000)).toBe(0);
  });

  it('is unknown where nothing was recorded', () => {
    expect(queriesPerMonth(null, 86_400_000)).toBeNull();
    expect(queriesPerMonth(5, 0)).toBeNull();
  });
});

describe('baseShares', () => {
  const companies = (...bytes: number[]) => bytes.map((cacheBytes, i) => ({ companyId: String(i), cacheBytes }));

  it('shares equally whatever the memory', () => {
    expect([...baseShares(companies(0, 7, 1000, 5), 20, 'equal')]).toEqual([
      ['0', 5],
      ['1', 5],
      ['2', 5],
      ['3', 5],
    ]);
  });

  it('shares by memory; an empty cache carries nothing', () => {
    expect([...baseShares(companies(300, 100, 0), 20, 'proportional').values()]).toEqual([15, 5, 0]);
  });

  it('shares equally by memory when every cache is empty', () => {
    expect([...baseShares(companies(0, 0), 20, 'proportional').values()]).toEqual([10, 10]);
  });

  it.each(BASE_SHARE_RULES)('gives nobody anything where there is no company (%s)', (rule) => {
    expect(baseShares([], 20, rule).size).toBe(0);
  });

  it('always sums to the base, and no share is negative', () => {
    const sizes = fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 200 });
    const base = fc.nat({ max: 1e8 }).map((cents) => cents / 100);
    fc.assert(
      fc.property(sizes, base, fc.constantFrom(...BASE_SHARE_RULES), (bytes, cost, rule) => {
        const shares = [...baseShares(companies(...bytes), cost, rule).values()];
        expect(shares).toHaveLength(bytes.length);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        const total = shares.reduce((sum, share) => sum + share, 0);
        expect(Math.abs(total - cost)).toBeLessThanOrEqual(cost * 1e-12);
      }),
    );
  });
});
