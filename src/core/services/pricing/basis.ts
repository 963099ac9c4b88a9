import type { ImpactBasis } from '../../domain/pricing-change/impact.js';
import { DAY_MS, HOUR_MS } from '../../domain/units.js';
import { messageOf, RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import type { Store } from '../../store/store.js';
import { surveyFromSnapshot } from '../companies/from-snapshot.js';
import { type Survey, survey } from '../companies/survey.js';
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
    return basisOf((await recentSnapshot(ports)) ?? (await measureNow(ports)), ports, warnings);
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    if (!(error instanceof RcmError)) throw error;
    warnings.push(`What the change does cannot be told: ${messageOf(error)}`);
    return null;
  }
}

async function recentSnapshot({ store, config, clock }: PricingPorts): Promise<Survey | null> {
  const now = clock();
  const latest = await store.snapshots.latestPlatform(now);
  if (latest === null || now.getTime() - latest.takenAt.getTime() >= NEWEST_MS) return null;
  return surveyFromSnapshot(store, config, now);
}

async function measureNow(ports: PricingPorts): Promise<Survey> {
  return survey({ ...ports, redis: await ports.redis() }, DAY_MS);
}

function basisOf(
  { facts, snapshot, generatedAt, warnings: told }: Survey,
  ports: PricingPorts,
  warnings: string[],
): MeasuredBasis {
  warnings.push(...told);
  return {
    ...facts,
    baseShare: ports.config.costs.baseShare,
    source: snapshot === null ? 'measured' : 'snapshot',
    measuredAt: snapshot?.takenAt ?? generatedAt,
  };
}
