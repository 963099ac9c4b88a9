import type { CompanyView, PlatformStats } from '../../domain/company-view.js';
import { type CompanyFacts, evaluate, type PlatformFacts } from '../../domain/evaluate.js';
import type { PricingConfig } from '../../domain/pricing.js';
import { type NamedServer, type RedisTotals, redisTotals } from '../../domain/server-info.js';
import { type Window, windowEndingAt } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Ports } from '../ports.js';
import { type Measurement, type MeasureOptions, measure } from './facts.js';

/** The platform as it was measured, or as a snapshot remembers it: what `companies`, `stats` and `alerts` are made of. */
export interface Survey {
  generatedAt: Date;
  window: Window;
  /** The snapshot the figures are from; null when measured now. */
  snapshot: { takenAt: Date; ageSeconds: number } | null;
  usageMeasuredAt: Date | null;
  companies: CompanyView[];
  /** What the companies and the platform were judged from: other prices can be tried on it. */
  facts: { companies: CompanyFacts[]; platform: PlatformFacts };
  platformStats: PlatformStats;
  /** null when prices and budgets could not be read. */
  pricing: PricingConfig | null;
  /** What each primary says; null when one does not, and in snapshots, which keep only the totals. */
  servers: NamedServer[] | null;
  redis: RedisTotals;
  /** This tool's own keys in Redis, and how many companies have counters there. */
  own: { keys: number | null; bytes: number | null; activeCompanies: number | null };
  /** Keys that belong to nobody; null in snapshots. */
  otherKeys: number | null;
  store: Pick<Store, 'engine' | 'location'> | null;
  warnings: string[];
  /** false when a configured service could not be reached or read: exit 3. */
  complete: boolean;
}

/**
 * Measures the platform: one pass over the keyspace.
 * @param windowMs length of the window that hit rates cover
 * @throws RCM_REDIS_* when Redis cannot be read
 */
export async function survey(
  ports: Ports,
  windowMs: number,
  options: Omit<MeasureOptions, 'window'> = {},
): Promise<Survey> {
  const window = windowEndingAt(ports.clock(), windowMs);
  return surveyOf(ports, await measure(ports, { ...options, window }), window);
}

/** The same of what was measured already. */
export function surveyOf(
  { config, store }: Pick<Ports, 'config' | 'store'>,
  { companies: facts, platform, ...measured }: Measurement,
  window: Window,
): Survey {
  const { pricing, servers, scan } = measured;
  const rules = { pricing, baseShare: config.costs.baseShare };
  return {
    generatedAt: window.to,
    window,
    snapshot: null,
    usageMeasuredAt: measured.usageMeasuredAt,
    ...evaluate(facts, platform, rules),
    facts: { companies: facts, platform },
    pricing,
    servers,
    redis: redisTotals(servers),
    own: { ...scan.own, activeCompanies: scan.recorded.size },
    otherKeys: scan.otherKeys,
    store: storeOf(store),
    warnings: measured.warnings,
    complete: measured.complete,
  };
}

/** Where the durable state is; null when it could not be opened. */
export function storeOf(store: Store | RcmError): Survey['store'] {
  return store instanceof RcmError ? null : { engine: store.engine, location: store.location };
}
