import { describe, expect, it } from 'vitest';
import type { AccessEvent, EventOp } from '../../../../../src/core/domain/access-event.js';
import { type ReuseContext, studyReuse } from '../../../../../src/core/domain/detect/reuse.js';

const event = (second: number, op: EventOp, change: Partial<AccessEvent> = {}): AccessEvent => ({
  timestampMs: second * 1000,
  key: op === 'clear' ? '' : 'k',
  op,
  sizeBytes: op === 'clear' || op === 'delete' ? 0 : 10,
  durationUs: 5,
  threshold: 1,
  ...change,
});
const NOTHING: ReuseContext = { clearedAt: [], startedAt: [], evictions: false, earlyLifetimes: 4 };
const minute = { lifetimeMs: 60_000 };
const at = (second: number) => new Date(second * 1000);
/** What the causes are, without those that explain nothing. */
const causesOf = (events: AccessEvent[], context: Partial<ReuseContext> = {}) => {
  const study = studyReuse(events, { ...NOTHING, ...context });
  return Object.fromEntries(Object.entries(study?.causes ?? {}).filter(([, n]) => n > 0));
};

describe('why a key that had been cached is missed', () => {
  it.each([
    ['expired_early', [event(0, 'miss', minute), event(30, 'hit'), event(90, 'miss', minute)]],
    ['expired_late', [event(0, 'miss', minute), event(30, 'hit'), event(500, 'miss', minute)]],
    ['cleared', [event(0, 'miss', minute), event(10, 'clear'), event(20, 'miss', minute)]],
    // It was gone by then.
    ['expired_early', [event(0, 'miss', minute), event(70, 'clear'), event(90, 'miss', minute)]],
    // It was read after the clear: stored anew by somebody who records nothing.
    ['unknown', [event(0, 'miss'), event(10, 'clear'), event(15, 'hit'), event(20, 'miss')]],
    ['updated', [event(0, 'set', minute), event(10, 'delete'), event(20, 'miss', minute)]],
    ['unknown', [event(0, 'miss'), event(20, 'miss')]],
    // Stored before the first event: nobody knows for how long.
    ['unknown', [event(0, 'hit'), event(20, 'miss')]],
  ] as const)('%s', (cause, events) => {
    expect(causesOf([...events])).toEqual({ [cause]: 1 });
  });

  it('by what else happened', () => {
    const events = [event(0, 'miss'), event(10, 'hit'), event(20, 'miss')];
    expect(causesOf(events, { clearedAt: [at(15)] })).toEqual({ cleared: 1 });
    expect(causesOf(events, { startedAt: [at(15)] })).toEqual({ restarted: 1 });
    expect(causesOf(events, { startedAt: [at(5)] })).toEqual({ unknown: 1 }); // it was read after that
    expect(causesOf(events, { evictions: true })).toEqual({ evicted: 1 });
    expect(causesOf([event(0, 'hit'), event(20, 'miss')], { evictions: true })).toEqual({ unknown: 1 });
  });

  it('what was never stored is missed again for no reason', () => {
    expect(causesOf([event(0, 'miss', { sizeBytes: 0 }), event(20, 'miss', { sizeBytes: 0 })])).toEqual({});
  });
});

it('only keys of which every access was recorded', () => {
  const sampled = (key: string, threshold: number) => [0, 20].map((s) => event(s, 'miss', { key, threshold }));
  const study = studyReuse([...sampled('a', 1), ...sampled('b', 1), event(30, 'hit', { threshold: 1e-6 })], NOTHING);
  expect(study).toMatchObject({ keys: 0, reads: 0, misses: 0 });
  expect(study?.threshold).toBeCloseTo(1e-6);
});

it('no event of a key: nothing to study', () => {
  expect(studyReuse([], NOTHING)).toBeNull();
  expect(studyReuse([event(0, 'clear')], NOTHING)).toBeNull();
});
