import { describe, expect, it } from 'vitest';
import { forecast, senSlope } from '../../../../../src/core/domain/trends/forecast.js';

const DAY = 86_400_000;
const T = Date.parse('2026-03-01T12:00:00Z');
const daily = (values: (number | null)[]) =>
  values.flatMap((value, day) => (value === null ? [] : [{ atMs: T + day * DAY, value }]));
const day = (n: number) => new Date(T + n * DAY);

describe('forecast', () => {
  it('of a straight line is its crossing, to the day, with no room for doubt', () => {
    // 10, 12, … 38 on day 14: 50 is reached on day 20.
    const found = forecast(daily(Array.from({ length: 15 }, (_, i) => 10 + 2 * i)), 50);
    expect(found).toMatchObject({ outcome: 'expected', values: 15, days: 14, current: 38, limit: 50, perDay: 2 });
    expect([found.at, found.earliest, found.latest]).toEqual([day(20), day(20), day(20)]);
  });

  it('is not moved by one odd day, nor by gaps', () => {
    const line = Array.from({ length: 15 }, (_, i) => 10 + 2 * i) as (number | null)[];
    line[7] = 1000;
    line[3] = null;
    line[4] = null;
    const found = forecast(daily(line), 50);
    expect(found.perDay).toBeCloseTo(2, 10);
    expect(found.at?.getTime()).toBeCloseTo(day(20).getTime(), -3);
  });

  it("agrees with a worked example of Sen's interval", () => {
    // Ten values by hand: the pairs' slopes sorted; S has variance 10·9·25/18 = 125, 1.96·√125 = 21.913; ranks 11.54, 34.46.
    const values = daily([3, 4, 2, 6, 5, 9, 8, 7, 11, 10]);
    const slopes: number[] = [];
    for (let i = 0; i < 10; i++)
      for (let j = i + 1; j < 10; j++) slopes.push(((values[j]?.value ?? 0) - (values[i]?.value ?? 0)) / (j - i));
    slopes.sort((a, b) => a - b);
    const rank = (r: number) => {
      const below = Math.floor(r);
      return (slopes[below - 1] ?? 0) + ((slopes[below] ?? 0) - (slopes[below - 1] ?? 0)) * (r - below);
    };
    const half = (1.959964 * Math.sqrt(125)) / 2;
    const { slope, low, high } = senSlope(values);
    expect(slope).toBeCloseTo(slopes[22] as number, 12);
    expect(low).toBeCloseTo(rank(22.5 - half), 12);
    expect(high).toBeCloseTo(rank(22.5 + half + 1), 12);
    expect(low).toBeLessThan(slope);
    expect(high).toBeGreaterThan(slope);
  });

  it('says when there is nothing to say', () => {
    const outcome = (values: (number | null)[], limit: number | null) => forecast(daily(values), limit).outcome;
    expect(outcome([1, 2, 3, 4, 5, 6, 7], null)).toBe('no limit');
    expect(outcome([], 5)).toBe('too few days');
    expect(outcome([1, 2, 3, 4, 5, 6], 100)).toBe('too few days');
    expect(outcome([1, 2, 9], 5)).toBe('already reached');
    expect(outcome([1, 2, 3, 4, 5, 6, 7], 7)).toBe('already reached');
    expect(outcome([7, 6, 5, 4, 3, 2, 1], 10)).toBe('not rising');
    expect(outcome([5, 5, 5, 5, 5, 5, 5, 5], 10)).toBe('not rising');
    expect(outcome([1, 2, 3, 4, 5, 6, 7], 1000)).toBe('beyond a year');
    expect(outcome([5, 8, 3, 6, 7, 4, 5, 6, 9, 2], 10)).toBe('uncertain');
    expect(forecast(daily([1, 2, 3, 4, 5, 6, 7]), 1000)).toMatchObject({ at: null, latest: null });
  });

  it('covers the true slope about 95 times of 100', () => {
    // A generator of our own, so that it is the same everywhere; noise of ±3 around 0.5 a day.
    let seed = 42;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    let inside = 0;
    for (let round = 0; round < 400; round++) {
      const { low, high } = senSlope(daily(Array.from({ length: 30 }, (_, i) => 10 + 0.5 * i + (random() - 0.5) * 6)));
      if (low <= 0.5 && high >= 0.5) inside += 1;
    }
    expect(inside).toBeGreaterThan(400 * 0.92);
    expect(inside).toBeLessThan(400 * 0.98);
  });
});
