import { describe, expect, it } from 'vitest';
import { closedHours, largerCounters, settledSpans } from '../../../../src/core/domain/counter-hours.js';
import { coveredMs, coveredParts } from '../../../../src/core/domain/coverage.js';

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

describe('closedHours', () => {
  it('ends with the hour that ended ten minutes ago, and reaches back as far as counters live', () => {
    const at = (text: string) => closedHours(Date.parse(text));
    expect(iso(at('2026-03-31T12:09:59Z').at(-1) as number)).toBe('2026-03-31T10:00');
    expect(iso(at('2026-03-31T12:10:00Z').at(-1) as number)).toBe('2026-03-31T11:00');
    expect(iso(at('2026-03-31T12:10:00Z')[0] as number)).toBe('2026-03-29T09:00'); // 51 hours before
    expect(at('2026-03-31T12:10:00Z')).toHaveLength(51);
  });
});

describe('settledSpans', () => {
  const hour = (n: number, hit: number) => ({ fromMs: n * HOUR, toMs: (n + 1) * HOUR, counters: { hit } });
  const day = (n: number, hit: number) => ({ fromMs: n * 24 * HOUR, toMs: (n + 1) * 24 * HOUR, counters: { hit } });

  it('counts a day once that is there twice: the larger of both', () => {
    expect(settledSpans([hour(24, 5), hour(25, 6), hour(49, 1)], [day(0, 3), day(1, 4)])).toEqual([
      day(0, 3),
      day(1, 11),
      hour(49, 1),
    ]);
    expect(settledSpans([hour(24, 5)], [day(1, 40)])).toEqual([day(1, 40)]);
  });

  it('what is absent stays absent', () => {
    expect(largerCounters({ hit: 1 }, { miss: 0 })).toEqual({ hit: 1, miss: 0 });
  });
});

describe('coverage', () => {
  it('counts what overlaps once, within the range', () => {
    const parts = coveredParts(
      [
        { fromMs: 50, toMs: 60 },
        { fromMs: 0, toMs: 20 },
        { fromMs: 15, toMs: 30 },
        { fromMs: 90, toMs: 200 },
      ],
      10,
      100,
    );
    expect(parts).toEqual([
      { fromMs: 10, toMs: 30 },
      { fromMs: 50, toMs: 60 },
      { fromMs: 90, toMs: 100 },
    ]);
    expect(coveredMs(parts)).toBe(40);
    expect(coveredMs(parts, 55)).toBe(15);
  });
});
