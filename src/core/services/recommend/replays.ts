import type { DetectFigures, PlatformFigures } from '../../domain/detect/figures.js';
import type { CachePolicy } from '../../domain/policy.js';
import type { TtlStudy } from '../../domain/recommend/ttl-advice.js';
import { type Studied, studyTtls } from '../../domain/recommend/ttl-study.js';
import { accessTrace } from '../../domain/ttl-model/access-trace.js';
import { lifetimesUnder, observedLifetimes } from '../../domain/ttl-model/lifetimes.js';
import type { PredictionBasis } from '../../domain/ttl-model/prediction.js';
import { simulateLifetime } from '../../domain/ttl-model/simulate-ttl.js';
import { MONTH_MS, SECOND_MS } from '../../domain/units.js';
import { messageOf, RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { readTrace } from '../access/read-trace.js';
import type { Ports } from '../ports.js';
import type { RecommendReport } from './report.js';

/** What other TTLs would do, company by company, and of whom that could not be told. */
export interface Replays {
  studies: TtlStudy[];
  notReplayed: RecommendReport['notReplayed'];
}

/** Streams read at a time. */
const AT_ONCE = 8;
/** Companies that are named of each group. */
const MOST_NAMED = 10;

/**
 * Tries other TTLs on the recorded accesses of the companies with most to gain.
 * @param found in any order
 * @throws what Redis says; the signal's reason when it is aborted
 */
export async function replayCompanies(
  ports: Ports,
  found: readonly DetectFigures[],
  platform: PlatformFigures,
  warnings: string[],
): Promise<Replays> {
  const { companies: most } = ports.config.recommend;
  const missing = new Missing();
  const companies = found
    // What nobody owns is removed, not tuned.
    .filter(({ view }) => view.orphan !== true && view.metrics.keys > 0)
    .sort((a, b) => (a.view.companyId < b.view.companyId ? -1 : 1));
  const read = companies.filter((one) => {
    const hasReads = one.reads !== null && one.reads.hits + one.reads.misses > 0;
    if (!hasReads) missing.add('nothing was recorded of its reads', one);
    return hasReads;
  });
  const chosen = [...read].sort((a, b) => mostToGain(b) - mostToGain(a)).slice(0, most);
  if (chosen.length < read.length)
    warnings.push(
      `Other TTLs were tried on the ${chosen.length} of ${read.length} companies with recorded reads that have most to gain (\`recommend.companies\`).`,
    );
  const policies = await readPolicies(ports, warnings);
  const studies: TtlStudy[] = [];
  for (let i = 0; i < chosen.length; i += AT_ONCE) {
    ports.signal?.throwIfAborted();
    const some = chosen.slice(i, i + AT_ONCE);
    const results = await Promise.all(
      some.map((one) => studyOne(ports, one, platform, policies.get(one.view.companyId))),
    );
    for (const [n, result] of results.entries())
      if (typeof result === 'string') missing.add(result, some[n] as DetectFigures);
      else studies.push(result);
  }
  return { studies, notReplayed: missing.groups() };
}

/** Dollars a month that hang on TTLs; no TTL can save more. */
function mostToGain({ terms }: DetectFigures): number {
  return (terms['redis.storage'] ?? 0) + (terms['mongodb.queries'] ?? 0);
}

/** @returns why it cannot be told, where it cannot */
async function studyOne(
  ports: Ports,
  figures: DetectFigures,
  platform: PlatformFigures,
  policy: CachePolicy | undefined,
): Promise<TtlStudy | string> {
  const { companyId, companyName } = figures.view;
  if (policy?.cachingEnabled === false) return 'caching is turned off for it';
  const { accesses, sampledShare, hits, misses } = await readTrace(ports.redis.client, companyId);
  if (hits + misses === 0) return 'no accesses were recorded';
  const separators = new KeyTemplates(ports.config.keyTemplates).terminators;
  const observed = observedLifetimes(accesses, separators);
  if (observed === null) return 'how long values live was not recorded, or they never expire';
  const trace = accessTrace(accesses);
  const options = { refreshOnWrite: true, sampledShare };
  const segments = policy?.segments ?? [];
  const lifetimesWith: Studied['lifetimesWith'] = (ttl) => {
    // What the policy says of single segments goes before what it says of all keys.
    const bounds = { minTtlSeconds: ttl, maxTtlSeconds: ttl, segments };
    const under = lifetimesUnder([bounds], separators, observed);
    return segments.length === 0 ? ttl * SECOND_MS : (access) => under(access) as number;
  };
  const modelled = simulateLifetime(trace, observed.of, options).meanLiveBytes;
  const study = studyTtls({
    ...{ companyId, companyName, trace, options, observed, lifetimesWith },
    recordedHitRate: (hits / (hits + misses)) * 100,
    basis: basisOf(figures, platform, modelled),
    fixedCost: (figures.terms['redis.baseShare'] ?? 0) + (figures.terms['mongodb.storage'] ?? 0),
  });
  return study ?? 'too little data: record more for a time (`rcm ttl set COMPANY --events-max 16384`)';
}

/** Policies that cannot be read are none: that is told of. */
async function readPolicies({ store }: Ports, warnings: string[]): Promise<Map<string, CachePolicy>> {
  // That the store is away has been said.
  if (store instanceof RcmError) return new Map();
  try {
    return new Map((await store.policies.list()).map((policy) => [policy.companyId, policy]));
  } catch (error) {
    warnings.push(`Policies could not be read, so other TTLs were tried as if there were none: ${messageOf(error)}`);
    return new Map();
  }
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

/** Why companies could not be studied: a thousand of which nothing is recorded are one line. */
class Missing {
  readonly #groups = new Map<string, RecommendReport['notReplayed'][number]>();

  add(why: string, { view }: DetectFigures): void {
    const group = this.#groups.get(why) ?? { why, companies: 0, examples: [] };
    this.#groups.set(why, group);
    group.companies += 1;
    if (group.examples.length < MOST_NAMED) group.examples.push(view.companyId);
  }

  groups(): RecommendReport['notReplayed'] {
    return [...this.#groups.values()]
      .map((group) => ({ ...group, examples: group.examples.sort() }))
      .sort((a, b) => b.companies - a.companies || (a.why < b.why ? -1 : 1));
  }
}
