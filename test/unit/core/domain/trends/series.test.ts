import { describe, expect, it } from 'vitest';
import { latencyPercentile } from '../../../../../src/core/domain/trends/percentile.js';
import { coarserFacts, factsOfSteps, type Gauge, pointOf } from '../../../../../src/core/domain/trends/series.js';
import { stepsBetween } from '../../../../../src/core/domain/trends/steps.js';
import { type Zone, zoneOf } from '../../../../../src/core/domain/trends/zone.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = Date.parse('2026-03-01T00:00:00Z');
const UTC = zoneOf('UTC') as Zone;
const hour = (n: number, counters: object) => ({ fromMs: T + n * HOUR, toMs: T + (n + 1) * HOUR, counters });
const gauge = (atMs: number, change: Partial<Gauge> = {}): Gauge => ({
  atMs,
  memoryBytes: 100,
  keys: 5,
  cost: 1,
  score: 80,
  day: null,
  ...change,
});
const days = (n: number) => stepsBetween(T, T + n * DAY - 1, '1d', UTC);

describe('the figures of steps', () => {
  it('weigh every read alike, and a gap is unknown', () => {
    const spans = [
      hour(1, { hit: 90, miss: 10, hitUs: 90_000, missUs: 60_000 }),
      hour(5, { hit: 0, miss: 1, missUs: 850_000 }),
      hour(30, { clear: 3 }),
      hour(50, { hit: 2, miss: 0 }),
    ];
    const points = factsOfSteps(days(4), spans, [gauge(T + HOUR), gauge(T + 2 * HOUR, { memoryBytes: 7 })], T).map(
      pointOf,
    );
    expect(points.map((p) => p.reads)).toEqual([101, null, 2, null]);
    expect(points[0]?.hitRate).toBeCloseTo((90 / 101) * 100, 10);
    expect(points[0]?.avgResponseMs).toBeCloseTo(1000 / 101, 10);
    expect(points[2]).toMatchObject({ hitRate: 100, avgResponseMs: null, p95ResponseMs: null, memoryBytes: null });
    expect(points.map((p) => p.memoryBytes)).toEqual([7, null, null, null]);
    expect(points[1]).toMatchObject({ hitRate: null, keys: null, cost: null, score: null });
  });

  it('of a day before counters were kept are those that its snapshot had, never beside counters, never by the hour', () => {
    const day = { hits: 8, misses: 2, readUs: 20_000 };
    const gauges = [gauge(T + 23 * HOUR, { day }), gauge(T + 47 * HOUR, { day }), gauge(T + 71 * HOUR, { day })];
    const points = factsOfSteps(days(3), [hour(30, { hit: 1, miss: 1 })], gauges, T + 30 * HOUR).map(pointOf);
    expect(points.map((p) => [p.reads, p.hitRate])).toEqual([
      [10, 80],
      [2, 50],
      [null, null],
    ]);
    // Nothing was read on the first day of these: its last snapshot still knows of the evening before.
    const idle = factsOfSteps(days(3), [hour(30, { hit: 1, miss: 1 })], gauges, T - 9 * DAY).map(pointOf);
    expect(idle.map((p) => p.reads)).toEqual([null, 2, null]);
    const hourly = factsOfSteps(stepsBetween(T, T + DAY - 1, '1h', UTC), [], gauges, Infinity).map(pointOf);
    expect(hourly.every((p) => p.reads === null)).toBe(true);
    expect(hourly.filter((p) => p.keys !== null)).toHaveLength(1);
  });

  it('take a merged day by its middle, and by the hour not at all', () => {
    const merged = [{ fromMs: T, toMs: T + DAY, counters: { hit: 4, miss: 4 } }];
    const berlin = stepsBetween(T - DAY, T + DAY, '1d', zoneOf('Europe/Berlin') as Zone);
    expect(factsOfSteps(berlin, merged, [], T).map((f) => f.counters?.hit ?? null)).toEqual([null, 4, null]);
    const hourly = factsOfSteps(stepsBetween(T, T + DAY - 1, '1h', UTC), merged, [], T);
    expect(hourly.every((f) => f.counters === null)).toBe(true);
  });

  it('put together are of all reads, never means of means', () => {
    const facts = factsOfSteps(
      days(5),
      [hour(1, { hit: 99, miss: 1 }), hour(25, { hit: 0, miss: 1 })],
      [gauge(T + 26 * HOUR)],
      T,
    );
    const merged = coarserFacts(facts, 3).map(pointOf);
    expect(merged).toHaveLength(3);
    expect(merged[0]?.hitRate).toBeCloseTo((99 / 101) * 100, 10);
    expect(merged[0]).toMatchObject({ at: new Date(T), until: new Date(T + 2 * DAY), keys: 5 });
    expect(merged[2]).toMatchObject({ hitRate: null, until: new Date(T + 5 * DAY) });
    expect(coarserFacts(facts, 5)).toEqual(facts);
  });
});

describe('latencyPercentile', () => {
  it('lies evenly within its bucket', () => {
    // 100 reads between 1.024 and 2.048 ms: the 95th of them.
    expect(latencyPercentile({ b3: 100 }, 0.95)).toEqual({ ms: 1.024 + 1.024 * 0.95, atLeast: false });
    // 94 fast ones: the 95th is the first of six in the bucket from 4.096 to 8.192.
    const found = latencyPercentile({ b0: 94, b5: 6 }, 0.95);
    expect(found?.ms).toBeCloseTo(4.096 + 4.096 / 6, 10);
    expect(latencyPercentile({ b0: 95, b5: 5 }, 0.95)?.ms).toBeCloseTo(0.256, 10);
  });

  it('beyond the last bound is at least that; of nothing it is unknown', () => {
    expect(latencyPercentile({ b0: 90, b7: 10 }, 0.95)).toEqual({ ms: 16.384, atLeast: true });
    expect(latencyPercentile({}, 0.95)).toBeNull();
    expect(latencyPercentile({ hit: 5, b2: 0 }, 0.95)).toBeNull();
  });
});
