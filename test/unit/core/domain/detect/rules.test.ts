import { describe, expect, test } from 'vitest';
import { budgetRule } from '../../../../../src/core/domain/detect/budget.js';
import { efficiencyRule } from '../../../../../src/core/domain/detect/efficiency.js';
import type { DetectFigures, PlatformFigures, Verdict } from '../../../../../src/core/domain/detect/figures.js';
import type { DetectedIssue } from '../../../../../src/core/domain/detect/issue.js';
import { memoryRule } from '../../../../../src/core/domain/detect/memory.js';
import { orphanRule } from '../../../../../src/core/domain/detect/orphans.js';
import { DEFAULT_THRESHOLDS } from '../../../../../src/core/domain/detect/thresholds.js';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { issueAdvice } from '../../../../../src/core/domain/recommend/issue-advice.js';
import { peersOf } from '../../../../../src/core/services/detect/history.js';

const DAY = 86_400_000;
const MB = 1024 ** 2;
const to = new Date('2026-03-02T00:00:00Z');
const platform = {
  now: to,
  window: { from: new Date(to.getTime() - DAY), to },
  source: 'collection',
  pricing: DEFAULT_PRICING,
  servers: null,
  evictions: null,
  usual: { bytes: null, callsPerDay: null },
  thresholds: DEFAULT_THRESHOLDS,
  orphans: null,
  mostOrphansPercent: 20,
} as unknown as PlatformFigures;

interface Given {
  megabytes?: number;
  keys?: number;
  calls?: number;
  hits?: number;
  misses?: number;
  baseShare?: number;
  /** Used and allocated dollars. */
  cache?: [number, number];
  storage?: [number, number];
}

/** $0.08 a MB and $0.000001 a query. */
function figures(given: Given, rest: Partial<DetectFigures> = {}): DetectFigures {
  const { megabytes = 0, keys = 100, calls = 10, hits = 0, misses = 0, baseShare = 0, cache, storage } = given;
  const line = ([used, allocated]: [number, number] = [0, 10]) => {
    const percentUsed = (used / allocated) * 100;
    const status = percentUsed >= 100 ? 'critical' : 'within_budget';
    return { used, allocated, percentUsed, status, remaining: allocated - used };
  };
  const memory = megabytes * 0.08;
  return {
    view: {
      companyId: '1',
      companyName: 'One',
      metrics: { cacheBytes: megabytes * MB, keys, callsPerDay: calls },
      costs: { redis: memory + baseShare, unknown: [] },
      budget: { lines: { cache: line(cache), storage: line(storage) } },
    },
    terms: { 'redis.storage': memory, 'redis.baseShare': baseShare, 'mongodb.storage': 1, 'mongodb.queries': 1 },
    reads: { hits, misses, coveredMs: DAY },
    ...{ counters: null, foreverBytes: null, large: null, segments: null, history: null, peers: null, reuse: null },
    ...rest,
  } as unknown as DetectFigures;
}

const found = (verdict: Verdict): DetectedIssue | null => ('issue' in verdict ? verdict.issue : null);

describe('a cache that costs more than it saves', () => {
  test('is one whose memory does, whatever its share of the base cost', () => {
    // 400 hits a day are 12,000 a month: $0.012. 0.1 MB cost $0.008, and the base share of $2 stays without a cache.
    const one = { keys: 1000, hits: 400, misses: 400, baseShare: 2 };
    expect(found(efficiencyRule(figures({ ...one, megabytes: 0.1 }), platform))).toBeNull();
    // 1 MB costs $0.08: $0.068 are spared.
    const issue = found(efficiencyRule(figures({ ...one, megabytes: 1 }), platform));
    expect(issue?.impact.costPerMonth).toBeCloseTo(0.068, 9);
  });
});

