import { describe, expect, it } from 'vitest';
import { avgResponseMs, hitRate, readMicros } from '../../../../src/core/domain/hit-rate.js';

describe('hitRate', () => {
  it.each([
    [98, 2, 98],
    [0, 5, 0],
    [5, 0, 100],
    [1, 3, 25],
    // The boundaries of the health score are met exactly.
    [19, 1, 95],
    [17, 3, 85],
    [7, 3, 70],
    [700_007, 300_003, 70],
    [1, 1, 50],
  ])('%d hits and %d misses are %d percent', (hits, misses, percent) => {
    expect(hitRate(hits, misses)).toBe(percent);
  });

  it.each([
    [0, 0],
    [null, 3],
    [3, null],
    [null, null],
  ])('%s hits and %s misses are unknown', (hits, misses) => {
    expect(hitRate(hits, misses)).toBeNull();
  });
});

describe('avgResponseMs', () => {
  it('is the mean of reads, in milliseconds', () => {
    expect(avgResponseMs(4, 6000)).toBe(1.5);
    expect(avgResponseMs(7, 35_000)).toBe(5);
    expect(avgResponseMs(3, 0)).toBe(0);
  });

  it('is unknown without reads, or without their time', () => {
    expect(avgResponseMs(0, 100)).toBeNull();
    expect(avgResponseMs(10, null)).toBeNull();
  });
});

describe('readMicros', () => {
  it('adds the time of hits and of misses', () => {
    expect(readMicros({ hit: 1, hitUs: 40, missUs: 2 })).toBe(42);
    expect(readMicros({ hitUs: 40 })).toBe(40);
    expect(readMicros({ missUs: 2 })).toBe(2);
    expect(readMicros({ hitUs: 0 })).toBe(0);
  });

  it('is unknown where reads were counted without their time', () => {
    expect(readMicros({ hit: 5, miss: 5 })).toBeNull();
  });
});
