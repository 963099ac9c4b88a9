import { describe, expect, it } from 'vitest';
import { ttlAdvice } from '../../../../../src/core/domain/recommend/ttl-advice.js';
import { isTrueToLife } from '../../../../../src/core/domain/ttl-model/true-to-life.js';
import { outcome, study } from './builders.js';

const LEAST = { saving: 0.01, hitRate: 1 };
const MINUTE = 60;
const HOUR = 3600;
const ids = (...given: Parameters<typeof study>) => ttlAdvice(study(...given), LEAST).map(({ id }) => id);

describe('another TTL', () => {
  it('is advised where it costs least, and where it hits most; as one where that is the same', () => {
    const outcomes = [outcome(5 * MINUTE, 70, 0.3), outcome(30 * MINUTE, 80, 0.2), outcome(HOUR, 80.5, 0.1)];
    const [cheapest, fastest, ...others] = ttlAdvice(study(outcomes), LEAST);
    expect(others).toEqual([]);
    expect(cheapest).toMatchObject({
      id: 'ttl-lowest-cost:42',
      code: null,
      title: 'Keep values for 5m instead of 1m: the lowest cost',
      savingPerMonth: 0.3,
      hitRateGain: 20,
      risk: 'low',
      effort: 'one command',
      confidence: 'high',
      command: 'rcm ttl set 42 --ttl 5m',
      touches: ['lifetimes', 'memory', 'queries'],
    });
    // 80 % is within a point of the highest, and of the two the fresher.
    expect(fastest).toMatchObject({
      id: 'ttl-highest-hit-rate:42',
      command: 'rcm ttl set 42 --ttl 30m',
      hitRateGain: 30,
      savingPerMonth: 0.2,
    });
    expect(ids([outcome(5 * MINUTE, 80, 0.3), outcome(HOUR, 80.9, 0.1)])).toEqual(['ttl-lowest-cost:42']);
  });

  it('is not advised for gains that are too little, or not certain', () => {
    expect(ids([outcome(HOUR, 50.99, 0.0099)])).toEqual([]);
    expect(ids([outcome(HOUR, 51, 0.0099)])).toEqual(['ttl-highest-hit-rate:42']);
    expect(ids([outcome(HOUR, 50.99, 0.01)])).toEqual(['ttl-lowest-cost:42']);
    expect(ids([outcome(HOUR, 53, 0.05, { points: 3, dollars: 0.05 })])).toEqual([]);
    expect(ids([outcome(HOUR, 53, 0.05, { points: 2.9, dollars: 0.05 })])).toEqual(['ttl-highest-hit-rate:42']);
    expect(ids([outcome(HOUR, 53, 0.05, { points: 3, dollars: 0.049 })])).toEqual(['ttl-lowest-cost:42']);
    expect(ids([])).toEqual([]);
  });

  it('may cost more: that is said, not hidden', () => {
    const [advice] = ttlAdvice(study([outcome(HOUR, 90, -0.5)]), LEAST);
    expect(advice).toMatchObject({ id: 'ttl-highest-hit-rate:42', savingPerMonth: -0.5 });
    expect(advice?.why[1]).toBe('Memory 1.0MB → 2.0MB, cost $1.00 → $1.50 a month');
  });

  it('with prices unknown only the hit rate counts', () => {
    expect(ttlAdvice(study([outcome(HOUR, 90, null)]), LEAST)).toMatchObject([
      { id: 'ttl-highest-hit-rate:42', savingPerMonth: null, confidence: 'medium' },
    ]);
  });

  it.each([
    ['that keeps values less than an hour longer', HOUR, 55, 'low'],
    ['that keeps them an hour longer', HOUR + MINUTE, 55, 'medium'],
    ['that loses less than a point', 30, 51.1, 'low'],
    ['that loses a point', 30, 51, 'medium'],
  ] as const)('%s: the risk', (_what, ttlSeconds, hitRate, risk) => {
    // Recorded were 52 %, so that two points less are of the same grade.
    const now = { replayedHitRate: 52, recordedHitRate: 52 };
    const one = outcome(ttlSeconds, hitRate, 1);
    const points = hitRate - 52;
    const gain = { points, low: points, high: points };
    expect(ttlAdvice(study([{ ...one, gain }], now), LEAST)[0]?.risk).toBe(risk);
  });

  it('that makes the cache bad is not advised, whatever it saves: another, dearer one is', () => {
    const at = (recordedHitRate: number, ...hitRates: number[]) =>
      ttlAdvice(
        study(
          hitRates.map((hitRate, i) => outcome(60 * (i + 1), hitRate, 5 - i)),
          { recordedHitRate },
        ),
        { saving: 0.01, hitRate: 1000 },
      ).map(({ savingPerMonth }) => savingPerMonth);
    // 49.9 % is of the lowest grade, 50 % of the next.
    expect(at(50, 49.9, 50)).toEqual([4]);
    expect(at(50, 49.9)).toEqual([]);
    // 69 % less ten points are still of its grade, and yet too much.
    expect(at(69, 40, 40.1)).toEqual([4]);
  });

  it.each([
    [50, 'high'],
    [52, 'high'],
    [52.1, 'medium'],
  ] as const)(
    'is as sure as the model is true to life: %s %% recorded where 50 %% were replayed',
    (rate, confidence) => {
      expect(ttlAdvice(study([outcome(HOUR, 90, 1)], { recordedHitRate: rate }), LEAST)[0]?.confidence).toBe(
        confidence,
      );
    },
  );

  it('a replay that is five points from what was recorded is true to life, one further is not', () => {
    expect([isTrueToLife(50, 55), isTrueToLife(55, 50), isTrueToLife(50, 55.1)]).toEqual([true, true, false]);
  });

  it('names any id so that a shell takes it', () => {
    const [advice] = ttlAdvice(study([outcome(HOUR, 90, 1)], { companyId: '-1 x' }), LEAST);
    expect(advice?.command).toBe("rcm ttl set --ttl 1h -- '-1 x'");
  });
});
