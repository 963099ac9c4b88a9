import { type CostInput, companyCosts } from '../cost.js';
import type { ProviderPrices } from '../pricing.js';
import { MONTH_MS } from '../units.js';
import type { AccessTrace } from './access-trace.js';
import { type Simulated, type SimulateOptions, simulateTrace } from './simulate-ttl.js';

/** What a company's memory and money are reckoned from. */
export interface PredictionBasis {
  /** Bytes in Redis for each byte of values in the model: keys and the server's overhead are no part of values. 1 where unknown. */
  memoryScale: number;
  /** Reads in 30 days; null: as many as the trace tells. */
  readsPerMonth: number | null;
  /** What does not depend on TTLs; null without a company. */
  costs: Pick<CostInput, 'baseShare' | 'storageBytes'> | null;
  /** null where they are unknown. */
  prices: ProviderPrices | null;
}

/** What memory and money a simulated cache takes, in bytes and dollars per month. */
export interface PredictedFigures {
  memoryBytes: number;
  missesPerMonth: number | null;
  redisCost: number | null;
  mongodbCost: number | null;
  totalCost: number | null;
}

export interface Prediction extends Simulated, PredictedFigures {
  ttlSeconds: number;
  /** The trace is shorter than the TTL: it tells of a cold cache. */
  longerThanTrace: boolean;
  /** The lowest total, and the highest hit rate, of all: told only where there is enough data for it. */
  cheapest: boolean;
  fastest: boolean;
}

export const NO_BASIS: PredictionBasis = { memoryScale: 1, readsPerMonth: null, costs: null, prices: null };

/**
 * What each TTL would do, cost included: Redis = mean memory × its price + the share of its base as it is; MongoDB = misses
 * per month × the price of a query + storage as it is. The cheapest has the lowest total (ties: the higher hit rate), the fastest
 * the highest hit rate (ties: the shorter TTL). Neither is told where there is too little data for the one that seems to be it: another,
 * known better, would be called so without being it. What TTLs longer than the trace cost is not known: none of them is the cheapest.
 * @param ttls seconds, over 0
 * @throws as `simulateTtl`
 */
export function predictTtls(
  trace: AccessTrace,
  ttls: readonly number[],
  options: SimulateOptions,
  basis: PredictionBasis,
): Prediction[] {
  const predictions = ttls.map((ttl): Prediction => {
    const simulated = simulateTrace(trace, ttl, options);
    return { ...simulated, ...figuresOf(simulated, options, basis), cheapest: false, fastest: false };
  });
  const cheapest = predictions.filter(({ totalCost }) => totalCost !== null).sort(byCost)[0];
  const fastest = [...predictions].sort(byHitRate)[0];
  if (cheapest?.enough && !cheapest.longerThanTrace) cheapest.cheapest = true;
  if (fastest?.enough) fastest.fastest = true;
  return predictions;
}

/** Memory and money of one simulated cache. */
export function figuresOf(
  simulated: Simulated,
  { sampledShare = 1 }: SimulateOptions,
  { memoryScale, readsPerMonth, costs, prices }: PredictionBasis,
): PredictedFigures {
  const { hitRate, meanLiveBytes, gets, countedMs } = simulated;
  const memoryBytes = meanLiveBytes * memoryScale;
  const traced = countedMs > 0 ? (gets / sampledShare) * (MONTH_MS / countedMs) : null;
  const reads = readsPerMonth ?? traced;
  const missesPerMonth = hitRate === null || reads === null ? null : reads * (1 - hitRate / 100);
  if (costs === null) return { memoryBytes, missesPerMonth, redisCost: null, mongodbCost: null, totalCost: null };
  const { redis, mongodb, infrastructure } = companyCosts(
    { ...costs, cacheBytes: memoryBytes, queriesPerMonth: missesPerMonth, minutes: null, recordingBytes: null },
    prices,
  );
  return { memoryBytes, missesPerMonth, redisCost: redis, mongodbCost: mongodb, totalCost: infrastructure };
}

function byCost(a: Prediction, b: Prediction): number {
  return (a.totalCost ?? 0) - (b.totalCost ?? 0) || byHitRate(a, b);
}

function byHitRate(a: Prediction, b: Prediction): number {
  return (b.hitRate ?? 0) - (a.hitRate ?? 0) || a.ttlSeconds - b.ttlSeconds;
}
