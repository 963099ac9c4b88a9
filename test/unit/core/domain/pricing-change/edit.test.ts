import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { settingsProblem } from '../../../../../src/core/domain/pricing-change/check.js';
import { changesOf, type Edit, edited, historyOf } from '../../../../../src/core/domain/pricing-change/edit.js';

const ann = { actor: 'ann', reason: 'why', at: new Date('2026-03-01T00:00:00Z') };
const bob = { actor: 'bob', reason: 'again', at: new Date('2026-03-02T00:00:00Z') };
const own = (companyId: string, line: 'cache' | 'storage' | 'calls', value: number | null): Edit => ({
  setting: { kind: 'customBudget', companyId, line },
  value,
});
const price = (value: number): Edit => ({
  setting: { kind: 'price', provider: 'redis', name: 'storageCostPerMB' },
  value,
});

describe('edited', () => {
  it('changes what is named, and nothing of what was given', () => {
    const before = structuredClone(DEFAULT_PRICING);
    const after = edited(
      DEFAULT_PRICING,
      [
        price(0.09),
        { setting: { kind: 'defaultBudget', line: 'calls' }, value: 60 },
        { setting: { kind: 'threshold', name: 'criticalPercent' }, value: 150 },
      ],
      ann,
    );
    expect(DEFAULT_PRICING).toEqual(before);
    expect(after).toEqual({
      providers: { ...before.providers, redis: { storageCostPerMB: 0.09, baseServiceCost: 20 } },
      budgets: {
        defaultPerCompany: { cache: 5, storage: 10, calls: 60 },
        thresholds: { warningPercent: 80, criticalPercent: 150 },
        customBudgets: [],
      },
    });
  });

  it('own budgets: lines are added and taken away, in place; without a line there is no budget', () => {
    const two = edited(DEFAULT_PRICING, [own('a', 'cache', 8), own('b', 'calls', 0), own('a', 'storage', 12)], ann);
    const set = { reason: 'why', setBy: 'ann', setAt: ann.at };
    expect(two.budgets.customBudgets).toEqual([
      { companyId: 'a', cacheBudget: 8, storageBudget: 12, ...set },
      { companyId: 'b', callsBudget: 0, ...set },
    ]);
    const less = edited(two, [own('a', 'cache', null)], bob);
    const again = { reason: 'again', setBy: 'bob', setAt: bob.at };
    expect(less.budgets.customBudgets).toEqual([
      { companyId: 'a', storageBudget: 12, ...again },
      { companyId: 'b', callsBudget: 0, ...set },
    ]);
    expect(edited(less, [own('a', 'storage', null), own('c', 'calls', null)], bob).budgets.customBudgets).toEqual([
      { companyId: 'b', callsBudget: 0, ...set },
    ]);
  });

  it('a price cannot be taken away', () => {
    expect(() => edited(DEFAULT_PRICING, [{ ...price(1), value: null }], ann)).toThrow(TypeError);
  });
});

it('changesOf: what differs, with what stood there; historyOf: one entry each, of one change', () => {
  const edits = [price(0.08), own('a.b', 'cache', 8), own('c', 'cache', null), price(0.1)];
  const changes = changesOf(DEFAULT_PRICING, edits);
  expect(changes).toEqual([
    { setting: edits[1]?.setting, oldValue: null, newValue: 8 },
    { setting: edits[3]?.setting, oldValue: 0.08, newValue: 0.1 },
  ]);
  const common = { timestamp: ann.at, change: 7, changedBy: 'ann', reason: 'why', impactEstimate: 'much' };
  expect(historyOf(changes, ann, 7, 'much')).toEqual([
    { ...common, service: 'budgets', field: 'customBudgets.a.b.cache', oldValue: null, newValue: 8 },
    { ...common, service: 'redis', field: 'storageCostPerMB', oldValue: 0.08, newValue: 0.1 },
  ]);
});

it.each([
  [80, 120, null],
  [0.1, 0.2, null],
  [0, 120, 'above 0%'],
  [120, 120, 'below the critical one (120%)'],
  [121, 120, 'below the critical one (120%)'],
])('thresholds %d and %d', (warningPercent, criticalPercent, problem) => {
  const budgets = { ...DEFAULT_PRICING.budgets, thresholds: { warningPercent, criticalPercent } };
  const found = settingsProblem({ ...DEFAULT_PRICING, budgets });
  expect(found).toEqual(problem === null ? null : expect.stringContaining(problem));
});
