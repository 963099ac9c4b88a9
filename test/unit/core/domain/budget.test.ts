import { describe, expect, it } from 'vitest';
import { budgetAmounts, budgetLine, companyBudget } from '../../../../src/core/domain/budget.js';
import type { CompanyCosts } from '../../../../src/core/domain/cost.js';
import { type CustomBudget, DEFAULT_PRICING } from '../../../../src/core/domain/pricing.js';

const thresholds = { warningPercent: 80, criticalPercent: 120 };

describe('budgetLine', () => {
  it.each([
    [5, 3.9999999, 'within_budget'],
    [5, 4, 'warning'],
    [5, 5.9999999, 'warning'],
    [5, 6, 'critical'],
    [5, 0, 'within_budget'],
    // On paper these are 80 and 120 %; in binary fractions 79.99999999999999 and 119.99999999999997.
    [5.65, 4.52, 'warning'],
    [3.35, 4.02, 'critical'],
  ] as const)('$%d with $%d used is %s', (allocated, used, status) => {
    expect(budgetLine(allocated, used, thresholds).status).toBe(status);
  });

  it('says what remains, below zero too', () => {
    expect(budgetLine(5, 4, thresholds)).toEqual({
      allocated: 5,
      used: 4,
      remaining: 1,
      percentUsed: 80,
      status: 'warning',
    });
    expect(budgetLine(5, 10, thresholds)).toMatchObject({ remaining: -5, percentUsed: 200, status: 'critical' });
  });

  it('has no percent where nothing is allocated and something used', () => {
    expect(budgetLine(0, 0.01, thresholds)).toEqual({
      allocated: 0,
      used: 0.01,
      remaining: -0.01,
      percentUsed: null,
      status: 'critical',
    });
  });

  it('is kept where nothing is allocated and nothing used', () => {
    expect(budgetLine(0, 0, thresholds)).toMatchObject({ remaining: 0, percentUsed: 0, status: 'within_budget' });
  });

  it('is unknown where the use is', () => {
    expect(budgetLine(5, null, thresholds)).toEqual({
      allocated: 5,
      used: null,
      remaining: null,
      percentUsed: null,
      status: 'unknown',
    });
  });

  it('takes its thresholds as they are set', () => {
    const own = { warningPercent: 50, criticalPercent: 90 };
    expect(budgetLine(10, 4.9, own).status).toBe('within_budget');
    expect(budgetLine(10, 5, own).status).toBe('warning');
    expect(budgetLine(10, 9, own).status).toBe('critical');
  });
});

const custom = (companyId: string, part: Partial<CustomBudget>): CustomBudget => ({
  companyId,
  reason: 'High volume company',
  setBy: 'ann',
  setAt: new Date(0),
  ...part,
});
const budgets = (...customBudgets: CustomBudget[]) => ({ ...DEFAULT_PRICING.budgets, customBudgets });

describe('budgetAmounts', () => {
  it('overrides the default line by line, for that company only', () => {
    const all = budgets(custom('12', { cacheBudget: 8 }), custom('13', { storageBudget: 0, callsBudget: 1 }));
    expect(budgetAmounts(all, '12')).toEqual({ cache: 8, storage: 10, calls: 50 });
    expect(budgetAmounts(all, '13')).toEqual({ cache: 5, storage: 0, calls: 1 });
    expect(budgetAmounts(all, '1')).toEqual({ cache: 5, storage: 10, calls: 50 });
  });
});

const costs = (redis: number | null, mongodb: number | null, twilio: number | null = 0): CompanyCosts => ({
  redis,
  mongodb,
  twilio,
  infrastructure: (redis ?? 0) + (mongodb ?? 0),
  unknown: [],
});

describe('companyBudget', () => {
  it("holds each line against its own cost, with the master plan's amounts", () => {
    const budget = companyBudget(costs(4.096, 0.124, 30), budgets(), 'royal');
    expect(budget.line).toBe('cache');
    expect(budget).toMatchObject({ allocated: 5, used: 4.096, status: 'warning' });
    expect(budget.percentUsed).toBeCloseTo(81.92, 10);
    expect(budget.remaining).toBeCloseTo(0.904, 10);
    expect(budget.lines.storage).toMatchObject({ allocated: 10, used: 0.124, status: 'within_budget' });
    expect(budget.lines.calls).toEqual({
      allocated: 50,
      used: 30,
      remaining: 20,
      percentUsed: 60,
      status: 'within_budget',
    });
  });

  it("gives Royal Plumbing's own $8.00 instead", () => {
    const budget = companyBudget(costs(4.096, 0), budgets(custom('royal', { cacheBudget: 8 })), 'royal');
    expect(budget).toMatchObject({ allocated: 8, status: 'within_budget' });
    expect(budget.percentUsed).toBeCloseTo(51.2, 10);
  });

  it.each([
    // cache of 5, storage of 10
    ['the worse status', 4.5, 13, 'storage', 'critical'],
    ['the worse status', 7, 9, 'cache', 'critical'],
    ['the higher percent within one status', 1, 3, 'storage', 'within_budget'],
    ['the higher percent within one status', 4.9, 8.1, 'cache', 'warning'],
    ['the cache where both are equal', 4.5, 9, 'cache', 'warning'],
    ['what is known', null, 1, 'storage', 'within_budget'],
    ['what is known', 1, null, 'cache', 'within_budget'],
    ['the cache where nothing is known', null, null, 'cache', 'unknown'],
  ] as const)('headlines %s', (_, redis, mongodb, line, status) => {
    const budget = companyBudget(costs(redis, mongodb), budgets(), 'x');
    expect(budget).toMatchObject({ line, status });
    const { line: _name, lines, ...headline } = budget;
    expect(headline).toEqual(lines[line]);
  });

  it('headlines something used of nothing allocated before any percent', () => {
    const none = budgets(custom('x', { storageBudget: 0 }));
    expect(companyBudget(costs(500, 0.001), none, 'x')).toMatchObject({ line: 'storage', percentUsed: null });
  });

  it('never headlines the calls', () => {
    const budget = companyBudget(costs(1, 1, 1e6), budgets(), 'x');
    expect(budget.status).toBe('within_budget');
    expect(budget.lines.calls.status).toBe('critical');
  });

  it('is unknown where budgets could not be read, what was used apart', () => {
    const budget = companyBudget(costs(3, 2, 1), null, 'x');
    expect(budget).toMatchObject({ allocated: null, used: 3, remaining: null, percentUsed: null, status: 'unknown' });
    expect(budget.lines.calls).toMatchObject({ allocated: null, used: 1, status: 'unknown' });
  });
});