describe('a cost over the budget', () => {
  // 100 million hits a day are worth $3,000 a month.
  const hits = 100_000_000;
  test('is justified by what the cache saves where the cache is what costs it', () => {
    const issue = found(budgetRule(figures({ hits, baseShare: 20, cache: [20, 10] }), platform));
    expect(issue).toMatchObject({ severity: 'warning', verdict: expect.stringMatching(/^ACCEPTABLE.* 150\.0 times/) });
  });

  test('is not where it is MongoDB', () => {
    const one = { hits, baseShare: 20, storage: [40, 10] as [number, number] };
    for (const given of [one, { ...one, cache: [20, 10] as [number, number] }])
      expect(found(budgetRule(figures(given), platform))).toMatchObject({
        severity: 'critical',
        verdict: expect.stringMatching(/^NOT JUSTIFIED/),
      });
  });
});

describe('too much memory', () => {
  const peer = (companyId: string, megabytes: number) => ({
    ...{ companyId, orphan: false, calls: 300, keys: 100, clears24h: 0, cacheBytes: megabytes * MB },
  });
  const among = (megabytes: number, others: readonly number[]) => {
    const own = figures({ megabytes });
    const all = others.map((one, i) => peer(`p${i}`, one));
    return found(memoryRule({ ...own, peers: peersOf(own, all, DEFAULT_THRESHOLDS.memory) }, platform));
  };

  test('is not concluded from companies that are far apart themselves', () => {
    expect(among(1.4, [0.01, 0.05, 1.3])).toBeNull();
    expect(among(35, [0.05, 0.5, 8])?.impact.bytes).toBeCloseTo(34.5 * MB, 0);
    expect(among(16, [0.05, 0.5, 8])).toBeNull();
  });

  test('is not hidden by one of many companies that has it, too', () => {
    const many = Array.from({ length: 10 }, () => 1);
    expect(among(5, many)).not.toBeNull();
    expect(among(5, [...many.slice(1), 50])).not.toBeNull();
    expect(among(5, [...many.slice(2), 50, 50])).toBeNull();
  });

  test('is what more use does not explain', () => {
    const history = { snapshots: 9, from: to, bytes: 10 * MB, keys: 100, callsPerDay: 10, readsPerDay: null };
    const issue = (calls: number) => found(memoryRule(figures({ megabytes: 50, calls }, { history }), platform));
    expect(issue(10)?.impact.bytes).toBe(40 * MB);
    expect(issue(5)?.impact.bytes).toBe(40 * MB);
    // Twice the calls explain 20 of 50 MB, and $0.08 a MB cost the other 30.
    expect(issue(20)?.impact).toMatchObject({ bytes: 30 * MB, costPerMonth: 30 * 0.08 });
    expect(issue(25)).toBeNull();
  });
});

describe('keys of no known company', () => {
  const gone = (hits: number | null = 0) => {
    const one = figures({ megabytes: 1, hits: hits ?? 0 }, hits === null ? { reads: null } : {});
    return { ...one, view: { ...one.view, orphan: true } } as DetectFigures;
  };
  const among = (orphans: number, ids: number) => ({ ...platform, orphans: { orphans, ids } }) as PlatformFigures;

  test('are removed where few ids are: the list of companies is whole', () => {
    for (const where of [platform, among(1, 5)]) {
      const issue = found(orphanRule(gone(), where));
      expect(issue).toMatchObject({ confidence: 'high', autoFix: { available: true }, missing: [] });
      expect(issue?.rootCauses).toMatchObject([{ cause: 'company_gone' }]);
    }
    expect(found(orphanRule(gone(null), platform))?.confidence).toBe('medium');
  });

  test('are nobody to remove where many ids are: the list may not be whole', () => {
    const issue = found(orphanRule(gone(), among(2, 9))) as DetectedIssue;
    expect(issue).toMatchObject({
      confidence: 'low',
      autoFix: { available: false, reason: 'The list of companies may lack it: 2 of 9 ids with keys are not in it' },
      missing: ['whether the list of companies is whole: 2 of 9 ids with keys are not in it'],
    });
    expect(issue.rootCauses).toMatchObject([{ cause: 'list_incomplete' }]);
    expect(found(orphanRule(gone(5), among(2, 9)))?.rootCauses).toMatchObject([{ cause: 'still_used' }]);
    // What is advised then removes nothing, and saves nothing.
    expect(issueAdvice(issue)).toMatchObject({
      command: 'rcm companies --filter orphan=true',
      savingPerMonth: null,
      confidence: 'low',
    });
  });
});
