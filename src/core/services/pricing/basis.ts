import type { ImpactBasis } from '../../domain/pricing-change/impact.js';
import { DAY_MS, HOUR_MS } from '../../domain/units.js';
import { messageOf, RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import type { Store } from '../../store/store.js';
import { snapshotFacts } from '../companies/snapshot-facts.js';
import type { Ports } from '../ports.js';

/** What changes of prices work with: Redis is only asked, and only then connected, where no snapshot will do. */
export interface PricingPorts extends Omit<Ports, 'redis' | 'store'> {
  store: Store;
  redis: () => Promise<RedisConnection>;
}

/** What the impact of a change is computed from. */
export interface MeasuredBasis extends ImpactBasis {
  source: 'snapshot' | 'measured';
  measuredAt: Date;
}

/** A snapshot that is older is not good enough to tell what a change does. */
const NEWEST_MS = HOUR_MS;

/**
 * Every company's figures: of the newest snapshot when it is under an hour old, else measured now. Where neither can be
 * had, null, with the reason among the warnings: a price can be set all the same.
 * @throws the signal's reason when it is aborted
 */
export async function impactBasis(ports: PricingPorts, warnings: string[]): Promise<MeasuredBasis | null> {
  try {
    return (await recentSnapshot(ports, warnings)) ?? (await measureNow(ports, warnings));
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    if (!(error instanceof RcmError)) throw error;
    warnings.push(`What the change does cannot be told: ${messageOf(error)}`);
    return null;
  }
}

async function recentSnapshot(ports: PricingPorts, warnings: string[]): Promise<MeasuredBasis | null> {
  const { store, config, clock } = ports;
  const now = clock();
  const latest = await store.snapshots.latestPlatform(now);
  if (latest === null || now.getTime() - latest.takenAt.getTime() >= NEWEST_MS) return null;
  const { companies, platform, recorded } = await snapshotFacts(store, now);
  warnings.push(...recorded.warnings);
  return {
    companies,
    platform,
    baseShare: config.costs.baseShare,
    source: 'snapshot',
    measuredAt: recorded.takenAt,
  };
}

async function measureNow(ports: PricingPorts, warnings: string[]): Promise<MeasuredBasis> {
  // The scan and its client are loaded only where something is measured: a preview from a snapshot starts without them.
  const { survey } = await import('../companies/survey.js');
  const measured = await survey({ ...ports, redis: await ports.redis() }, DAY_MS);
  warnings.push(...measured.warnings);
  return {
    ...measured.facts,
    baseShare: ports.config.costs.baseShare,
    source: 'measured',
    measuredAt: measured.generatedAt,
  };
}
