import type { AccessTrace } from '../ttl-model/access-trace.js';
import type { ObservedLifetimes } from '../ttl-model/lifetimes.js';
import { figuresOf, type PredictionBasis } from '../ttl-model/prediction.js';
import { CANDIDATE_TTLS } from '../ttl-model/presets.js';
import { type Lifetime, replay } from '../ttl-model/replay.js';
import { type Simulated, type SimulateOptions, simulateLifetime } from '../ttl-model/simulate-ttl.js';
import { MB, MONTH_MS, SECOND_MS } from '../units.js';
import { type Gain, hitRateGain } from './gain.js';
import type { TtlFigures, TtlOutcome, TtlStudy } from './ttl-advice.js';

/** What was recorded of one company, ready to be replayed. */
export interface Studied extends Pick<TtlStudy, 'companyId' | 'companyName' | 'recordedHitRate'> {
  trace: AccessTrace;
  options: SimulateOptions;
  observed: ObservedLifetimes;
  /** The model under today's lifetimes, with reads. */
  today: Simulated;
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
 * data and are shorter than the time that was recorded (of longer ones the accesses tell only how a cold cache fills). Both
 * are compared over the same time: after the longer of both lifetimes, at most half of what was recorded, so that neither is cold.
 * @returns null where of no TTL there is enough
 */
export function studyTtls(studied: Studied): TtlStudy | null {
  const { companyId, companyName, recordedHitRate, trace, observed } = studied;
  const { medianMs } = observed;
  const outcomes: TtlOutcome[] = [];
  for (const ttlSeconds of CANDIDATE_TTLS) {
    const ttlMs = ttlSeconds * SECOND_MS;
    if (trace.spanMs < ttlMs) continue;
    const typicalMs = Math.max(ttlMs, medianMs);
    const lifetimes = studied.lifetimesWith(ttlSeconds);
    const before = figuresUnder(studied, observed.of, typicalMs)?.figures;
    const after = figuresUnder(studied, lifetimes, typicalMs);
    const gain = gainOf(studied, lifetimes, typicalMs);
    if (before === undefined || after === null || gain === null || !after.enough) continue;
    const saving = savingOf(studied, before, after.figures, gain);
    outcomes.push({ ...after.figures, ttlSeconds, before, gain, saving });
  }
  if (outcomes.length === 0) return null;
  const { gets: reads, spanMs } = trace;
  const replayedHitRate = studied.today.hitRate as number;
  return { companyId, companyName, recordedHitRate, replayedHitRate, outcomes, reads, spanMs, medianMs };
}

function gainOf({ trace, options, observed }: Studied, lifetimes: Lifetime, typicalMs: number): Gain | null {
  const warmUpMs = options.warmUp ? Math.min(typicalMs, trace.spanMs / 2) : 0;
  const counted = { refreshOnWrite: options.refreshOnWrite, warmUpMs };
  const [before, after] = [replay(trace, observed.of, counted), replay(trace, lifetimes, counted)];
  return hitRateGain(before, after, options.sampledShare ?? 1);
}

function figuresUnder(
  { trace, options, basis, fixedCost }: Studied,
  lifetime: Lifetime,
  typicalMs: number,
): { figures: TtlFigures; enough: boolean } | null {
  const simulated = simulateLifetime(trace, lifetime, options, typicalMs);
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
