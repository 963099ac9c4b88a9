import { describe, expect, it } from 'vitest';
import { coarser, curveOfSlots, curveOfSnapshots } from '../../../../src/core/domain/curve.js';
import type { CompanySnapshot } from '../../../../src/core/domain/snapshot.js';

const at = (time: string) => new Date(`2026-11-20T${time}Z`);
const window = (from: Date, to: Date) => ({ from, to, seconds: (to.getTime() - from.getTime()) / 1000 });

describe('curveOfSlots', () => {
  it('has a point for every slot of the window, those without a read too', () => {
    const slots = [
      { slotMs: at('10:05:00').getTime(), counters: { hit: 3, miss: 1, hitUs: 3000, missUs: 5000 } },
      { slotMs: at('10:15:00').getTime(), counters: { miss: 2, set: 4 } },
    ];
    const { stepSeconds, points } = curveOfSlots(slots, window(at('10:02:00'), at('10:17:00')));
    expect(stepSeconds).toBe(300);
    expect(points).toEqual([
      { at: at('10:00:00'), hits: 0, misses: 0, readUs: null, hitRate: null, avgResponseMs: null },
      { at: at('10:05:00'), hits: 3, misses: 1, readUs: 8000, hitRate: 75, avgResponseMs: 2 },
      { at: at('10:10:00'), hits: 0, misses: 0, readUs: null, hitRate: null, avgResponseMs: null },
      { at: at('10:15:00'), hits: 0, misses: 2, readUs: null, hitRate: 0, avgResponseMs: null },
    ]);
  });
});

describe('coarser', () => {
  const slots = [
    { slotMs: at('10:05:00').getTime(), counters: { hit: 99, miss: 1, hitUs: 100_000, missUs: 0 } },
    { slotMs: at('10:10:00').getTime(), counters: { miss: 100, missUs: 900_000 } },
    { slotMs: at('11:30:00').getTime(), counters: { hit: 1, hitUs: 7000 } },
  ];
  const curve = curveOfSlots(slots, window(at('10:00:00'), at('12:00:00')));

  it('makes rates of all the reads of a step, not means of means; a gap stays a gap', () => {
    const { stepSeconds, points } = coarser(curve, 5);
    expect(stepSeconds).toBe(1800);
    expect(points.map((p) => [p.at.toISOString().slice(11, 16), p.hitRate, p.avgResponseMs])).toEqual([
      ['10:00', 49.5, 5],
      ['10:30', null, null],
      ['11:00', null, null],
      ['11:30', 100, 7],
      ['12:00', null, null],
    ]);
  });

  it('changes nothing where all points fit', () => {
    expect(coarser(curve, 26)).toEqual(curve);
  });

  it.each([2, 3, 7, 20])('never has more than %i points, and loses no read', (most) => {
    const { points } = coarser(curve, most);
    expect(points.length).toBeLessThanOrEqual(most);
    expect(points.reduce((sum, p) => sum + p.hits + p.misses, 0)).toBe(201);
  });
});

describe('curveOfSnapshots', () => {
  const row = (takenAt: string, hits: number | null): CompanySnapshot =>
    ({ takenAt: new Date(takenAt), hits, misses: hits === null ? null : 10, readUs: null }) as CompanySnapshot;

  it('takes the newest of each day back from the end, so that no read counts twice', () => {
    const rows = [
      row('2026-11-16T12:00:00Z', 7), // its day began before the window
      row('2026-11-18T12:00:00Z', 90),
      row('2026-11-19T12:00:00Z', null),
      row('2026-11-20T11:00:00Z', 1), // overlaps the newest
      row('2026-11-20T12:00:00Z', 30),
    ];
    const to = new Date('2026-11-20T13:00:00Z');
    const { stepSeconds, points } = curveOfSnapshots(rows, window(new Date(to.getTime() - 4 * 86_400_000), to));
    expect(stepSeconds).toBe(86_400);
    expect(points.map((p) => [p.at.toISOString().slice(0, 13), p.hitRate])).toEqual([
      ['2026-11-17T12', 90],
      ['2026-11-18T12', null],
      ['2026-11-19T12', 75],
    ]);
  });
});
