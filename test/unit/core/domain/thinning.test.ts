import { describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../../src/core/domain/activity.js';
import { snapshotsToRemove } from '../../../../src/core/domain/thinning.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-31T12:00:00Z');

/** What is left after so many days of a run every ten minutes, thinned once. */
const left = (takenMs: number[], now = NOW) => {
  const gone = new Set(snapshotsToRemove(takenMs, now, DEFAULT_RETENTION));
  return takenMs.filter((_, i) => !gone.has(i));
};

describe('snapshotsToRemove', () => {
  it('leaves ten-minute ones for two days, then 24 a day, then one', () => {
    const all = Array.from({ length: 60 * 144 }, (_, i) => NOW - i * 600_000);
    const kept = left(all);
    const younger = (days: number) => kept.filter((ms) => NOW - ms <= days * DAY).length;
    expect(younger(2)).toBe(2 * 144 + 1);
    expect(younger(35) - younger(2)).toBe(33 * 24);
    expect(kept.length - younger(35)).toBe(25 + 1); // 24 whole days, and the two that were begun
    expect(kept.every((ms) => NOW - ms <= 2 * DAY || ms % HOUR === 3_000_000)).toBe(true); // xx:50 is the last of its hour
  });

  it('gives the same when it is done every hour, and nothing more when it is done again', () => {
    const all = Array.from({ length: 37 * 24 }, (_, i) => NOW - (37 * 24 - i) * HOUR);
    let stepwise: number[] = [];
    for (const ms of all) stepwise = left([...stepwise, ms], ms);
    stepwise = left(stepwise);
    expect(stepwise).toEqual(left(all));
    expect(left(stepwise)).toEqual(stepwise);
  });

  it('keeps what is from the future, and the newest however few there are', () => {
    expect(left([NOW - 100 * DAY])).toEqual([NOW - 100 * DAY]);
    expect(left([NOW + DAY, NOW + DAY + 1, NOW - 3 * DAY, NOW - 3 * DAY + 1])).toEqual([
      NOW + DAY,
      NOW + DAY + 1,
      NOW - 3 * DAY + 1,
    ]);
    expect(left([NOW - 401 * DAY, NOW - 400 * DAY])).toEqual([NOW - 400 * DAY]);
  });
});
