import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { partOf } from '../../../../../src/core/services/pricing/get.js';
import { nearestPaths, SETTING_PATHS } from '../../../../../src/core/services/pricing/paths.js';
import { pricingReportOf } from '../../../../../src/core/services/pricing/report.js';
import { priceEdits } from '../../../../../src/core/services/pricing/set.js';

describe('priceEdits', () => {
  it('reads paths with and without providers., values as people write them', () => {
    expect(priceEdits(['redis.storageCostPerMB=$0.09', ' providers.mongodb.queryCost = 2e-6'], false)).toEqual([
      { setting: { kind: 'price', provider: 'redis', name: 'storageCostPerMB' }, value: 0.09 },
      { setting: { kind: 'price', provider: 'mongodb', name: 'queryCost' }, value: 0.000002 },
    ]);
  });

  it.each([
    ['a path alone', ['redis.storageCostPerMB'], 'RCM_USAGE', 'has no value'],
    ['no value', ['redis.storageCostPerMB='], 'RCM_VALUE_INVALID', 'is empty'],
    ['no path', ['=1'], 'RCM_USAGE', "no price ''"],
    ['two values', ['redis.storageCostPerMB=1=2'], 'RCM_VALUE_INVALID', 'is no number'],
    ['an unknown path', ['redis.storageCostPerMb=1'], 'RCM_USAGE', "no price 'redis.storageCostPerMb'"],
    ['a path twice', ['redis.baseServiceCost=1', 'redis.baseServiceCost=1'], 'RCM_USAGE', 'given twice'],
    [
      'twice, spelt in two ways',
      ['redis.baseServiceCost=1', 'providers.redis.baseServiceCost=2'],
      'RCM_USAGE',
      'twice',
    ],
    ['a slip', ['mongodb.queryCost=1'], 'RCM_VALUE_INVALID', 'above 0.01'],
  ])('refuses %s', (_, words, code, message) => {
    expect(() => priceEdits(words, false)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('names the nearest paths, and where budgets are set', () => {
    const hintOf = (word: string): string => {
      try {
        priceEdits([word], false);
      } catch (error) {
        return (error as { hint: string }).hint;
      }
      return '';
    };
    expect(hintOf('redis.storageCost=1')).toContain('providers.redis.storageCostPerMB');
    expect(hintOf('baseTierCost=1')).toContain('providers.mongodb.baseTierCost');
    expect(hintOf('budgets.defaultPerCompany.cache=1')).toContain('rcm budget set');
  });

  it('takes what is more likely a slip when it is forced to; never what is no number', () => {
    expect(priceEdits(['mongodb.queryCost=1'], true)).toMatchObject([{ value: 1 }]);
    expect(() => priceEdits(['mongodb.queryCost=-1'], true)).toThrow('is negative');
    expect(() => priceEdits(['mongodb.queryCost=1e999'], true)).toThrow('larger than any number');
  });
});

describe('partOf', () => {
  const set = { reason: '', setBy: 'ann', setAt: new Date(0) };
  const config = structuredClone(DEFAULT_PRICING) as typeof DEFAULT_PRICING & { budgets: object };
  const budgets = { ...config.budgets, customBudgets: [{ companyId: 'a.b', cacheBudget: 0, ...set }] };
  const report = pricingReportOf({ ...config, budgets }, new Date(0));

  it.each([
    ['providers.redis', { storageCostPerMB: 0.08, baseServiceCost: 20 }],
    ['redis', { storageCostPerMB: 0.08, baseServiceCost: 20 }],
    ['redis.baseServiceCost', 20],
    ['budgets.thresholds.warningPercent', 80],
    ['thresholds', { warningPercent: 80, criticalPercent: 120 }],
    ['version', 0],
    ['updatedAt', null],
    ['budgets.customBudgets.a.b.cache', 0],
    ['customBudgets.a.b', { companyId: 'a.b', cacheBudget: 0, ...set }],
  ])('%s', (path, value) => {
    expect(partOf(report, path)).toEqual(value);
  });

  it.each(['nothing', 'redis.constructor', '__proto__', 'redis.storageCostPerMB.x', 'customBudgets.a.b.calls', ''])(
    'nothing at %j',
    (path) => {
      expect(() => partOf(report, path)).toThrow(expect.objectContaining({ code: 'RCM_USAGE' }));
    },
  );
});

it('nearestPaths: at most three, the best first', () => {
  expect(nearestPaths('redis.storagecostpermb')[0]).toBe('providers.redis.storageCostPerMB');
  expect(nearestPaths('warning', SETTING_PATHS)[0]).toBe('budgets.thresholds.warningPercent');
  // Nothing is near: then what the service has.
  expect(nearestPaths('redis.x')).toEqual(['providers.redis.storageCostPerMB', 'providers.redis.baseServiceCost']);
  expect(nearestPaths('x').length).toBeLessThanOrEqual(3);
});
