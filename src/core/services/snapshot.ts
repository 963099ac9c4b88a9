import type { CompanyView } from '../domain/company-view.js';
import type { BaseShareRule } from '../domain/cost.js';
import { type CompanyFacts, evaluate } from '../domain/evaluate.js';
import { redisTotals } from '../domain/server-info.js';
import type { CompanySnapshot, Snapshot } from '../domain/snapshot.js';
import { DAY_MS } from '../domain/units.js';
import { windowEndingAt } from '../domain/window.js';
import { messageOf, RcmError } from '../errors.js';
import { redisError } from '../redis/redis-error.js';
import type { Store } from '../store/store.js';
import { type Measurement, measure } from './companies/facts.js';
import { assertHeld, takeLockOfLiving } from './lock.js';
import type { Ports } from './ports.js';
import { copyEvents } from './snapshot/copy-events.js';
import { mirrorPolicies } from './snapshot/mirror-policies.js';
import type { SnapshotReport } from './snapshot/report.js';
import { assertClock, retain } from './snapshot/retain.js';
import { rollCounters } from './snapshot/roll-counters.js';

/** What a run did. */
export type SnapshotResult = SnapshotReport;

export interface SnapshotOptions {
  /** Does nothing when the newest complete snapshot is younger than so many milliseconds. */
  ifOlderThanMs?: number;
}

/**
 * Records every company's figures and the platform's; copies closed hours of counters and sampled events from Redis into the
 * store, where they outlive it; mirrors policies to Redis again; applies retention. One at a time. Everything may be done
 * again: what is there already is not written twice, what is missing is caught up with while Redis still holds it.
 * @throws RCM_REDIS_*, RCM_MONGODB_*, RCM_STORE_*: then no figures are recorded. What fails after them is a warning, and
 * `complete` is false
 */
export async function takeSnapshot(ports: Ports, options: SnapshotOptions = {}): Promise<SnapshotResult> {
  const { store } = ports;
  if (store instanceof RcmError) throw store;
  const warnings: string[] = [];
  const lock = await takeLockOfLiving(ports, 'snapshot');
  if (lock === null) return { recorded: false, busy: true };
  if (lock.warning !== null) warnings.push(lock.warning);
  try {
    const newest = await youngSnapshot(store, ports.clock(), options);
    if (newest !== null) return { recorded: false, busy: false, newest };
    // Prices first: a store that cannot be read will not take a snapshot either.
    await store.pricing.get();
    const takenAt = ports.clock();
    // Usage as it was read in the last 15 minutes will do: a run every 5 minutes must not sum up MongoDB's collections each time.
    const measurement = await measure(ports, { window: windowEndingAt(takenAt, DAY_MS) });
    warnings.push(...measurement.warnings);
    assertHeld(lock, 'snapshot');
    const snapshot = snapshotOf(measurement, takenAt, warnings, ports.config.costs.baseShare);
    await store.snapshots.insert(snapshot);
    let { complete } = measurement;
    const step = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
      assertHeld(lock, 'snapshot');
      try {
        return await work();
      } catch (error) {
        if (ports.signal?.aborted) throw ports.signal.reason;
        complete = false;
        warnings.push(`${what}: ${messageOf(redisError(error, ports.redis.label))}`);
        return null;
      }
    };
    const ids = [...measurement.scan.recorded];
    // Streams live longer than counters: who recorded nothing for two days may have events that are not copied yet.
    const all = [...new Set([...ids, ...snapshot.companies.map(({ companyId }) => companyId)])];
    const counters = await step('Counters were not all copied', () => rollCounters(ports, store, ids, takenAt));
    const events = await step('Access events were not all copied', () => copyEvents(ports, store, all));
    const policies = await step('Policies were not mirrored', () => mirrorPolicies(ports, store, warnings));
    const retention = await step('Retention was not applied', async () => {
      await assertClock(ports, takenAt);
      return retain(store, takenAt, ports.config.retention, ports.signal);
    });
    const companies = snapshot.companies.length;
    return { recorded: true, takenAt, companies, counters, events, policies, retention, warnings, complete };
  } finally {
    await lock.lease?.release().catch(() => undefined);
  }
}

/**
 * When the newest complete snapshot was taken, if it is younger than asked for; null when one is due. One from the future
 * (the clock was moved back) is not young.
 */
export async function youngSnapshot(
  store: Pick<Store, 'snapshots'>,
  now: Date,
  { ifOlderThanMs }: SnapshotOptions,
): Promise<Date | null> {
  if (ifOlderThanMs === undefined) return null;
  const newest = (await store.snapshots.latestPlatform(now))?.takenAt ?? null;
  return newest !== null && now.getTime() - newest.getTime() < ifOlderThanMs ? newest : null;
}

function snapshotOf(
  measurement: Measurement,
  takenAt: Date,
  warnings: readonly string[],
  baseShare: BaseShareRule,
): Snapshot {
  const { companies, platformStats } = evaluate(measurement.companies, measurement.platform, {
    pricing: measurement.pricing,
    baseShare,
  });
  const redis = redisTotals(measurement.servers);
  return {
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
      warnings: [...warnings],
    },
    companies: companies.map((view, i) => row(view, measurement.companies[i] as CompanyFacts, takenAt)),
  };
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
