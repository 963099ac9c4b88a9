import { RcmError } from '../../errors.js';
import { hitRate } from '../hit-rate.js';
import { SECOND_MS } from '../units.js';
import type { TtlAccess } from './access.js';
import { type AccessTrace, accessTrace } from './access-trace.js';
import { hitRateInterval, type Interval, isEnough } from './interval.js';
import { type Lifetime, type ReplayOptions, replay } from './replay.js';

export interface SimulateOptions extends Pick<ReplayOptions, 'refreshOnWrite'> {
  /**
   * Whether the first TTL of time, at most half of the trace, only fills the cache and is not counted: for traces of a cache that
   * went on, whose beginning is no cold start. false unless given: everything counts, from an empty cache.
   */
  warmUp?: boolean | undefined;
  /** Share of the keys, chosen by hash, whose accesses these are: 0 < share ≤ 1 (the default: all of them). */
  sampledShare?: number | undefined;
}

/** What a cache would have done with these accesses. */
export interface Simulated {
  /** Milliseconds that the figures cover: from the first access, or the end of the warm-up, to the last. */
  countedMs: number;
  /** Of the accesses as given. */
  gets: number;
  hits: number;
  misses: number;
  /** Percent; null without a get. */
  hitRate: number | null;
  /** 95 % interval of the hit rate in percent (`hitRateInterval`); null without a get. */
  interval: Interval | null;
  /** Whether the interval is within ±2 percentage points; else there is too little data to go by. */
  enough: boolean;
  /** Means over the time that is covered; of all keys: what a sample gives is divided by its share. */
  meanLiveKeys: number;
  meanLiveBytes: number;
  peakLiveKeys: number;
  peakLiveBytes: number;
  /** Entries stored and entries expired, of the accesses as given. */
  stores: number;
  expired: number;
}

export interface TtlSimulated extends Simulated {
  ttlSeconds: number;
  /** Whether the accesses span less time than the TTL: then no entry could expire, and the misses are those of a cold cache. */
  longerThanTrace: boolean;
}

/**
 * What a cache with each of these TTLs would have done with these accesses: an exact replay (`replay`) of a cache that is empty
 * at first, whose entries live TTL seconds from the miss or set that stored them and are not refreshed by reads.
 * @param accesses in time order; read once. Of a hash-sampled trace, all accesses of the chosen keys
 * @returns one result a TTL, in the order asked
 * @throws RCM_VALUE_INVALID for a TTL that is not positive, a share outside (0, 1], and what `accessTrace` refuses
 */
export function simulateTtl(
  accesses: Iterable<TtlAccess>,
  ttlSeconds: readonly number[],
  options: SimulateOptions = {},
): TtlSimulated[] {
  for (const ttl of ttlSeconds)
    if (!(ttl > 0)) throw new RcmError('RCM_VALUE_INVALID', `A TTL of ${ttl} seconds`, 'Give seconds over 0.');
  const trace = accessTrace(accesses);
  return ttlSeconds.map((ttl) => simulateTrace(trace, ttl, options));
}

/** `simulateTtl` of a trace that is at hand. @throws as `simulateLifetime` */
export function simulateTrace(trace: AccessTrace, ttlSeconds: number, options: SimulateOptions = {}): TtlSimulated {
  const ttlMs = ttlSeconds * SECOND_MS;
  return { ttlSeconds, longerThanTrace: trace.spanMs < ttlMs, ...simulateLifetime(trace, ttlMs, options, ttlMs) };
}

/**
 * As `simulateTrace`, with lifetimes that may differ from access to access.
 * @param typicalMs the lifetime by which a warm-up is measured
 * @throws RCM_VALUE_INVALID for a share outside (0, 1]; as `replay`
 */
export function simulateLifetime(
  trace: AccessTrace,
  lifetime: Lifetime,
  options: SimulateOptions = {},
  typicalMs = 0,
): Simulated {
  const share = options.sampledShare ?? 1;
  if (!(share > 0 && share <= 1))
    throw new RcmError('RCM_VALUE_INVALID', `A sampled share of ${share}`, 'Give more than 0 and at most 1.');
  const warmUpMs = options.warmUp ? Math.min(typicalMs, trace.spanMs / 2) : 0;
  const replayed = replay(trace, lifetime, { refreshOnWrite: options.refreshOnWrite, warmUpMs });
  const { gets, hits, stores, expired } = replayed;
  const rate = hitRate(hits, gets - hits);
  const interval = hitRateInterval(replayed, share);
  return {
    countedMs: replayed.countedMs,
    ...{ gets, hits, misses: gets - hits, hitRate: rate, interval, enough: isEnough(rate, interval) },
    meanLiveKeys: replayed.meanLiveKeys / share,
    meanLiveBytes: replayed.meanLiveBytes / share,
    peakLiveKeys: replayed.peakLiveKeys / share,
    peakLiveBytes: replayed.peakLiveBytes / share,
    ...{ stores, expired },
  };
}
