import { describe, expect, it } from 'vitest';
import { hourName, latencyBucket, slotOf } from '../../../../src/core/domain/counters.js';

describe('latency buckets', () => {
  it.each([
    [0, 0],
    [255, 0],
    [256, 1],
    [511, 1],
    [512, 2],
    [1023, 2],
    [1024, 3],
    [2047, 3],
    [2048, 4],
    [4096, 5],
    [8191, 5],
    [8192, 6],
    [16_383, 6],
    [16_384, 7],
    [10_000_000, 7],
  ])('%i µs is in bucket %i', (micros, bucket) => {
    expect(latencyBucket(micros)).toBe(bucket);
  });
});

describe('slots', () => {
  it.each([
    ['2026-11-23T22:00:00.000Z', 0],
    ['2026-11-23T22:04:59.999Z', 0],
    ['2026-11-23T22:05:00.000Z', 1],
    ['2026-11-23T22:59:59.999Z', 11],
    ['2026-11-23T23:00:00.000Z', 0],
  ])('%s is in slot %i of its hour', (time, slot) => {
    expect(slotOf(Date.parse(time))).toBe(slot);
    expect(hourName(Date.parse(time))).toBe(time.slice(0, 13));
  });
});
