import { describe, expect, it } from 'vitest';
import { measuredHitRate } from '../../../../../src/core/domain/fix/measure.js';
import { NO_POLICY_CONTENT, type PolicyContent } from '../../../../../src/core/domain/fix/plan.js';
import { predictHitRate, thinned } from '../../../../../src/core/domain/fix/predict.js';
import type { TtlAccess } from '../../../../../src/core/domain/ttl-model/access.js';

const policy = (change: Partial<PolicyContent>): PolicyContent => ({ ...NO_POLICY_CONTENT, ...change });
const clear = (timestampMs: number): TtlAccess => ({ timestampMs, key: '', op: 'clear' });
const get = (timestampMs: number, key: string, lifetimeMs?: number): TtlAccess => ({
  ...{ timestampMs, key, op: 'get' },
  ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
});
const times = (accesses: TtlAccess[]) => accesses.map(({ op, timestampMs }) => `${op} ${timestampMs}`);

describe('config updates as a limit leaves them', () => {
  it('the first at once, those within the interval as one at its end, which begins another', () => {
    const accesses = [
      clear(0),
      get(1, 'a'),
      clear(10),
      clear(20),
      get(90, 'a'),
      get(100, 'a'),
      clear(150),
      get(250, 'a'),
    ];
    expect(times(thinned(accesses, 100))).toEqual([
      ...['clear 0', 'get 1', 'get 90', 'clear 100', 'get 100', 'clear 200', 'get 250'],
    ]);
    expect(thinned(accesses, 0)).toEqual(accesses);
  });
});

describe('predicted hit rates', () => {
  // One key read every second for ten minutes, of a lifetime of 5 s: a miss, then 4 hits.
  const reads = Array.from({ length: 600 }, (_, n) => get(n * 1000, 'a', n % 5 === 0 ? 5000 : undefined));
  const input = { accesses: reads, sampledShare: 1, recordedHitRate: 80, before: [null, null], separators: [':'] };

  it('replays today, and what a longer TTL would bring', () => {
    const found = predictHitRate({ ...input, after: [policy({ minTtlSeconds: 300 }), null] });
    expect(found?.before).toBeCloseTo(80, 5);
    // Two misses in 600 reads.
    expect(found?.after).toBeCloseTo((100 * 598) / 600, 5);
    expect(found?.low).toBeLessThan(found?.after as number);
  });

  it('counts clears only as often as the limit lets them', () => {
    // Cleared every 2 s: of 600 reads every second one misses; with one in 60 s ten of them do.
    const accesses = reads.flatMap((read, n) => (n % 2 === 0 ? [clear(n * 1000), get(n * 1000, 'a', 1e6)] : [read]));
    const found = predictHitRate({
      ...{ ...input, accesses, recordedHitRate: 50 },
      after: [policy({ minUpdateIntervalSeconds: 60 }), null],
    });
    expect(found?.before).toBeCloseTo(50, 5);
    expect(found?.after).toBeCloseTo((100 * 590) / 600, 5);
  });

  it('is silent where the replay of today is not near what was recorded', () => {
    const after = [policy({ minTtlSeconds: 300 }), null];
    expect(predictHitRate({ ...input, recordedHitRate: 85, after })).not.toBeNull();
    for (const recordedHitRate of [85.1, 74.9, null])
      expect(predictHitRate({ ...input, recordedHitRate, after })).toBeNull();
  });

  it('is silent on too little', () => {
    expect(predictHitRate({ ...input, accesses: reads.slice(0, 60), after: [policy({}), null] })).toBeNull();
    expect(predictHitRate({ ...input, accesses: [], after: [policy({}), null] })).toBeNull();
  });
});

describe('measured hit rates', () => {
  const slot = (slotMs: number, hit: number, miss: number) => ({ slotMs, counters: { hit, miss } });
  const event = (timestampMs: number, op: 'hit' | 'miss') => ({
    ...{ timestampMs, op, key: 'a', sizeBytes: 1, durationUs: 1, threshold: 1 },
  });

  it('counts whole slots after the fix, never the one in which it lies', () => {
    const slots = [slot(0, 0, 1000), slot(300_000, 90, 10), slot(600_000, 80, 20)];
    const found = measuredHitRate({ slots, events: [], fromMs: 1000, toMs: 700_000, minReads: 200 });
    expect(found).toEqual({
      ...{ hitRate: 85, reads: 200, source: 'counters' },
      ...{ from: '1970-01-01T00:05:00.000Z', to: '1970-01-01T00:11:40.000Z' },
    });
    expect(measuredHitRate({ slots, events: [], fromMs: 1000, toMs: 700_000, minReads: 201 })).toBeNull();
  });

  it('goes by the sampled events after the fix until there are enough', () => {
    const events = [
      event(500, 'miss'),
      event(1000, 'hit'),
      event(2000, 'hit'),
      event(3000, 'hit'),
      event(4000, 'miss'),
    ];
    const found = measuredHitRate({ slots: [slot(0, 0, 9)], events, fromMs: 1000, toMs: 9000, minReads: 4 });
    expect(found).toMatchObject({ hitRate: 75, reads: 4, source: 'events' });
    expect(measuredHitRate({ slots: [], events, fromMs: 1000, toMs: 4000, minReads: 4 })).toBeNull();
  });
});
