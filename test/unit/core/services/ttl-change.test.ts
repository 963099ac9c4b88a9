import { describe, expect, test } from 'vitest';
import { keyHash } from '../../../../src/core/domain/access-event.js';
import type { CachePolicy } from '../../../../src/core/domain/policy.js';
import { traceOf } from '../../../../src/core/services/access/read-trace.js';
import { NO_POLICY } from '../../../../src/core/services/policy/change.js';
import { changedPolicy, isSame } from '../../../../src/core/services/ttl/change.js';

const policy = (content: Partial<CachePolicy>): CachePolicy => ({
  ...NO_POLICY,
  ...{ companyId: '12', version: 1, setBy: 'ann', setAt: new Date(0), reason: '' },
  ...content,
});

describe('a change of TTLs', () => {
  test('leaves what it does not name', () => {
    const before = policy({
      maxTtlSeconds: 600,
      eventsMax: 9,
      segments: [{ segment: 'b', minTtlSeconds: 1, maxTtlSeconds: null }],
    });
    expect(changedPolicy(before, { segment: null, minTtlSeconds: 60 })).toMatchObject({
      minTtlSeconds: 60,
      maxTtlSeconds: 600,
      eventsMax: 9,
      segments: before.segments,
    });
    const more = changedPolicy(before, { segment: 'a', maxTtlSeconds: 5 });
    expect(more).toMatchObject({
      maxTtlSeconds: 600,
      segments: [{ segment: 'a', minTtlSeconds: null, maxTtlSeconds: 5 }, ...before.segments],
    });
    expect(changedPolicy(before, { segment: 'b', unset: true })?.segments).toEqual([]);
    expect(changedPolicy(before, { segment: null, unset: true })).toMatchObject({
      maxTtlSeconds: null,
      segments: [],
      eventsMax: 9,
    });
  });

  test('is none, or no policy, where nothing is left', () => {
    expect(changedPolicy(policy({ maxTtlSeconds: 600 }), { segment: null, maxTtlSeconds: null })).toBeNull();
    expect(changedPolicy(policy({ reviewReason: 'look' }), { segment: null, unset: true })).toMatchObject({
      reviewReason: 'look',
    });
    expect(isSame(null, NO_POLICY)).toBe(true);
    expect(isSame({ ...NO_POLICY, eventsMax: 5 }, NO_POLICY)).toBe(false);
  });

  test('never puts the minimum over the maximum', () => {
    expect(() => changedPolicy(policy({ maxTtlSeconds: 60 }), { segment: null, minTtlSeconds: 61 })).toThrow(
      expect.objectContaining({ code: 'RCM_VALUE_INVALID' }),
    );
  });
});

describe('a trace of recorded events', () => {
  const event = (timestampMs: number, key: string, rest: object = {}) => ({
    timestampMs,
    key,
    op: 'hit' as const,
    sizeBytes: 5,
    durationUs: 1,
    threshold: 1,
    ...rest,
  });
  // Keys on both sides of a threshold of a half.
  const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
  const low = keys.find((key) => keyHash(key) < 2 ** 31) as string;
  const high = keys.find((key) => keyHash(key) >= 2 ** 31) as string;

  test('has only keys that were recorded throughout, and clears; in the order of time', () => {
    const trace = traceOf([
      event(3000, high),
      event(1000, low, { op: 'miss', sizeBytes: 0 }),
      event(2000, '', { op: 'clear' }),
      event(4000, low, { threshold: 0.5, op: 'miss', lifetimeMs: 600 }),
    ]);
    expect(trace.accesses).toEqual([
      { timestampMs: 1000, key: low, op: 'get' },
      { timestampMs: 2000, key: '', op: 'clear', sizeBytes: 5 },
      { timestampMs: 4000, key: low, op: 'get', sizeBytes: 5, lifetimeMs: 600 },
    ]);
    expect(trace).toMatchObject({
      sampledShare: 0.5,
      events: 4,
      hits: 0,
      misses: 2,
      disorderMs: 2000,
      from: new Date(1000),
      to: new Date(4000),
    });
  });

  test('of nothing is empty', () => {
    expect(traceOf([])).toMatchObject({ accesses: [], sampledShare: 1, from: null, to: null, disorderMs: 0 });
  });
});
