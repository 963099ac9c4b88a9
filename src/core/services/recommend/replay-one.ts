import type { DetectFigures, PlatformFigures } from '../../domain/detect/figures.js';
import type { IssueCode } from '../../domain/detect/issue.js';
import { DEFAULT_POLICY_ID } from '../../domain/policy.js';
import { type FixEffect, fixEffect } from '../../domain/recommend/fix-effect.js';
import type { TtlStudy } from '../../domain/recommend/ttl-advice.js';
import { type Studied, studyTtls } from '../../domain/recommend/ttl-study.js';
import { accessTrace } from '../../domain/ttl-model/access-trace.js';
import { lifetimesUnder, observedLifetimes } from '../../domain/ttl-model/lifetimes.js';
import type { PredictionBasis } from '../../domain/ttl-model/prediction.js';
import { simulateLifetime } from '../../domain/ttl-model/simulate-ttl.js';
import { isTrueToLife } from '../../domain/ttl-model/true-to-life.js';
import { MONTH_MS, SECOND_MS } from '../../domain/units.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { readTrace } from '../access/read-trace.js';
import type { PolicyContent } from '../policy/change.js';
import type { Ports } from '../ports.js';

/** What the replays of one company's accesses tell. */
export interface Replayed {
  /** null: nothing can be told of other TTLs. */
  study: TtlStudy | null;
  effects: FixEffect[];
}

export interface ReplayRequest {
  figures: DetectFigures;
  platform: PlatformFigures;
  /** Issues of the company. */
  codes: readonly IssueCode[];
  /** All policies, by company. */
  policies: ReadonlyMap<string, PolicyContent>;
}

/** @returns why nothing can be told, where it cannot. @throws what Redis says */
export async function replayOne(ports: Ports, request: ReplayRequest): Promise<Replayed | string> {
  const { figures, platform, codes, policies } = request;
  const { companyId, companyName } = figures.view;
  const policy = policies.get(companyId) ?? null;
  if (policy?.cachingEnabled === false) return 'caching is turned off for it';
  const { accesses, sampledShare, hits, misses } = await readTrace(ports.redis.client, companyId);
  if (hits + misses === 0) return 'no accesses were recorded';
  const separators = new KeyTemplates(ports.config.keyTemplates).terminators;
  const observed = observedLifetimes(accesses, separators);
  if (observed === null) return 'how long values live was not recorded, or they never expire';
  const trace = accessTrace(accesses);
  // What the client writes with SET … PX starts a lifetime anew; the cache was there before the first of these accesses.
  const options = { refreshOnWrite: true, warmUp: true, sampledShare };
  const today = simulateLifetime(trace, observed.of, options, observed.medianMs);
  const recordedHitRate = (hits / (hits + misses)) * 100;
  if (today.hitRate === null || !isTrueToLife(today.hitRate, recordedHitRate))
    return 'a replay has another hit rate than was recorded (the cache was warm before, or keys are evicted): record more for a time (`rcm ttl set COMPANY --events-max 16384`)';
  const studied: Studied = {
    ...{ companyId, companyName, trace, options, observed, today, recordedHitRate },
    lifetimesWith: lifetimesWith(policy, separators, observed),
    basis: basisOf(figures, platform, today.meanLiveBytes),
    fixedCost: (figures.terms['redis.baseShare'] ?? 0) + (figures.terms['mongodb.storage'] ?? 0),
  };
  const study = studyTtls(studied);
  const input = {
    ...{ ...studied, accesses, separators, settings: ports.config.fix },
    policies: [policy, policies.get(DEFAULT_POLICY_ID) ?? null] as const,
  };
  const effects = codes.map((code) => fixEffect(code, input)).filter((effect) => effect !== null);
  return { study, effects };
}

/** As `ttl set --ttl` makes them: what the policy says of single segments goes before what it says of all keys. */
function lifetimesWith(
  policy: PolicyContent | null,
  separators: readonly string[],
  observed: Studied['observed'],
): Studied['lifetimesWith'] {
  const segments = policy?.segments ?? [];
  return (ttl) => {
    if (segments.length === 0) return ttl * SECOND_MS;
    const under = lifetimesUnder([{ minTtlSeconds: ttl, maxTtlSeconds: ttl, segments }], separators, observed);
    return (access) => under(access) as number;
  };
}

/** @param modelledBytes that the model holds under today's lifetimes: beside what Redis holds they tell its overhead */
function basisOf({ view, reads }: DetectFigures, { pricing }: PlatformFigures, modelledBytes: number): PredictionBasis {
  const { cacheBytes } = view.metrics;
  return {
    memoryScale: modelledBytes > 0 && cacheBytes > 0 ? cacheBytes / modelledBytes : 1,
    readsPerMonth:
      reads === null || reads.coveredMs <= 0 ? null : ((reads.hits + reads.misses) * MONTH_MS) / reads.coveredMs,
    costs: { baseShare: 0, storageBytes: 0 },
    prices: pricing?.providers ?? null,
  };
}
