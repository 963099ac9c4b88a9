import { describe, expect, it } from 'vitest';
import type { ActivityEntry } from '../../../../src/core/domain/activity.js';
import { activityDetail, priceDetail } from '../../../../src/core/domain/activity-detail.js';
import { feedOfActivity, feedOfPriceChange } from '../../../../src/core/domain/activity-feed.js';
import type { PriceHistoryEntry } from '../../../../src/core/domain/pricing.js';
import { entryCompany } from '../../../../src/core/domain/pricing-change/history.js';

const entry = (eventType: ActivityEntry['eventType'], details: ActivityEntry['details'] = {}): ActivityEntry => ({
  companyId: 'a',
  timestamp: new Date(0),
  eventType,
  key: null,
  details,
  metadata: {},
});
const change = (fields: Partial<PriceHistoryEntry> = {}): PriceHistoryEntry => ({
  timestamp: new Date(0),
  service: 'redis',
  field: 'storageCostPerMB',
  oldValue: 0.08,
  newValue: 0.09,
  changedBy: 'ann',
  reason: '',
  impactEstimate: null,
  ...fields,
});

describe('activityDetail', () => {
  it.each<[ActivityEntry['eventType'], ActivityEntry['details'], string]>([
    ['hit', { size: 1536 }, 'read 1.5KB'],
    ['hit', {}, 'read'],
    ['miss', { size: 0 }, 'not in the cache'],
    ['set', { size: 100, ttl: 300 }, 'wrote 100B, to live 5m'],
    ['delete', { size: 0 }, 'deleted'],
    ['evict', {}, 'evicted by Redis'],
    [
      'clear',
      { phase: 'intent', match: 's:*', olderThanSeconds: 86_400 },
      'began to clear, matching s:*, not used for 24h',
    ],
    [
      'clear',
      { phase: 'outcome', keys: 1204, bytes: 3.1 * 1024 ** 2, complete: true, backup: 'r.rcmb' },
      'cleared 1,204 keys, 3.1MB, backup r.rcmb',
    ],
    [
      'clear',
      {
        phase: 'outcome',
        keys: 1,
        bytes: 10,
        leftTooLarge: 2,
        leftChanged: 1,
        uncertainKeys: 5,
        stoppedBy: 'interrupt',
      },
      'cleared 1 key, 10B, 2 keys left as too large, 1 key left as they kept changing, 5 keys uncertain, interrupted',
    ],
    ['clear', { command: 'keys delete', phase: 'outcome', keys: 2, bytes: 10 }, 'deleted 2 keys, 10B'],
    [
      'clear',
      { phase: 'outcome', keys: 0, bytes: 0, stoppedBy: 'RCM_REDIS_UNREACHABLE' },
      'cleared 0 keys, 0B, stopped by RCM_REDIS_UNREACHABLE',
    ],
    ['restore', { phase: 'outcome', keys: 3, bytes: 2048, file: 'r.rcmb' }, 'restored 3 keys, 2.0KB, from r.rcmb'],
    ['policy', { maxTtlSeconds: 300, operationId: 'x', before: null, list: [1] }, 'maxTtlSeconds: 300, list: [1]'],
    ['command', {}, ''],
  ])('%s %j', (type, details, text) => {
    expect(activityDetail(entry(type, details))).toBe(text);
  });
});

describe('price changes', () => {
  it.each<[Partial<PriceHistoryEntry>, string, string | null]>([
    [{}, 'redis.storageCostPerMB $0.08 → $0.09', null],
    [
      { service: 'mongodb', field: 'queryCost', oldValue: 1e-6, newValue: 5 },
      'mongodb.queryCost $0.000001 → $5.00',
      null,
    ],
    [
      { service: 'budgets', field: 'customBudgets.a.b.cache', oldValue: 5, newValue: 8 },
      'cache budget $5.00 → $8.00',
      'a.b',
    ],
    [
      { service: 'budgets', field: 'customBudgets.a.calls', oldValue: 5, newValue: null },
      'calls budget $5.00 → default',
      'a',
    ],
    [
      { service: 'budgets', field: 'defaultPerCompany.storage', oldValue: null, newValue: 0 },
      'default storage budget none → $0.00',
      null,
    ],
    [
      { service: 'budgets', field: 'thresholds.warningPercent', oldValue: 80, newValue: 75 },
      'budget warningPercent 80% → 75%',
      null,
    ],
    [{ impactEstimate: '+$12/mo total' }, 'redis.storageCostPerMB $0.08 → $0.09; +$12/mo total', null],
  ])('%j', (fields, text, companyId) => {
    expect(priceDetail(change(fields))).toBe(text);
    expect(entryCompany(change(fields))).toBe(companyId);
  });

  it('are entries of their own types', () => {
    expect(feedOfPriceChange(change({ reason: 'dearer' }), null)).toMatchObject({
      type: 'pricing',
      actor: 'ann',
      reason: 'dearer',
      source: 'prices',
      details: { oldValue: 0.08, newValue: 0.09 },
    });
    expect(feedOfPriceChange(change({ service: 'budgets', field: 'customBudgets.a.cache' }), 'A')).toMatchObject({
      type: 'budget',
      companyId: 'a',
      companyName: 'A',
      reason: null,
    });
  });
});

it('an entry has the figures it was logged with, and none where there are none', () => {
  const outcome = { ...entry('clear', { bytes: 10 }), metadata: { actor: 'ann', reason: 'stale' } };
  expect(feedOfActivity(outcome, 'A')).toMatchObject({
    sizeBytes: 10,
    durationMs: null,
    actor: 'ann',
    reason: 'stale',
  });
  expect(feedOfActivity(entry('miss', { size: 0, durationMs: 1.5 }), null)).toMatchObject({
    sizeBytes: null,
    durationMs: 1.5,
  });
  expect(feedOfActivity(entry('set', { size: 0, triggeredBy: 'app' }), null)).toMatchObject({
    sizeBytes: 0,
    actor: 'app',
  });
});
