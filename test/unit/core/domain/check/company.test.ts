import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../../src/core/domain/check/check.js';
import { companyByCompany } from '../../../../../src/core/domain/check/check.js';
import { type CheckFacts, type CompanyRules, checkCompany } from '../../../../../src/core/domain/check/company.js';
import type { CompanyFacts } from '../../../../../src/core/domain/evaluate.js';
import { ago, company, NOW, PRICES, views } from '../alerts/builders.js';

const NO_RULES: CompanyRules = { budgets: [], minHitRate: null, minScore: null, maxGrowth: null };
const FACTS: CheckFacts = {
  complete: true,
  budgetLimits: { warning: 80, critical: 120 },
  earlier: { missing: 'none was taken' },
  measuredAt: NOW,
};
const MB = 1_048_576;

function checksOf(
  change: Partial<CompanyFacts>,
  rules: Partial<CompanyRules>,
  facts: Partial<CheckFacts> = {},
): Check[] {
  return views([company('a', change)]).flatMap((view) =>
    checkCompany(view, { ...NO_RULES, ...rules }, { ...FACTS, ...facts }),
  );
}

describe('budget lines', () => {
  // One dollar a megabyte, a gigabyte and a minute, of 100 dollars each: megabytes are percents.
  it.each([
    [79, 'pass', 'Cache budget 79.0% used: $79.00 of $100.00/month'],
    [80, 'warning', 'Cache budget 80.0% used: $80.00 of $100.00/month, warning from 80%'],
    [119, 'warning', 'Cache budget 119.0% used: $119.00 of $100.00/month, warning from 80%'],
    [120, 'critical', 'Cache budget 120.0% used: $120.00 of $100.00/month, critical from 120%'],
  ])('cache at %d MB: %s', (megabytes, verdict, message) => {
    expect(checksOf({ cacheBytes: megabytes * MB }, { budgets: ['cache'] })).toEqual([
      {
        verdict,
        rule: 'budget-cache',
        companyId: 'a',
        companyName: 'Name of a',
        measured: megabytes,
        unit: 'percent',
        limits: { warning: 80, critical: 120 },
        message,
        evidence: { allocated: 100, used: megabytes },
      },
    ]);
  });

  it('storage and calls each for itself', () => {
    const usage = { storageBytes: 90 * 1024 * MB, calls: 10, minutes: 130, recordingBytes: 0 };
    const checks = checksOf({ usage }, { budgets: ['cache', 'storage', 'calls'] });
    expect(checks.map((check) => [check.rule, check.verdict, check.measured])).toEqual([
      ['budget-cache', 'pass', 1],
      ['budget-storage', 'warning', 90],
      ['budget-calls', 'critical', 130],
    ]);
  });

  it('something used of nothing allocated is critical, without a percentage', () => {
    const prices = structuredClone(PRICES);
    prices.budgets.defaultPerCompany.cache = 0;
    const [view] = views([company('a')], prices);
    const [check] = checkCompany(view as NonNullable<typeof view>, { ...NO_RULES, budgets: ['cache'] }, FACTS);
    expect(check).toMatchObject({
      verdict: 'critical',
      measured: null,
      message: 'Cache budget: $1.00/month used, nothing allocated',
      evidence: { allocated: 0, used: 1 },
    });
  });

  it('unknown: usage unread, a part of it unread, prices unread', () => {
    const unread = { storageBytes: null, calls: null, minutes: null, recordingBytes: null };
    const noReads = { hits: null, misses: null, usage: unread };
    expect(checksOf(noReads, { budgets: ['storage', 'calls'] }).map((check) => [check.verdict, check.message])).toEqual(
      [
        ['unknown', 'Storage budget unknown: what is used was not measured'],
        ['unknown', 'Calls budget unknown: what is used was not measured'],
      ],
    );
    const part = checksOf({ usage: { ...unread, minutes: 5 } }, { budgets: ['calls'] });
    expect(part).toMatchObject([
      {
        verdict: 'unknown',
        measured: 5,
        message: 'Calls budget 5.0% used: $5.00 of $100.00/month, without what is unknown (twilio.recordings)',
      },
    ]);
    // What is known is over the limit already.
    expect(checksOf({ usage: { ...unread, minutes: 500 } }, { budgets: ['calls'] })).toMatchObject([
      { verdict: 'critical', measured: 500 },
    ]);
    const [view] = views([company('a')], null);
    const [check] = checkCompany(
      view as NonNullable<typeof view>,
      { ...NO_RULES, budgets: ['cache'] },
      { ...FACTS, budgetLimits: { warning: null, critical: null } },
    );
    expect(check).toMatchObject({ verdict: 'unknown', limits: { warning: null, critical: null } });
  });

  it('reads that nobody recorded leave the storage line open only where a service could not be read', () => {
    const noReads = { hits: null, misses: null };
    expect(checksOf(noReads, { budgets: ['storage'] })).toMatchObject([{ verdict: 'pass', measured: 0 }]);
    expect(checksOf(noReads, { budgets: ['storage'] }, { complete: false })).toMatchObject([{ verdict: 'unknown' }]);
  });
});

