import type { CompanyView } from '../domain/company-view.js';
import { type CompanyFacts, evaluate } from '../domain/evaluate.js';
import { redisTotals } from '../domain/server-info.js';
import type { CompanySnapshot, Snapshot } from '../domain/snapshot.js';
import { DAY_MS } from '../domain/units.js';
import { windowEndingAt } from '../domain/window.js';
import { RcmError } from '../errors.js';
import { measure } from './companies/facts.js';
import { assertHeld, takeLock } from './lock.js';
import type { Ports } from './ports.js';

/** What a run did. `busy`: another run is at it, and nothing was recorded. */
export type SnapshotResult =
  | { recorded: false; busy: true }
  | { recorded: true; takenAt: Date; companies: number; warnings: string[]; complete: boolean };

/**
 * Records every company's figures and the platform's, and applies retention. One at a time.
 * @throws RCM_REDIS_*, RCM_MONGODB_*, RCM_STORE_*: then nothing is recorded
 */
export async function takeSnapshot(ports: Ports): Promise<SnapshotResult> {
  const { store } = ports;
  if (store instanceof RcmError) throw store;
  const warnings: string[] = [];
  const lock = await takeLock(ports, 'snapshot');
  if (lock === null) return { recorded: false, busy: true };
  if (lock.warning !== null) warnings.push(lock.warning);
  try {
    // Prices first: a store that cannot be read will not take a snapshot either.
    await store.pricing.get();
    const takenAt = ports.clock();
    const measurement = await measure(ports, { window: windowEndingAt(takenAt, DAY_MS), fresh: true });
    warnings.push(...measurement.warnings);
    assertHeld(lock, 'snapshot');
    const { companies, platformStats } = evaluate(measurement.companies, measurement.platform, {
      pricing: measurement.pricing,
      baseShare: ports.config.costs.baseShare,
    });
    const redis = redisTotals(measurement.servers);
    const snapshot: Snapshot = {
      platform: {
        takenAt,
        companySource: measurement.platform.source,
        companies: companies.length,
        totalBytes: platformStats.totalMemoryBytes,
        totalCost: platformStats.totalCost ?? 0,
        unallocatedCost: platformStats.unallocatedCost ?? 0,
        redisUsedMemoryBytes: platformStats.redisUsedMemoryBytes,
        redisUptimeSeconds: platformStats.uptimeSeconds,
        redisMaxMemoryBytes: redis.maxMemoryBytes,
        redisEvictedKeys: redis.evictedKeys,
        redisExpiredKeys: redis.expiredKeys,
        ownKeys: measurement.scan.own.keys,
        ownBytes: measurement.scan.own.bytes,
        activeCompanies: measurement.scan.recorded.size,
        warnings,
      },
      companies: companies.map((view, i) => row(view, measurement.companies[i] as CompanyFacts, takenAt)),
    };
    await store.snapshots.insert(snapshot);
    await store.snapshots.prune(takenAt, ports.config.retention);
    await store.activity.prune(takenAt, ports.config.retention);
    await store.issues.prune(takenAt, ports.config.retention);
    return { recorded: true, takenAt, companies: companies.length, warnings, complete: measurement.complete };
  } finally {
    await lock.lease?.release().catch(() => undefined);
  }
}

function row(view: CompanyView, facts: CompanyFacts, takenAt: Date): CompanySnapshot {
  const { usage, ...measured } = facts;
  return {
    ...measured,
    ...usage,
    takenAt,
    redisCost: view.costs.redis ?? 0,
    mongodbCost: view.costs.mongodb,
    twilioCost: view.costs.twilio,
    score: view.status.score,
    status: view.status.code,
  };
}
