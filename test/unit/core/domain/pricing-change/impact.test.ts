import { describe, expect, it } from 'vitest';
import type { CompanyFacts } from '../../../../../src/core/domain/evaluate.js';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { edited } from '../../../../../src/core/domain/pricing-change/edit.js';
import {
  type Impact,
  impactOf,
  impactText,
  signedDollars,
} from '../../../../../src/core/domain/pricing-change/impact.js';

const MB = 1024 * 1024;
const GB = 1024 * MB;
const DAY = 86_400_000;

/** Hit rate 96 %, 0.5 ms a read, no clears: what is left of the score is the budget. */
function company(companyId: string, cacheMB: number, more: Partial<CompanyFacts> = {}): CompanyFacts {
  return {
    companyId,
    companyName: `Name of ${companyId}`,
    orphan: false,
    keys: 1,
    cacheBytes: cacheMB * MB,
    hits: 96,
    misses: 4,
    errors: 0,
    readUs: 50_000,
    coveredMs: DAY,
    clears24h: 0,
    usage: { storageBytes: 2 * GB, calls: 30, minutes: 100, recordingBytes: GB },
    ...more,
  };
}

const platform = { source: 'collection' as const, redisUsedMemoryBytes: null, uptimeSeconds: null };
const author = { actor: '', reason: '', at: new Date(0) };
const change = (basis: CompanyFacts[], ...edits: Parameters<typeof edited>[1]): Impact =>
  impactOf({ companies: basis, platform, baseShare: 'equal' }, DEFAULT_PRICING, edited(DEFAULT_PRICING, edits, author));
const redisPrice = (value: number) =>
  ({ setting: { kind: 'price', provider: 'redis', name: 'storageCostPerMB' }, value }) as const;

describe('impactOf, by hand', () => {
  // Each: share 10, queries 4 × 30 × 0.000001 = 0.00012. a: 50 MB × 0.08 = 4, + 10 = 14; b: 25 MB: 2 + 10 = 12.
  const two = [company('a', 50), company('b', 25)];

  it('a dearer MB: +0.08 × 75 MB, and who crosses a threshold', () => {
    const budgets = ['a', 'b'].map(
      (companyId) => ({ setting: { kind: 'customBudget', companyId, line: 'cache' }, value: 16 }) as const,
    );
    const start = edited(DEFAULT_PRICING, budgets, author);
    // 16 dollars: a 14 = 87.5 % warning, 18 = 112.5 % warning; b 12 = 75 % within, 14 = 87.5 % warning.
    const impact = impactOf(
      { companies: two, platform, baseShare: 'equal' },
      start,
      edited(start, [redisPrice(0.16)], author),
    );
    // Of companies 14 + 12 + 2 × (0.5 + 0.00012), and MongoDB's base tier of 57.
    expect(impact.total.before).toBeCloseTo(26 + 1.00024 + 57, 9);
    expect(impact.total.after).toBeCloseTo(32 + 1.00024 + 57, 9);
    expect(impact.total.change).toBeCloseTo(6, 9);
    expect(impact).toMatchObject({ companies: 2, affected: 2 });
    expect(impact.twilio.change).toBe(0);
    // a: the cost score goes from 100 to 50 (112.5 %): 100 − 0.3 × 50 = 85, still healthy: no verdict of a's changes.
    expect(impact.changed.map((c) => [c.companyId, c.status, c.budget.cache])).toEqual([
      ['b', { before: 'healthy', after: 'healthy' }, { before: 'within_budget', after: 'warning' }],
    ]);
    expect(impact.changed[0]?.cost.before).toBeCloseTo(12.50012, 9);
    expect(impact.changed[0]?.cost.after).toBeCloseTo(14.50012, 9);
    expect(impactText(impact)).toBe('Affects 2 companies, +$6.00/month in total; 1 change status');
  });

  it('the worst afterwards stands first', () => {
    // Budget 5: both are over 200 % already; at 16 and 11 dollars of budget they are not.
    const impact = change(
      [company('a', 50), company('b', 25), company('c', 0, { hits: 40, misses: 60 })],
      { setting: { kind: 'customBudget', companyId: 'a', line: 'cache' }, value: 100 },
      { setting: { kind: 'customBudget', companyId: 'c', line: 'cache' }, value: 6 },
    );
    // Shares 20/3 each: a 10.67 of 5 (critical) → of 100; c 6.67 of 5 (133 %, critical) → of 6 (111 %, warning).
    expect(impact.affected).toBe(2);
    expect(impact.total.change).toBe(0);
    expect(impact.changed.map((c) => [c.companyId, c.status.after, c.budget.cache])).toEqual([
      ['c', 'critical', { before: 'critical', after: 'warning' }],
      ['a', 'healthy', { before: 'critical', after: 'within_budget' }],
    ]);
    expect(impactText(impact)).toBe('Affects 2 companies, no change of cost; 2 change status');
  });

  it('calls are told apart; MongoDB’s base tier is of no company', () => {
    const calls = change(two, {
      setting: { kind: 'price', provider: 'twilio', name: 'perCallCostPerMinute' },
      value: 0.01,
    });
    // 100 minutes × 0.0015 each
    expect(calls.twilio.change).toBeCloseTo(0.3, 12);
    expect(calls.total.change).toBe(0);
    expect(impactText(calls)).toBe('Affects 2 companies, +$0.30/month for calls; no status changes');
    const base = change(two, { setting: { kind: 'price', provider: 'mongodb', name: 'baseTierCost' }, value: 50 });
    expect(base).toMatchObject({ affected: 0, total: { change: -7 }, changed: [] });
    expect(impactText(base)).toBe('Affects 0 companies, -$7.00/month in total; no status changes');
  });

  it('what is unknown stays unknown', () => {
    const nothing = { storageBytes: null, calls: null, minutes: null, recordingBytes: null };
    const unknown = company('u', 10, { hits: null, misses: null, readUs: null, coveredMs: 0, usage: nothing });
    const impact = change([unknown], {
      setting: { kind: 'price', provider: 'mongodb', name: 'storageCostPerGB' },
      value: 0.27,
    });
    expect(impact).toMatchObject({ affected: 0, twilio: { before: null, after: null, change: null }, changed: [] });
    const none = change([], redisPrice(1));
    expect(none).toMatchObject({ companies: 0, affected: 0, total: { before: 77, after: 77, change: 0 } });
  });
});

it.each([
  [12, '+$12.00'],
  [-0.5, '-$0.50'],
  [1234.567, '+$1,234.57'],
  [0, '+$0.00'],
  [0.004, '+$0.004'],
  [0.00000123, '+$0.0000012'],
  [-1e-15, '-$0.00'],
])('signedDollars(%d) is %s', (value, text) => {
  expect(signedDollars(value)).toBe(text);
});
