import { describe, expect, it } from 'vitest';
import { keySegment } from '../../../../src/core/domain/key-segment.js';
import { boundedTtl, type CachePolicy, ttlBoundsOf } from '../../../../src/core/domain/policy.js';

type Limits = Pick<CachePolicy, 'minTtlSeconds' | 'maxTtlSeconds' | 'segments'>;
const limits = (min: number | null, max: number | null, segments: Limits['segments'] = []): Limits => ({
  minTtlSeconds: min,
  maxTtlSeconds: max,
  segments,
});
const seg = (segment: string, min: number | null, max: number | null) => ({
  segment,
  minTtlSeconds: min,
  maxTtlSeconds: max,
});

describe('the bounds that hold for a key', () => {
  it.each([
    ['nothing set', [null, null], null, null],
    ['the company for all keys', [limits(60, null), limits(1, 2)], 60, null],
    ['the company for the segment first', [limits(60, null, [seg('profile', null, 30)]), null], null, 30],
    ['another segment does not count', [limits(60, null, [seg('prof', null, 30)]), null], 60, null],
    ['the default where the company says nothing', [limits(null, null), limits(1, 2)], 1, 2],
    ['the default for the segment', [null, limits(1, 2, [seg('profile', 9, null)])], 9, null],
    ['an empty segment says nothing', [limits(60, null, [seg('profile', null, null)]), null], 60, null],
  ])('%s', (_, policies, minTtlSeconds, maxTtlSeconds) => {
    const bounds = ttlBoundsOf(policies as (Limits | null)[], 'profile:17', [':']);
    expect([bounds.minTtlSeconds, bounds.maxTtlSeconds]).toEqual([minTtlSeconds, maxTtlSeconds]);
  });

  it.each([
    [null, null, null, null],
    [null, 60, null, null],
    [null, null, 90, 90],
    [10, 60, null, 60],
    [100, 60, 90, 90],
    [10, 60, 30, 30],
    [70, 60, 90, 70],
  ])('asked %s with bounds %s to %s lives %s', (asked, min, max, expected) => {
    expect(boundedTtl(asked, { minTtlSeconds: min, maxTtlSeconds: max })).toBe(expected);
  });
});

describe('the segment of a key', () => {
  it.each([
    ['profile:17', 'profile'],
    ['profile', 'profile'],
    [':17', ''],
    ['a/b:c', 'a'],
  ])('%s', (key, expected) => {
    expect(keySegment(key, [':', '/'])).toBe(expected);
  });
});