describe('hit rate and score', () => {
  const limits = { warning: 90, critical: 80 };
  it.each([
    [9, 1, 'pass', 'Hit rate 90.0%'],
    [8999, 1001, 'warning', 'Hit rate 89.99%, warning under 90%'],
    [799, 201, 'critical', 'Hit rate 79.9%, critical under 80%'],
  ])('%d hits and %d misses: %s', (hits, misses, verdict, message) => {
    expect(checksOf({ hits, misses }, { minHitRate: limits })).toMatchObject([
      { rule: 'min-hit-rate', verdict, message, unit: 'percent', limits, measured: (hits / (hits + misses)) * 100 },
    ]);
  });
  it.each([
    [null, null],
    [0, 0],
  ])('%s hits: unknown', (hits, misses) => {
    expect(checksOf({ hits, misses }, { minHitRate: limits, minScore: limits })).toMatchObject([
      { rule: 'min-hit-rate', verdict: 'unknown', measured: null, message: 'Hit rate unknown: no reads were recorded' },
      { rule: 'min-score', verdict: 'unknown', measured: null },
    ]);
  });
  it('the score', () => {
    // 0.4 × 60 (75 %) + 0.3 × 100 + 0.2 × 100 (0.4 ms) + 0.1 × 100 = 84
    expect(checksOf({ hits: 75, misses: 25 }, { minScore: limits })).toMatchObject([
      {
        rule: 'min-score',
        verdict: 'warning',
        measured: 84,
        unit: 'points',
        message: 'Health 84.0 of 100, warning under 90',
      },
    ]);
  });
});

describe('growth of the cache', () => {
  const limits = { warning: null, critical: 20 };
  const from = (bytes: number | null) => ({
    earlier: { takenAt: ago(2 * 3_600_000), bytes: new Map(bytes === null ? [] : [['a', bytes]]) },
  });
  it.each([
    [100, 120, 'pass', 20, 'Cache +20.0% in 2h: 100B → 120B'],
    [100, 121, 'critical', 21, 'Cache +21.0% in 2h: 100B → 121B, critical over 20%'],
    [100, 50, 'pass', -50, 'Cache -50.0% in 2h: 100B → 50B'],
    [100, 0, 'pass', -100, 'Cache -100.0% in 2h: 100B → 0B'],
    [0, 50, 'unknown', null, 'Cache growth unknown: empty in the snapshot of 2h before'],
    [null, 50, 'unknown', null, 'Cache growth unknown: not in the snapshot of 2h before'],
    [0, 0, 'pass', 0, 'Cache +0.0% in 2h: 0B → 0B'],
    [null, 0, 'pass', 0, 'Cache empty'],
  ])('from %s to %d bytes: %s', (before, now, verdict, measured, message) => {
    expect(checksOf({ cacheBytes: now }, { maxGrowth: limits }, from(before))).toEqual([
      {
        verdict,
        rule: 'max-growth',
        companyId: 'a',
        companyName: 'Name of a',
        measured,
        unit: 'percent',
        limits,
        message,
        evidence: { bytes: now, bytesBefore: before, since: '2026-03-01T10:00:00.000Z' },
      },
    ]);
  });
  it('without a snapshot', () => {
    expect(checksOf({}, { maxGrowth: limits })).toMatchObject([
      { verdict: 'unknown', message: 'Cache growth unknown: none was taken' },
    ]);
  });
});

it('company by company: the worst first, the platform before companies that are as bad, then by name', () => {
  const check = (companyId: string | null, verdict: Check['verdict'], rule: Check['rule']): Check => ({
    ...({ measured: null, unit: null, limits: { warning: null, critical: null }, message: '', evidence: {} } as const),
    companyId,
    companyName: null,
    verdict,
    rule,
  });
  const sorted = companyByCompany([
    [check('fine', 'pass', 'budget-cache')],
    [check('b', 'pass', 'budget-cache'), check('b', 'critical', 'min-score'), check('b', 'unknown', 'max-growth')],
    [],
    [check('a', 'warning', 'min-hit-rate'), check('a', 'critical', 'budget-calls')],
    [check('open', 'unknown', 'min-hit-rate')],
    [check('mild', 'warning', 'budget-cache')],
    [check(null, 'critical', 'max-total')],
  ]);
  expect(sorted.map(({ companyId, verdict }) => `${companyId} ${verdict}`)).toEqual([
    'null critical',
    'a critical',
    'a warning',
    'b critical',
    'b unknown',
    'b pass',
    'mild warning',
    'open unknown',
    'fine pass',
  ]);
});
