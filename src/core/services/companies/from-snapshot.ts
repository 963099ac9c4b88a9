import type { Config } from '../../config/schema.js';
import { evaluate } from '../../domain/evaluate.js';
import { percentOf, redisTotals } from '../../domain/server-info.js';
import type { PlatformSnapshot } from '../../domain/snapshot.js';
import { DAY_MS } from '../../domain/units.js';
import { windowEndingAt } from '../../domain/window.js';
import type { Store } from '../../store/store.js';
import { type CompaniesResult, companiesOf } from './companies.js';
import { withOpenIssues } from './open-issues.js';
import { ageOf, snapshotFacts } from './snapshot-facts.js';
import { type Survey, storeOf } from './survey.js';

/**
 * The same report from the newest snapshot, at today's prices and budgets: no Redis is asked.
 * @throws RCM_SNAPSHOT_MISSING when there is none
 */
export async function companiesFromSnapshot(store: Store, config: Config, now: Date): Promise<CompaniesResult> {
  return companiesOf(await withOpenIssues(await surveyFromSnapshot(store, config, now), store));
}

/**
 * The platform as the newest snapshot remembers it, at today's prices and budgets: no Redis is asked.
 * @throws RCM_SNAPSHOT_MISSING when there is none
 */
export async function surveyFromSnapshot(store: Store, config: Config, now: Date): Promise<Survey> {
  const { companies, platform, recorded } = await snapshotFacts(store, now);
  const pricing = await store.pricing.get();
  const { takenAt, ...kept } = recorded;
  return {
    generatedAt: now,
    window: windowEndingAt(takenAt, DAY_MS),
    snapshot: { takenAt, ageSeconds: ageOf(recorded, now) },
    usageMeasuredAt: takenAt,
    ...evaluate(companies, platform, { pricing, baseShare: config.costs.baseShare }),
    facts: { companies, platform },
    pricing,
    servers: null,
    redis: totalsOf(recorded),
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
