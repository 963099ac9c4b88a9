import { hitRate } from '../hit-rate.js';
import type { Sightings } from './tally.js';

/** Fewer reads than this say little of a hit rate. */
export const FEW_READS = 1000;

/** What could be seen everywhere. */
export interface Seen {
  reads: boolean;
  misses: boolean;
  expirations: boolean;
  evictions: boolean;
}

/** What was observed, of one company or of all; null where it could not be seen. */
export interface ObservedFigures {
  reads: number | null;
  hits: number | null;
  misses: number | null;
  /** Percent; null without a read. */
  hitRate: number | null;
  expirations: number | null;
  evictions: number | null;
  readsPerSecond: number | null;
  /** Under 1,000 reads: the hit rate says little. null where reads are unknown. */
  few: boolean | null;
}

/** @param seconds that were observed @param reads per second, where servers were observed for different times */
export function observedFigures(sum: Sightings, seen: Seen, readsPerSecond: number | null): ObservedFigures {
  const reads = seen.reads ? sum.reads : null;
  const misses = seen.misses ? sum.misses : null;
  const hits = reads === null || misses === null ? null : reads - misses;
  return {
    reads,
    hits,
    misses,
    hitRate: hitRate(hits, misses),
    expirations: seen.expirations ? sum.expirations : null,
    evictions: seen.evictions ? sum.evictions : null,
    readsPerSecond: reads === null ? null : readsPerSecond,
    few: reads === null ? null : reads < FEW_READS,
  };
}
