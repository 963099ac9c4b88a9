import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, windowEndingAt } from '../../../../src/core/domain/window.js';

describe('parseDuration', () => {
  it.each([
    ['1s', 1000],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    [' 5 m ', 300_000],
    ['999999s', 999_999_000],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '0s', '24', 'h', '-1h', '1.5h', '1h30m', '24H', '1000000s', '1y', '1e3s'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

it.each([
  [1000, '1s'],
  [90_000, '90s'],
  [60_000, '1m'],
  [5_400_000, '90m'],
  [3_600_000, '1h'],
  [86_400_000, '24h'],
  [172_800_000, '2d'],
  [90_000_000, '25h'],
  [1_209_600_000, '14d'],
  [500, '1s'],
])('%d ms are written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it('a window ends at its time and says its seconds', () => {
  const to = new Date('2026-03-01T00:30:00Z');
  expect(windowEndingAt(to, 3_600_000)).toEqual({ from: new Date('2026-02-28T23:30:00Z'), to, seconds: 3600 });
});
