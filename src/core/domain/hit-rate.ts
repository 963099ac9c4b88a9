import type { Counters } from './counters.js';

/** Hits ÷ (hits + misses) in percent over whatever the counts cover; null when there was no read. An error is neither. */
export function hitRate(hits: number | null, misses: number | null): number | null {
  if (hits === null || misses === null) return null;
  return hits + misses === 0 ? null : (hits / (hits + misses)) * 100;
}

/** Mean milliseconds of a read, a miss's load included; null when there was no read or its time was not recorded. */
export function avgResponseMs(reads: number, readUs: number | null): number | null {
  return reads === 0 || readUs === null ? null : readUs / reads / 1000;
}

/** Microseconds spent reading; null when reads were counted without their time (observed, not recorded). */
export function readMicros(counters: Counters): number | null {
  const { hitUs, missUs } = counters;
  return hitUs === undefined && missUs === undefined ? null : (hitUs ?? 0) + (missUs ?? 0);
}
