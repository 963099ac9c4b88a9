import { describe, expect, it } from 'vitest';
import { ISSUE_CODES, type IssueCode } from '../../../../../src/core/domain/detect/issue.js';
import { fixIdOf } from '../../../../../src/core/domain/fix/fix-id.js';
import { tooManyOrphans } from '../../../../../src/core/domain/fix/orphan.js';
import { type FixFacts, NO_POLICY_CONTENT, type PolicyContent } from '../../../../../src/core/domain/fix/plan.js';
import { ownPolicy, samePolicy } from '../../../../../src/core/domain/fix/policies.js';
import { isToBeFinished } from '../../../../../src/core/domain/fix/recovery.js';
import { FIX_REGISTRY, issueCodeOf } from '../../../../../src/core/domain/fix/registry.js';
import { boundedTtl, ttlBoundsOf } from '../../../../../src/core/domain/policy.js';

const settings = {
  ...{ minTtlSeconds: 300, minUpdateIntervalSeconds: 60, temporaryTtlSeconds: 1800, missingTtlSeconds: 86_400 },
  ...{ orphanSharePercent: 20, obeySeconds: 5 },
};
const facts: FixFacts = { policy: null, fallback: null, keys: 10, bytes: 4096, hitRate: 12, storageCost: 0.35 };
const plan = (code: IssueCode, change: Partial<FixFacts> = {}) => {
  const fix = FIX_REGISTRY[code];
  if (!fix.available) throw new Error('no fix');
  return fix.plan({ facts: { ...facts, ...change }, settings, backup: '/b', force: false, allowSlow: false });
};
const policy = (change: Partial<PolicyContent>): PolicyContent => ({ ...NO_POLICY_CONTENT, ...change });
const names = (code: IssueCode) => plan(code).steps.map(({ name }) => name);

