import type { ProviderPrices } from './pricing.js';
import { GB, MB, MONTH_MS } from './units.js';

/** How `redis.baseServiceCost` is shared among the companies of the collection. */
export const BASE_SHARE_RULES = ['equal', 'proportional'] as const;
export type BaseShareRule = (typeof BASE_SHARE_RULES)[number];

/** The parts of a cost that can be unknown, as `costs.unknown` names them. */
export type CostTerm =
  | 'redis.storage'
  | 'redis.baseShare'
  | 'mongodb.storage'
  | 'mongodb.queries'
  | 'twilio.calls'
  | 'twilio.recordings';

export interface CostInput {
  cacheBytes: number;
  /** Dollars of the base service cost; null when it cannot be known which companies share it. */
  baseShare: number | null;
  storageBytes: number | null;
  queriesPerMonth: number | null;
  minutes: number | null;
  recordingBytes: number | null;
}

/** Dollars per month, unrounded. A cost is null when every term of it is unknown. */
export interface CompanyCosts {
  redis: number | null;
  mongodb: number | null;
  infrastructure: number | null;
  twilio: number | null;
  unknown: CostTerm[];
}

/**
 * Shares of the base service cost per company, in dollars; they sum to `base` (DESIGN §5, Redis cost). Orphans must not
 * be among `companies`: they carry no share. Proportional falls back to equal when every cache is empty.
 */
export function baseShares(
  companies: readonly { companyId: string; cacheBytes: number }[],
  base: number,
  rule: BaseShareRule,
): Map<string, number> {
  const total = rule === 'proportional' ? companies.reduce((sum, c) => sum + c.cacheBytes, 0) : 0;
  const shareOf = (bytes: number): number => (total > 0 ? base * (bytes / total) : base / companies.length);
  return new Map(companies.map((c) => [c.companyId, shareOf(c.cacheBytes)]));
}

/** Queries that reach MongoDB in a month: misses × 30 days ÷ time covered (DESIGN §5). Null when nothing was recorded. */
export function queriesPerMonth(misses: number | null, coveredMs: number): number | null {
  return misses === null || coveredMs <= 0 ? null : (misses * MONTH_MS) / coveredMs;
}

/**
 * The costs of one company (DESIGN §5). A cost with an unknown term is the sum of the known ones.
 * @param prices null when the prices could not be read: then every term is unknown
 */
export function companyCosts(input: CostInput, prices: ProviderPrices | null): CompanyCosts {
  const unknown: CostTerm[] = [];
  const term = (name: CostTerm, quantity: number | null, price: number | undefined): number | null => {
    if (quantity !== null && price !== undefined) return quantity * price;
    unknown.push(name);
    return null;
  };
  const redis = sumKnown(
    term('redis.storage', input.cacheBytes / MB, prices?.redis.storageCostPerMB),
    term('redis.baseShare', input.baseShare, prices === null ? undefined : 1),
  );
  const mongodb = sumKnown(
    term('mongodb.storage', perUnit(input.storageBytes, GB), prices?.mongodb.storageCostPerGB),
    term('mongodb.queries', input.queriesPerMonth, prices?.mongodb.queryCost),
  );
  const twilio = sumKnown(
    term('twilio.calls', input.minutes, prices?.twilio.perCallCostPerMinute),
    term('twilio.recordings', perUnit(input.recordingBytes, GB), prices?.twilio.recordingStoragePerGB),
  );
  return { redis, mongodb, infrastructure: sumKnown(redis, mongodb), twilio, unknown };
}

function perUnit(bytes: number | null, unit: number): number | null {
  return bytes === null ? null : bytes / unit;
}

function sumKnown(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}
