import type { Config } from '../../config/schema.js';
import { type CompanyFacts, evaluate } from '../../domain/evaluate.js';
import type { CompanySnapshot } from '../../domain/snapshot.js';
import { DAY_MS } from '../../domain/units.js';
import { windowEndingAt } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { type CompaniesResult, worstFirst } from './companies.js';

/**
 * The same report from the newest snapshot, at today's prices and budgets: no Redis is asked.
 * @throws RCM_SNAPSHOT_MISSING when there is none
 */
export async function companiesFromSnapshot(store: Store, config: Config, now: Date): Promise<CompaniesResult> {
  const snapshot = await store.snapshots.latest(now);
  if (snapshot === null)
    throw new RcmError(
      'RCM_SNAPSHOT_MISSING',
      `There is no snapshot in ${store.location}`,
      'Record one with `rcm snapshot`.',
    );
  const pricing = await store.pricing.get();
  const { takenAt, companySource, redisUsedMemoryBytes, redisUptimeSeconds } = snapshot.platform;
  const platform = { source: companySource, redisUsedMemoryBytes, uptimeSeconds: redisUptimeSeconds };
  const { companies, platformStats } = evaluate(snapshot.companies.map(factsOf), platform, {
    pricing,
    baseShare: config.costs.baseShare,
  });
  const ageSeconds = Math.max(0, Math.round((now.getTime() - takenAt.getTime()) / 1000));
  return {
    report: {
      generatedAt: now,
      window: windowEndingAt(takenAt, DAY_MS),
      snapshot: { takenAt, ageSeconds },
      usageMeasuredAt: takenAt,
      companies: companies.sort(worstFirst),
      platformStats,
      warnings: snapshot.platform.warnings,
    },
    complete: true,
  };
}

function factsOf(row: CompanySnapshot): CompanyFacts {
  const { storageBytes, calls, minutes, recordingBytes } = row;
  return { ...row, usage: { storageBytes, calls, minutes, recordingBytes } };
}
