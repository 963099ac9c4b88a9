import { describe, expect, it } from 'vitest';
import { observedFigures } from '../../../../../src/core/domain/observe/figures.js';
import { sameFlags, tells, withNeeded } from '../../../../../src/core/domain/observe/keyspace-flags.js';
import { breachOf, overheadPercent, processorUse } from '../../../../../src/core/domain/observe/overhead.js';
import { MOST_COMPANIES, ObservedTally } from '../../../../../src/core/domain/observe/tally.js';

describe('notify-keyspace-events', () => {
  it('is extended by what it lacks, and by nothing else', () => {
    expect(withNeeded('')).toBe('Emxe');
    expect(withNeeded('AKE')).toBe('AKEm');
    expect(withNeeded('Kg')).toBe('KgEmxe');
    expect(withNeeded('xemE')).toBe('xemE');
  });

  it('means the same in any order, A spelt out or not', () => {
    expect(sameFlags('AKE', 'KEg$lshzxetd')).toBe(true);
    expect(sameFlags('AKE', 'AKEm')).toBe(false);
    expect(sameFlags('', 'E')).toBe(false);
  });

  it('tells of misses only with E and m: A has no m', () => {
    expect([tells('AKE', 'm'), tells('Km', 'm'), tells('Em', 'm'), tells('AE', 'x')]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('overhead', () => {
  const busy = { threadPercent: 20, commandsPerSecond: 10_000 };

  it('is what is used beyond what the same commands took before', () => {
    expect(overheadPercent(busy, { threadPercent: 35, commandsPerSecond: 10_000 })).toBeCloseTo(15);
    expect(overheadPercent(busy, { threadPercent: 50, commandsPerSecond: 20_000 })).toBeCloseTo(10);
    expect(overheadPercent(busy, { threadPercent: 5, commandsPerSecond: 10_000 })).toBe(0);
  });

  it('on a server that has nothing left is the share of its throughput that is lost', () => {
    expect(overheadPercent({ threadPercent: 100, commandsPerSecond: 80_000 }, { threadPercent: 100, commandsPerSecond: 60_000 })).toBeCloseTo(25); // biome-ignore format: one case
  });

  it('of an idle server is the difference alone', () => {
    expect(
      overheadPercent({ threadPercent: 1, commandsPerSecond: 2 }, { threadPercent: 3, commandsPerSecond: 900 }),
    ).toBe(2);
  });

  it('is unknown over a restart', () => {
    const at = (atMs: number, cpuSeconds: number, commands: number) => ({ atMs, cpuSeconds, commands });
    expect(processorUse(at(0, 5, 100), at(2000, 6, 300))).toEqual({ threadPercent: 50, commandsPerSecond: 100 });
    expect(processorUse(at(0, 5, 100), at(2000, 1, 300))).toBeNull();
    expect(processorUse(at(0, 5, 100), at(0, 5, 100))).toBeNull();
  });

  it('breaks the limit that it is over, and none that is unknown', () => {
    const limits = { mostPercent: 30, mostBufferBytes: 100, mostLatencyRiseMs: 25 };
    const fine = { percent: 30, bufferBytes: 100, latencyRiseMs: 25 };
    expect(breachOf(fine, limits)).toBeNull();
    expect(breachOf({ ...fine, percent: 30.1 }, limits)).toBe('overhead');
    expect(breachOf({ percent: 99, bufferBytes: 101, latencyRiseMs: 99 }, limits)).toBe('buffer');
    expect(breachOf({ ...fine, latencyRiseMs: 26 }, limits)).toBe('latency');
    expect(breachOf({ percent: null, bufferBytes: null, latencyRiseMs: null }, limits)).toBeNull();
  });
});

describe('figures', () => {
  const sum = { reads: 2000, misses: 500, expirations: 3, evictions: 0 };
  const all = { reads: true, misses: true, expirations: true, evictions: true };

  it('of what was seen', () => {
    expect(observedFigures(sum, all, 100)).toEqual({ reads: 2000, hits: 1500, misses: 500, hitRate: 75, expirations: 3, evictions: 0, readsPerSecond: 100, few: false }); // biome-ignore format: one case
    expect(observedFigures({ ...sum, reads: 999 }, all, 1).few).toBe(true);
  });

  it('are unknown where they were not seen, and a rate without reads', () => {
    expect(observedFigures(sum, { ...all, reads: false }, 1)).toMatchObject({ reads: null, hits: null, misses: 500, hitRate: null, readsPerSecond: null }); // biome-ignore format: one case
    expect(observedFigures(sum, { ...all, misses: false }, 1)).toMatchObject({ reads: 2000, hits: null, misses: null, hitRate: null }); // biome-ignore format: one case
    expect(observedFigures({ reads: 0, misses: 0, expirations: 0, evictions: 0 }, all, 0).hitRate).toBeNull();
  });
});

it('ids beyond a hundred thousand are counted as nobody’s', () => {
  const tally = new ObservedTally();
  for (let i = 0; i < MOST_COMPANIES + 5; i += 1) tally.of(`c${i}`).reads += 1;
  expect(tally.companies.size).toBe(MOST_COMPANIES);
  expect(tally.others.reads).toBe(5);
  expect(tally.full).toBe(true);
});
