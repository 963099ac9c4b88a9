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
 * Each part of a company's cost in dollars per month (DESIGN §5): quantity × price; null where one of them is unknown.
 * @param prices null when the prices could not be read: then every term is unknown
 */
export function costTerms(input: CostInput, prices: ProviderPrices | null): Record<CostTerm, number | null> {
  const times = (quantity: number | null, price: number | undefined): number | null =>
    quantity === null || price === undefined ? null : quantity * price;
  return {
    'redis.storage': times(input.cacheBytes / MB, prices?.redis.storageCostPerMB),
    'redis.baseShare': prices && input.baseShare,
    'mongodb.storage': times(perUnit(input.storageBytes, GB), prices?.mongodb.storageCostPerGB),
    'mongodb.queries': times(input.queriesPerMonth, prices?.mongodb.queryCost),
    'twilio.calls': times(input.minutes, prices?.twilio.perCallCostPerMinute),
    'twilio.recordings': times(perUnit(input.recordingBytes, GB), prices?.twilio.recordingStoragePerGB),
  };
}

/** The costs of one company (DESIGN §5). A cost with an unknown term is the sum of the known ones. @param prices as for `costTerms` */
export function companyCosts(input: CostInput, prices: ProviderPrices | null): CompanyCosts {
  const terms = costTerms(input, prices);
  const redis = sumKnown(terms['redis.storage'], terms['redis.baseShare']);
  const mongodb = sumKnown(terms['mongodb.storage'], terms['mongodb.queries']);
  const twilio = sumKnown(terms['twilio.calls'], terms['twilio.recordings']);
  const unknown = (Object.keys(terms) as CostTerm[]).filter((name) => terms[name] === null);
  return { redis, mongodb, infrastructure: sumKnown(redis, mongodb), twilio, unknown };
}

function perUnit(bytes: number | null, unit: number): number | null {
  return bytes === null ? null : bytes / unit;
}

function sumKnown(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}
