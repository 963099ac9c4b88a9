import type { CompanyView } from '../domain/company-view.js';
import { type CompanyFacts, evaluate } from '../domain/evaluate.js';
import type { CompanySnapshot, Snapshot } from '../domain/snapshot.js';
import { DAY_MS } from '../domain/units.js';
import { windowEndingAt } from '../domain/window.js';
import { RcmError } from '../errors.js';
import { acquireLease, type Lease } from '../redis/lease.js';
import { redisError } from '../redis/redis-error.js';
import { measure } from './companies/facts.js';
import type { Ports } from './ports.js';

const LEASE_MS = 60_000;

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
  const lease = await lock(ports, warnings);
  if (lease === null) return { recorded: false, busy: true };
  try {
    // Prices first: a store that cannot be read will not take a snapshot either.
    await store.pricing.get();
    const takenAt = ports.clock();
    const measurement = await measure(ports, { window: windowEndingAt(takenAt, DAY_MS), fresh: true });
    warnings.push(...measurement.warnings);
    if (lease !== 'none' && lease.lost)
      throw new RcmError(
        'RCM_CONFLICT',
        'Another snapshot took over while this one ran: nothing was recorded',
        'Look whether Redis was unreachable for a minute, and run it again.',
      );
    const { companies, platformStats } = evaluate(measurement.companies, measurement.platform, {
      pricing: measurement.pricing,
      baseShare: ports.config.costs.baseShare,
    });
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
        warnings,
      },
      companies: companies.map((view, i) => row(view, measurement.companies[i] as CompanyFacts, takenAt)),
    };
    await store.snapshots.insert(snapshot);
    await store.snapshots.prune(takenAt, ports.config.retention);
    await store.activity.prune(takenAt, ports.config.retention);
    return { recorded: true, takenAt, companies: companies.length, warnings, complete: measurement.complete };
  } finally {
    if (lease !== 'none') await lease.release().catch(() => undefined);
  }
}

/** The lease; null when another holds it; 'none' where Redis may not be written: two snapshots at once do no harm. */
async function lock(ports: Ports, warnings: string[]): Promise<Lease | null | 'none'> {
  try {
    return await acquireLease(ports.redis.client, 'snapshot', { ttlMs: LEASE_MS });
  } catch (error) {
    if (!/NOPERM|READONLY|OOM|MISCONF/.test(String(error))) throw redisError(error, ports.redis.label);
    warnings.push('Redis cannot be written: two snapshots at once cannot be kept apart.');
    return 'none';
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
