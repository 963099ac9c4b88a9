import { describe, expect, it } from 'vitest';
import type { PriceHistoryEntry } from '../../../../../src/core/domain/pricing.js';
import {
  entryCompany,
  type HistoryQuery,
  isUnder,
  newestChanges,
  settingsOfChange,
} from '../../../../../src/core/domain/pricing-change/history.js';

const at = (day: number) => new Date(Date.UTC(2026, 2, day, 12));
function entry(change: number | undefined, path: string, more: Partial<PriceHistoryEntry> = {}): PriceHistoryEntry {
  const [service = '', ...field] = path.split('.');
  return {
    timestamp: at(change ?? 1),
    ...(change === undefined ? {} : { change }),
    service: service as PriceHistoryEntry['service'],
    field: field.join('.'),
    oldValue: 1,
    newValue: 2,
    changedBy: 'Ann@host',
    reason: '',
    impactEstimate: null,
    ...more,
  };
}

const history = [
  entry(undefined, 'redis.storageCostPerMB'),
  entry(2, 'redis.storageCostPerMB'),
  entry(2, 'redis.baseServiceCost'),
  entry(3, 'budgets.customBudgets.a.b.cache', { changedBy: 'bob' }),
  entry(3, 'budgets.defaultPerCompany.cache', { changedBy: 'bob' }),
  entry(4, 'redis.storageCostPerMB', { oldValue: 2, newValue: 3 }),
];
const shown = (query: HistoryQuery = {}) => newestChanges(history, query).map((e) => `${e.change} ${e.field}`);

describe('newestChanges', () => {
  it('the newest first; what was changed at once in its order', () => {
    expect(shown()).toEqual([
      '4 storageCostPerMB',
      '3 customBudgets.a.b.cache',
      '3 defaultPerCompany.cache',
      '2 storageCostPerMB',
      '2 baseServiceCost',
      'undefined storageCostPerMB',
    ]);
  });

  it.each([
    [{ service: 'budgets' }, ['3 customBudgets.a.b.cache', '3 defaultPerCompany.cache']],
    [{ path: 'redis.baseServiceCost' }, ['2 baseServiceCost']],
    [{ path: 'providers.redis.base' }, []],
    [{ path: 'budgets.customBudgets' }, ['3 customBudgets.a.b.cache']],
    [{ companyId: 'a.b' }, ['3 customBudgets.a.b.cache']],
    [{ companyId: 'a' }, []],
    [{ by: 'BO' }, ['3 customBudgets.a.b.cache', '3 defaultPerCompany.cache']],
    [{ since: at(4) }, ['4 storageCostPerMB']],
    [{ until: at(1) }, ['undefined storageCostPerMB']],
    [{ since: at(2), until: at(2) }, ['2 storageCostPerMB', '2 baseServiceCost']],
    [{ by: 'ann', service: 'redis', since: at(3) }, ['4 storageCostPerMB']],
  ] as [HistoryQuery, string[]][])('%o', (query, entries) => {
    expect(shown(query)).toEqual(entries);
  });
});

it('isUnder goes by whole names', () => {
  const path = 'providers.redis.storageCostPerMB';
  expect(
    ['providers', 'providers.redis', 'providers.redis.', 'redis', path, 'redis.storageCostPerMB'].every((asked) =>
      isUnder(path, asked),
    ),
  ).toBe(true);
  expect(
    ['prov', 'providers.red', 'storageCostPerMB', 'mongodb', 'budgets'].some((asked) => isUnder(path, asked)),
  ).toBe(false);
});

it('entryCompany', () => {
  expect(history.map(entryCompany)).toEqual([null, null, null, 'a.b', null, null]);
});

describe('settingsOfChange', () => {
  it('gives what stood before, and which changes set it again', () => {
    expect(settingsOfChange(history, 2)).toEqual([
      {
        path: 'providers.redis.storageCostPerMB',
        setting: { kind: 'price', provider: 'redis', name: 'storageCostPerMB' },
        oldValue: 1,
        newValue: 2,
        again: [4],
      },
      expect.objectContaining({ path: 'providers.redis.baseServiceCost', again: [] }),
    ]);
    expect(settingsOfChange(history, 1)).toEqual([]);
    expect(settingsOfChange([entry(5, 'redis.perShard')], 5)).toEqual([expect.objectContaining({ setting: null })]);
  });
});