describe('plans of fixes', () => {
  it('thrashing: at least 5 minutes, one config update a minute; says how stale reads may be', () => {
    const { policyAfter, staleSeconds, warnings, temporary } = plan('CACHE_THRASHING');
    expect(policyAfter).toEqual(policy({ minTtlSeconds: 300, minUpdateIntervalSeconds: 60 }));
    expect({ staleSeconds, temporary }).toEqual({ staleSeconds: 300, temporary: false });
    expect(warnings.join()).toContain('stale for up to 1m');
    expect(names('CACHE_THRASHING')).toEqual(['policy']);
  });

  it('thrashing: never lowers what is there, and raises a maximum that would win', () => {
    const before = policy({
      ...{ minTtlSeconds: 900, maxTtlSeconds: 1000, minUpdateIntervalSeconds: 120, reviewReason: 'r', eventsMax: 9 },
      segments: [
        { segment: 'a', minTtlSeconds: null, maxTtlSeconds: 100 },
        { segment: 'b', minTtlSeconds: 7, maxTtlSeconds: null },
        { segment: 'c', minTtlSeconds: null, maxTtlSeconds: null },
      ],
    });
    expect(plan('CACHE_THRASHING', { policy: before }).policyAfter).toEqual({
      ...before,
      segments: [
        { segment: 'a', minTtlSeconds: 300, maxTtlSeconds: 300 },
        { segment: 'b', minTtlSeconds: 300, maxTtlSeconds: null },
        { segment: 'c', minTtlSeconds: null, maxTtlSeconds: null },
      ],
    });
  });

  it('keeps what the default policy says where the company now has bounds of its own', () => {
    const fallback = policy({
      ...{ minTtlSeconds: 10, maxTtlSeconds: 200, minUpdateIntervalSeconds: 90 },
      segments: [{ segment: 's', minTtlSeconds: null, maxTtlSeconds: 4000 }],
    });
    const { policyAfter } = plan('CACHE_THRASHING', { fallback });
    expect(policyAfter).toMatchObject({ minTtlSeconds: 300, maxTtlSeconds: 300, minUpdateIntervalSeconds: 90 });
    const policies = [policyAfter as PolicyContent, fallback];
    expect(boundedTtl(5000, ttlBoundsOf(policies, 's:1', [':']))).toBe(4000);
    expect(boundedTtl(1, ttlBoundsOf(policies, 's:1', [':']))).toBe(300);
    const own = policy({ maxTtlSeconds: 50 });
    expect(ownPolicy({ policy: own, fallback })).toEqual(own);
  });

  it('low efficiency: caching off, then cleared; memory: short lives, cleared, flagged, temporary', () => {
    const off = plan('LOW_CACHE_EFFICIENCY', { policy: policy({ maxTtlSeconds: 5 }) });
    expect(off.policyAfter).toEqual(policy({ maxTtlSeconds: 5, cachingEnabled: false }));
    expect(off.storageCost).toEqual({ before: 0.35, after: 0 });
    expect(names('LOW_CACHE_EFFICIENCY')).toEqual(['policy', 'settle', 'clear']);
    const memory = plan('EXCESSIVE_MEMORY', { policy: policy({ minTtlSeconds: 7200, maxTtlSeconds: 60 }) });
    expect(memory.policyAfter).toMatchObject({ minTtlSeconds: 1800, maxTtlSeconds: 60 });
    expect(memory.policyAfter?.reviewReason).toContain('needs investigation');
    expect(memory.temporary).toBe(true);
    expect(names('EXCESSIVE_MEMORY')).toEqual(['policy', 'settle', 'clear']);
  });

  it('missing TTLs get a maximum, where there is none; an orphan is only cleared, saved', () => {
    expect(plan('MISSING_TTL').policyAfter).toEqual(policy({ maxTtlSeconds: 86_400 }));
    expect(plan('MISSING_TTL', { policy: policy({ maxTtlSeconds: 60 }) }).policyAfter).toMatchObject({
      maxTtlSeconds: 60,
    });
    expect(plan('MISSING_TTL', { policy: policy({ minTtlSeconds: 1e6 }) }).policyAfter?.maxTtlSeconds).toBe(1e6);
    expect(plan('ORPHANED_CACHE').steps).toEqual([
      { name: 'clear', params: { backup: '/b', orphan: true, force: false, allowSlow: false } },
    ]);
  });

  it('every issue has a fix or says why not; words are understood where they mean one', () => {
    expect(Object.keys(FIX_REGISTRY).sort()).toEqual([...ISSUE_CODES].sort());
    const words = [
      'cache_thrashing',
      'Thrashing',
      'missing-ttl',
      'ttl',
      'memory',
      'orphan',
      'low',
      'cache',
      'xyz',
      'budget',
      '',
    ];
    expect(words.map(issueCodeOf)).toEqual([
      ...['CACHE_THRASHING', 'CACHE_THRASHING', 'MISSING_TTL', 'MISSING_TTL', 'EXCESSIVE_MEMORY', 'ORPHANED_CACHE'],
      ...['LOW_CACHE_EFFICIENCY', null, null, 'COST_OVER_BUDGET', null],
    ]);
  });
});

it('policies are the same when they say the same', () => {
  const a = { segment: 'a', minTtlSeconds: 1, maxTtlSeconds: null };
  const b = { segment: 'b', minTtlSeconds: 1, maxTtlSeconds: null };
  expect(samePolicy(policy({ segments: [a, b] }), policy({ segments: [b, a] }))).toBe(true);
  expect(samePolicy(policy({}), null)).toBe(false);
  expect(samePolicy(null, null)).toBe(true);
  expect(samePolicy(policy({ eventsMax: 1 }), policy({}))).toBe(false);
});

it('over a fifth of all ids is too many orphans, a fifth is not', () => {
  expect(tooManyOrphans({ orphans: 1, ids: 5 }, 20)).toBe(false);
  expect(tooManyOrphans({ orphans: 2, ids: 9 }, 20)).toBe(true);
});

it('an interrupted fix is finished when its last step or one that destroys has begun', () => {
  const step = (name: string, begun: boolean, done: boolean) => ({ name, begun, done, undo: null });
  const destroys = (name: string) => name === 'clear';
  expect(isToBeFinished([step('policy', true, false)], destroys)).toBe(true);
  expect(isToBeFinished([step('policy', false, false)], destroys)).toBe(false);
  expect(isToBeFinished([step('policy', true, true), step('clear', false, false)], destroys)).toBe(false);
  expect(isToBeFinished([step('clear', true, true), step('policy', false, false)], destroys)).toBe(true);
  expect(isToBeFinished([step('settle', true, false), step('bound-ttl', false, false)], destroys)).toBe(false);
});

it('ids of fixes are short and have no letters that look alike', () => {
  expect(fixIdOf(Uint8Array.from([0, 31, 32, 255, 10, 22]))).toBe('fx-0z0zap');
});
