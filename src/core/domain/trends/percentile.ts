import { type CounterName, type Counters, LATENCY_BUCKETS_US } from '../counters.js';

/** A percentile of response times in milliseconds; `atLeast`: it lies beyond the last bound, and may be any amount higher. */
export interface Percentile {
  ms: number;
  atLeast: boolean;
}

/**
 * A percentile of reads from the log2 latency buckets: the reads of the bucket in which it falls are taken as spread evenly
 * between its bounds (as Prometheus's histogram_quantile does), so it is off by less than the bucket's width, a factor
 * of 2. Null when no bucket counted anything.
 * @param share e.g. 0.95
 */
export function latencyPercentile(counters: Counters, share: number): Percentile | null {
  const counts = Array.from({ length: LATENCY_BUCKETS_US.length + 1 }, (_, i) => counters[`b${i}` as CounterName] ?? 0);
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [i, n] of counts.entries()) {
    const [low, high] = [LATENCY_BUCKETS_US[i - 1] ?? 0, LATENCY_BUCKETS_US[i]];
    if (n > 0 && below + n >= rank) {
      if (high === undefined) break;
      return { ms: (low + ((high - low) * (rank - below)) / n) / 1000, atLeast: false };
    }
    below += n;
  }
  return { ms: (LATENCY_BUCKETS_US.at(-1) as number) / 1000, atLeast: true };
}
