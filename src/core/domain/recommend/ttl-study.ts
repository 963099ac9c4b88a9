import type { AccessTrace } from '../ttl-model/access-trace.js';
import type { ObservedLifetimes } from '../ttl-model/lifetimes.js';
import { figuresOf, type PredictionBasis } from '../ttl-model/prediction.js';
import { CANDIDATE_TTLS } from '../ttl-model/presets.js';
import { type Lifetime, replay } from '../ttl-model/replay.js';
import { type SimulateOptions, simulateLifetime } from '../ttl-model/simulate-ttl.js';
import { MB, MONTH_MS, SECOND_MS } from '../units.js';
import { type Gain, hitRateGain } from './gain.js';
import type { TtlFigures, TtlOutcome, TtlStudy } from './ttl-advice.js';

/** What was recorded of one company, ready to be replayed. */
export interface Studied extends Pick<TtlStudy, 'companyId' | 'companyName' | 'recordedHitRate'> {
  trace: AccessTrace;
  options: SimulateOptions;
  observed: ObservedLifetimes;
  /** Milliseconds that values would live with a policy of so many seconds for all keys. */
  lifetimesWith: (ttlSeconds: number) => Lifetime;
  /** Without costs that do not depend on TTLs. */
  basis: PredictionBasis;
  /** Those: dollars a month. */
  fixedCost: number;
}

/** Standard errors in half of a 95 % interval. */
const TWO_ERRORS = 2;

/**
 * Replays a company's accesses under today's lifetimes and under each TTL of the presets, of which those count that have enough
 * data and are shorter than the time that was recorded (of longer ones the accesses tell only how a cold cache fills).
 * @returns null where today's hit rate cannot be told, or of no TTL there is enough
 */
export function studyTtls(studied: Studied): TtlStudy | null {
  const { companyId, companyName, recordedHitRate, trace, options, observed } = studied;
  const now = figuresUnder(studied, observed.of);
  if (now === null) return null;
  const before = replay(trace, observed.of, options);
  const outcomes: TtlOutcome[] = [];
  for (const ttlSeconds of CANDIDATE_TTLS) {
    const ttlMs = ttlSeconds * SECOND_MS;
    if (trace.spanMs < ttlMs) continue;
    const lifetimes = studied.lifetimesWith(ttlSeconds);
    const then = figuresUnder(studied, lifetimes);
    const gain = hitRateGain(trace, before, replay(trace, lifetimes, options), options.sampledShare ?? 1);
    if (then === null || gain === null || !then.enough) continue;
    outcomes.push({ ...then.figures, ttlSeconds, gain, saving: savingOf(studied, now.figures, then.figures, gain) });
  }
  if (outcomes.length === 0) return null;
  const { gets: reads, spanMs } = trace;
  const { medianMs } = observed;
  return { companyId, companyName, recordedHitRate, today: now.figures, outcomes, reads, spanMs, medianMs };
}

function figuresUnder(
  { trace, options, basis, fixedCost }: Studied,
  lifetime: Lifetime,
): { figures: TtlFigures; enough: boolean } | null {
  const simulated = simulateLifetime(trace, lifetime, options);
  const { hitRate, enough } = simulated;
  if (hitRate === null) return null;
  const { memoryBytes, totalCost } = figuresOf(simulated, options, basis);
  return { figures: { hitRate, memoryBytes, totalCost: totalCost === null ? null : totalCost + fixedCost }, enough };
}

/**
 * What a TTL saves, with half of its 95 % interval: that of the hit rate's gain times what a percent of the reads costs, and of
 * memory, where only some keys were recorded, two standard errors of a mean over so many keys.
 */
function savingOf(
  { trace, options, basis }: Studied,
  before: TtlFigures,
  after: TtlFigures,
  gain: Gain,
): TtlOutcome['saving'] {
  const { prices } = basis;
  if (before.totalCost === null || after.totalCost === null || prices === null) return null;
  const share = options.sampledShare ?? 1;
  const reads = basis.readsPerMonth ?? (trace.gets / share) * (MONTH_MS / trace.spanMs);
  const ofReads = ((gain.points - gain.low) / 100) * reads * prices.mongodb.queryCost;
  const memory = Math.abs(after.memoryBytes - before.memoryBytes) / MB;
  const keys = Math.max(1, trace.keyNames.length);
  const ofMemory = memory * prices.redis.storageCostPerMB * TWO_ERRORS * Math.sqrt((1 - share) / keys);
  return { dollars: before.totalCost - after.totalCost, margin: Math.hypot(ofReads, ofMemory) };
}
