import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../../src/core/domain/pricing.js';
import { changesOf, type Edit, edited, historyOf } from '../../../../src/core/domain/pricing-change/edit.js';
import { settingPath } from '../../../../src/core/domain/pricing-change/setting.js';
import type { RcmError } from '../../../../src/core/errors.js';
import { budgetEdits, thresholdEdits, unsetEdits } from '../../../../src/core/services/budget/edits.js';

const shown = (edits: readonly Edit[]) => edits.map(({ setting, value }) => [settingPath(setting), value]);
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as RcmError).code;
  }
  return 'nothing thrown';
};

describe('budgetEdits', () => {
  it('one for each company and line given', () => {
    expect(shown(budgetEdits(['a.b', 'c'], { calls: '$1.5', cache: '0' }, false))).toEqual([
      ['budgets.customBudgets.a.b.cache', 0],
      ['budgets.customBudgets.c.cache', 0],
      ['budgets.customBudgets.a.b.calls', 1.5],
      ['budgets.customBudgets.c.calls', 1.5],
    ]);
    expect(shown(budgetEdits(null, { storage: '1e1' }, false))).toEqual([['budgets.defaultPerCompany.storage', 10]]);
  });

  it('the ceiling is included, and forced above', () => {
    expect(shown(budgetEdits(null, { cache: '1000000' }, false))).toEqual([['budgets.defaultPerCompany.cache', 1e6]]);
    expect(codeOf(() => budgetEdits(null, { cache: '1000000.01' }, false))).toBe('RCM_VALUE_INVALID');
    expect(shown(budgetEdits(null, { cache: '1000000.01' }, true))).toEqual([
      ['budgets.defaultPerCompany.cache', 1_000_000.01],
    ]);
  });

  it('no amount is wrong usage', () => expect(codeOf(() => budgetEdits(['a'], {}, true))).toBe('RCM_USAGE'));
});

it('unset takes the lines named away, or all', () => {
  expect(shown(unsetEdits(['a'], ['calls']))).toEqual([['budgets.customBudgets.a.calls', null]]);
  expect(shown(unsetEdits(['a'], [])).map(([path]) => path)).toEqual([
    'budgets.customBudgets.a.cache',
    'budgets.customBudgets.a.storage',
    'budgets.customBudgets.a.calls',
  ]);
});

it('thresholds are read with and without a percent sign, either alone', () => {
  expect(shown(thresholdEdits({ critical: '120 %' }, false))).toEqual([['budgets.thresholds.criticalPercent', 120]]);
  expect(shown(thresholdEdits({ warning: '79.5', critical: '1e2%' }, false))).toEqual([
    ['budgets.thresholds.warningPercent', 79.5],
    ['budgets.thresholds.criticalPercent', 100],
  ]);
  expect(codeOf(() => thresholdEdits({}, false))).toBe('RCM_USAGE');
  expect(codeOf(() => thresholdEdits({ warning: '%' }, false))).toBe('RCM_VALUE_INVALID');
});

describe('edits with reasons of their own', () => {
  const at = new Date('2026-03-01T12:00:00Z');
  const before = new Date('2026-01-01T00:00:00Z');
  const own = { companyId: 'old', cacheBudget: 1, reason: 'then', setBy: 'bob', setAt: before };
  const settings = {
    ...DEFAULT_PRICING,
    budgets: { ...DEFAULT_PRICING.budgets, customBudgets: [own] },
  };
  const edit = (companyId: string, value: number, reason?: string): Edit => ({
    setting: { kind: 'customBudget', companyId, line: 'cache' },
    value,
    reason,
  });
  const edits = [edit('old', 1, 'again'), edit('a', 2, 'for a'), edit('b', 3)];
  const author = { actor: 'ann', reason: 'all', at };

  it('stand in the budget and in the history; what does not change keeps its author', () => {
    const { budgets } = edited(settings, edits, author);
    expect(budgets.customBudgets).toEqual([
      own,
      { companyId: 'a', cacheBudget: 2, reason: 'for a', setBy: 'ann', setAt: at },
      { companyId: 'b', cacheBudget: 3, reason: 'all', setBy: 'ann', setAt: at },
    ]);
    const history = historyOf(changesOf(settings, edits), author, 7, null);
    expect(history.map(({ field, reason }) => [field, reason])).toEqual([
      ['customBudgets.a.cache', 'for a'],
      ['customBudgets.b.cache', 'all'],
    ]);
  });
});
