import { describe, expect, it } from 'vitest';
import { ceilingOf, parseAmount } from '../../../../../src/core/domain/pricing-change/amount.js';

describe('parseAmount', () => {
  it.each([
    ['$0.27', 0.27],
    ['0.27', 0.27],
    ['$ 0.27', 0.27],
    ['  5 ', 5],
    ['0', 0],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-6', 0.000001],
    ['1E3', 1000],
    ['1e+2', 100],
    ['0.0000000001', 1e-10],
    ['1e308', 1e308],
  ])('reads %j', (text, value) => {
    expect(parseAmount(text)).toBe(value);
  });

  it.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['-1', 'is negative'],
    ['-0', 'is negative'],
    ['$-1', 'is negative'],
    ['-$1', 'is negative'],
    ['-Infinity', 'is negative'],
    ['NaN', 'is no number'],
    ['Infinity', 'is no number'],
    ['1e999', 'is larger than any number can be'],
    ['0,27', 'has a comma'],
    ['1.234,5', 'has a comma'],
    ['1,234.5', 'has a comma'],
    ['+1', 'is no number'],
    ['0x10', 'is no number'],
    ['1_000', 'is no number'],
    ['1 000', 'is no number'],
    ['1.2.3', 'is no number'],
    ['€1', 'is no number'],
    ['$', 'is no number'],
    ['$$1', 'is no number'],
    ['1$', 'is no number'],
    ['10%', 'is no number'],
    ['one', 'is no number'],
    ['١٢', 'is no number'],
    ['null', 'is no number'],
    ['1e', 'is no number'],
  ])('refuses %j: it %s', (text, why) => {
    expect(parseAmount(text)).toEqual({ wrong: expect.stringContaining(why) });
  });
});

it('ceilings: of each price its own, of budgets and thresholds one', () => {
  expect([
    ceilingOf({ kind: 'price', provider: 'redis', name: 'storageCostPerMB' }),
    ceilingOf({ kind: 'price', provider: 'mongodb', name: 'queryCost' }),
    ceilingOf({ kind: 'price', provider: 'mongodb', name: 'baseTierCost' }),
    ceilingOf({ kind: 'price', provider: 'twilio', name: 'perCallCostPerMinute' }),
    ceilingOf({ kind: 'defaultBudget', line: 'cache' }),
    ceilingOf({ kind: 'customBudget', companyId: 'x', line: 'calls' }),
    ceilingOf({ kind: 'threshold', name: 'warningPercent' }),
  ]).toEqual([100, 0.01, 100_000, 10, 1_000_000, 1_000_000, 10_000]);
});
