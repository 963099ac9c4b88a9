import type { IssueCode } from '../detect/issue.js';
import type { FixFacts, FixSettings, PolicyContent } from '../fix/plan.js';
import { type Prediction, predictHitRate, thinned } from '../fix/predict.js';
import { FIX_REGISTRY } from '../fix/registry.js';
import type { TtlAccess } from '../ttl-model/access.js';
import { type AccessTrace, accessTrace } from '../ttl-model/access-trace.js';
import { lifetimesUnder } from '../ttl-model/lifetimes.js';
import type { Lifetime } from '../ttl-model/replay.js';
import { simulateLifetime } from '../ttl-model/simulate-ttl.js';
import { MB, SECOND_MS } from '../units.js';
import type { Studied } from './ttl-study.js';

/** What the policy of an issue's automatic fix would do, replayed. */
export interface FixEffect {
  companyId: string;
  code: IssueCode;
  /** As `fix` predicts it. Hit rates in percent. */
  prediction: Prediction;
  /** Dollars a month that reads and memory then cost less; null is unknown. */
  saving: number | null;
}

export interface EffectInput extends Studied {
  accesses: readonly TtlAccess[];
  /** Own policy, and the default one; null: none. */
  policies: readonly [PolicyContent | null, PolicyContent | null];
  settings: FixSettings;
  separators: readonly string[];
}

/** @returns null where the fix changes no lifetimes, or too little was recorded */
export function fixEffect(code: IssueCode, input: EffectInput): FixEffect | null {
  const { companyId, accesses, policies, separators, options, recordedHitRate } = input;
  const after = policyAfter(code, input);
  if (after === null) return null;
  const { sampledShare = 1 } = options;
  const then = [after, policies[1]];
  const prediction = predictHitRate({
    ...{ accesses, sampledShare, recordedHitRate, separators },
    before: policies,
    after: then,
  });
  if (prediction === null) return null;
  return { companyId, code, prediction, saving: savingOf(input, after, prediction) };
}

function policyAfter(code: IssueCode, { policies: [policy, fallback], settings }: EffectInput): PolicyContent | null {
  const fix = FIX_REGISTRY[code];
  if (!fix.available) return null;
  const facts: FixFacts = { policy, fallback, keys: 0, bytes: 0, hitRate: null, storageCost: null };
  const plan = fix.plan({ facts, settings, backup: '', force: false, allowSlow: false });
  return plan.policyAfter?.cachingEnabled ? plan.policyAfter : null;
}

/** Queries that are no longer needed, less the memory that is then held. */
function savingOf(input: EffectInput, after: PolicyContent, { before, after: rate }: Prediction): number | null {
  const { accesses, policies, separators, observed, trace, options, basis } = input;
  const { prices, readsPerMonth, memoryScale } = basis;
  if (prices === null || readsPerMonth === null) return null;
  const intervalMs = (after.minUpdateIntervalSeconds ?? policies[1]?.minUpdateIntervalSeconds ?? 0) * SECOND_MS;
  const under = lifetimesUnder([after, policies[1]], separators, observed);
  const typicalMs = Math.max(observed.medianMs, (after.minTtlSeconds ?? 0) * SECOND_MS);
  const bytesOf = (of: AccessTrace, lifetime: Lifetime) =>
    simulateLifetime(of, lifetime, options, typicalMs).meanLiveBytes;
  const now = bytesOf(trace, observed.of);
  const then = bytesOf(accessTrace(thinned(accesses, intervalMs)), (access) => under(access) as number);
  const memory = ((then - now) * memoryScale * prices.redis.storageCostPerMB) / MB;
  return readsPerMonth * ((rate - before) / 100) * prices.mongodb.queryCost - memory;
}
