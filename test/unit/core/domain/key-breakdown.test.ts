import { describe, expect, it } from 'vitest';
import { KeyBreakdown, type MeasuredKey } from '../../../../src/core/domain/key-breakdown.js';

const key = (over: Partial<MeasuredKey>): MeasuredKey => ({
  bytes: 100,
  type: 'string',
  ttlMs: -1,
  segment: 'a',
  ...over,
});

describe('KeyBreakdown', () => {
  it('adds up by type, by segment and by time left, largest first', () => {
    const sums = new KeyBreakdown();
    for (const one of [
      key({ bytes: 10, type: 'hash', segment: 'session', ttlMs: 59_000 }),
      key({ bytes: 30, type: 'string', segment: 'profile', ttlMs: -1 }),
      key({ bytes: 5, type: 'hash', segment: 'session', ttlMs: 61_000 }),
      key({ bytes: null, type: null, segment: '', ttlMs: null }),
    ])
      sums.add(one);
    expect({ keys: sums.keys, bytes: sums.bytes }).toEqual({ keys: 4, bytes: 45 });
    expect(sums.byType()).toEqual([
      { name: 'string', keys: 1, bytes: 30 },
      { name: 'hash', keys: 2, bytes: 15 },
      { name: 'unknown', keys: 1, bytes: 0 },
    ]);
    expect(sums.bySegment(2)).toEqual([
      { name: 'profile', keys: 1, bytes: 30 },
      { name: 'session', keys: 2, bytes: 15 },
      { name: '(other)', keys: 1, bytes: 0 },
    ]);
    expect(sums.byTtl()).toEqual([
      { name: '≤ 1m', keys: 1, bytes: 10, fromSeconds: 0, toSeconds: 60 },
      { name: '≤ 5m', keys: 1, bytes: 5, fromSeconds: 60, toSeconds: 300 },
      { name: 'never', keys: 2, bytes: 30, fromSeconds: null, toSeconds: null },
    ]);
  });

  it.each([
    [0, '≤ 1m'],
    [60_000, '≤ 1m'],
    [60_001, '≤ 5m'],
    [300_000, '≤ 5m'],
    [900_000, '≤ 15m'],
    [3_600_000, '≤ 1h'],
    [21_600_000, '≤ 6h'],
    [86_400_000, '≤ 24h'],
    [604_800_000, '≤ 7d'],
    [604_800_001, '> 7d'],
    [-1, 'never'],
  ])('%i ms left belong to %s', (ttlMs, name) => {
    const sums = new KeyBreakdown();
    sums.add(key({ ttlMs }));
    expect(sums.byTtl().map((group) => group.name)).toEqual([name]);
  });

  it('holds 2,000 segments at most: what comes after them is added up', () => {
    const sums = new KeyBreakdown();
    for (let i = 0; i < 2500; i++) sums.add(key({ segment: `s${i}`, bytes: 1 }));
    sums.add(key({ segment: 's0', bytes: 7 }));
    const rows = sums.bySegment(1);
    expect(rows).toEqual([
      { name: 's0', keys: 2, bytes: 8 },
      { name: '(other)', keys: 2499, bytes: 2499 },
    ]);
  });
});
