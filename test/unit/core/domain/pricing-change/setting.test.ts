import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import {
  BUDGET_LINES,
  historyField,
  PRICE_PATHS,
  priceSetting,
  readSetting,
  type Setting,
  settingAt,
  settingOf,
  settingPath,
} from '../../../../../src/core/domain/pricing-change/setting.js';

const FIXED: Setting[] = [
  ...PRICE_PATHS.map((path) => priceSetting(path) as Setting),
  ...BUDGET_LINES.map((line) => ({ kind: 'defaultBudget' as const, line })),
  { kind: 'threshold', name: 'warningPercent' },
  { kind: 'threshold', name: 'criticalPercent' },
];

const IDS = [
  'acme',
  'a.b',
  '.',
  'a.cache',
  'cache',
  'calls.',
  '.storage',
  'thresholds.warningPercent',
  'ünï漢😀',
  '\n',
  ' ',
];

describe('a setting, its place in the history and its path', () => {
  it.each(FIXED)('are the same: %o', (setting) => {
    expect(settingOf(historyField(setting))).toEqual(setting);
    expect(settingAt(settingPath(setting))).toEqual(setting);
  });

  it.each(IDS.flatMap((id) => BUDGET_LINES.map((line) => [id, line] as const)))(
    'of company %j, %s',
    (companyId, line) => {
      const setting: Setting = { kind: 'customBudget', companyId, line };
      expect(settingOf(historyField(setting))).toEqual(setting);
      expect(settingAt(settingPath(setting))).toEqual(setting);
    },
  );

  it('of a company with any id', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.constantFrom(...BUDGET_LINES), (companyId, line) => {
        const setting: Setting = { kind: 'customBudget', companyId, line };
        expect(settingOf(historyField(setting))).toEqual(setting);
      }),
    );
  });

  it('are written as the configuration is', () => {
    expect(FIXED.map(settingPath)).toEqual([
      'providers.mongodb.storageCostPerGB',
      'providers.mongodb.queryCost',
      'providers.mongodb.baseTierCost',
      'providers.redis.storageCostPerMB',
      'providers.redis.baseServiceCost',
      'providers.twilio.recordingStoragePerGB',
      'providers.twilio.perCallCostPerMinute',
      'budgets.defaultPerCompany.cache',
      'budgets.defaultPerCompany.storage',
      'budgets.defaultPerCompany.calls',
      'budgets.thresholds.warningPercent',
      'budgets.thresholds.criticalPercent',
    ]);
    expect(settingPath({ kind: 'customBudget', companyId: 'a.b', line: 'cache' })).toBe(
      'budgets.customBudgets.a.b.cache',
    );
  });
});

it.each([
  'redis',
  'redis.nothing',
  'redis.storageCostPerMB.more',
  'constructor.name',
  'redis.constructor',
  '__proto__.x',
  'providers.providers.redis.storageCostPerMB',
  'redis.storagecostpermb',
  '',
])('there is no price %j', (path) => {
  expect(priceSetting(path)).toBeNull();
});

it.each([
  { service: 'budgets', field: 'customBudgets..cache' },
  { service: 'budgets', field: 'customBudgets.x.tokens' },
  { service: 'budgets', field: 'defaultPerCompany.tokens' },
  { service: 'budgets', field: 'thresholds.alarmPercent' },
  { service: 'redis', field: 'pricePerShard' },
] as const)('an entry that this version does not know is nothing: %o', (entry) => {
  expect(settingOf(entry)).toBeNull();
});

it('readSetting: every default; a line that a company has not is null', () => {
  expect(FIXED.map((setting) => readSetting(DEFAULT_PRICING, setting))).toEqual([
    0.25, 0.000001, 57, 0.08, 20, 0.05, 0.0085, 5, 10, 50, 80, 120,
  ]);
  const set = { reason: '', setBy: '', setAt: new Date(0) };
  const budgets = { ...DEFAULT_PRICING.budgets, customBudgets: [{ companyId: 'a', cacheBudget: 0, ...set }] };
  const own = (companyId: string, line: 'cache' | 'calls') =>
    readSetting({ ...DEFAULT_PRICING, budgets }, { kind: 'customBudget', companyId, line });
  expect([own('a', 'cache'), own('a', 'calls'), own('b', 'cache')]).toEqual([0, null, null]);
});
