import type { Config } from '../../config/schema.js';
import { type CompanyFacts, evaluate } from '../../domain/evaluate.js';
import { percentOf, redisTotals } from '../../domain/server-info.js';
import type { CompanySnapshot, PlatformSnapshot } from '../../domain/snapshot.js';
import { DAY_MS } from '../../domain/units.js';
import { windowEndingAt } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { type CompaniesResult, companiesOf } from './companies.js';
import { type Survey, storeOf } from './survey.js';

/**
 * The same report from the newest snapshot, at today's prices and budgets: no Redis is asked.
 * @throws RCM_SNAPSHOT_MISSING when there is none
 */
export async function companiesFromSnapshot(store: Store, config: Config, now: Date): Promise<CompaniesResult> {
  return companiesOf(await surveyFromSnapshot(store, config, now));
}

/**
 * The platform as the newest snapshot remembers it, at today's prices and budgets: no Redis is asked.
 * @throws RCM_SNAPSHOT_MISSING when there is none
 */
export async function surveyFromSnapshot(store: Store, config: Config, now: Date): Promise<Survey> {
  const snapshot = await store.snapshots.latest(now);
  if (snapshot === null)
    throw new RcmError(
      'RCM_SNAPSHOT_MISSING',
      `There is no snapshot in ${store.location}`,
      'Record one with `rcm snapshot`.',
    );
  const pricing = await store.pricing.get();
  const { takenAt, companySource, redisUsedMemoryBytes, redisUptimeSeconds, ...kept } = snapshot.platform;
  const platform = { source: companySource, redisUsedMemoryBytes, uptimeSeconds: redisUptimeSeconds };
  const facts = snapshot.companies.map(factsOf);
  const ageSeconds = Math.max(0, Math.round((now.getTime() - takenAt.getTime()) / 1000));
  return {
    generatedAt: now,
    window: windowEndingAt(takenAt, DAY_MS),
    snapshot: { takenAt, ageSeconds },
    usageMeasuredAt: takenAt,
    ...evaluate(facts, platform, { pricing, baseShare: config.costs.baseShare }),
    facts: { companies: facts, platform },
    pricing,
    servers: null,
    redis: totalsOf(snapshot.platform),
    own: { keys: kept.ownKeys, bytes: kept.ownBytes, activeCompanies: kept.activeCompanies },
    otherKeys: null,
    store: storeOf(store),
    warnings: kept.warnings,
    complete: true,
  };
}

/** What a snapshot keeps of the servers; the rest is unknown. */
function totalsOf(row: PlatformSnapshot): Survey['redis'] {
  return {
    ...redisTotals(null),
    usedMemoryBytes: row.redisUsedMemoryBytes,
    maxMemoryBytes: row.redisMaxMemoryBytes,
    usedPercent: percentOf(row.redisUsedMemoryBytes, row.redisMaxMemoryBytes),
    uptimeSeconds: row.redisUptimeSeconds,
    evictedKeys: row.redisEvictedKeys,
    expiredKeys: row.redisExpiredKeys,
  };
}

function factsOf(row: CompanySnapshot): CompanyFacts {
  const { storageBytes, calls, minutes, recordingBytes } = row;
  return { ...row, usage: { storageBytes, calls, minutes, recordingBytes } };
}
