import type { AlertFacts } from '../../../../../src/core/domain/alerts/alert.js';
import { type CompanyFacts, evaluate } from '../../../../../src/core/domain/evaluate.js';
import { DEFAULT_PRICING, type PricingConfig } from '../../../../../src/core/domain/pricing.js';
import type { NamedServer } from '../../../../../src/core/domain/server-info.js';
import { parseServerInfo } from '../../../../../src/core/redis/server-info.js';

export const NOW = new Date('2026-03-01T12:00:00Z');
export const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
const MB = 1_048_576;

/** A healthy company within its budgets. */
export const company = (companyId: string, change: Partial<CompanyFacts> = {}): CompanyFacts => ({
  companyId,
  companyName: `Name of ${companyId}`,
  orphan: false,
  keys: 1,
  cacheBytes: MB,
  hits: 98,
  misses: 2,
  errors: 0,
  readUs: 40_000,
  coveredMs: 86_400_000,
  clears24h: 0,
  usage: { storageBytes: 0, calls: 0, minutes: 0, recordingBytes: 0 },
  ...change,
});

/** Prices that make one megabyte of cache, one gigabyte of storage and one minute of calls a dollar each, and budgets of 100. */
export const PRICES: PricingConfig = {
  ...structuredClone(DEFAULT_PRICING),
  providers: {
    mongodb: { storageCostPerGB: 1, queryCost: 0, baseTierCost: 0 },
    redis: { storageCostPerMB: 1, baseServiceCost: 0 },
    twilio: { recordingStoragePerGB: 0, perCallCostPerMinute: 1 },
  },
  budgets: {
    defaultPerCompany: { cache: 100, storage: 100, calls: 100 },
    thresholds: { warningPercent: 80, criticalPercent: 120 },
    customBudgets: [],
  },
};

/** As the platform judges them. @param pricing null when prices could not be read */
export function views(list: CompanyFacts[], pricing: PricingConfig | null = PRICES) {
  const platform = { source: 'collection' as const, redisUsedMemoryBytes: null, uptimeSeconds: null };
  return evaluate(list, platform, { pricing, baseShare: 'equal' }).companies;
}

export const server = (change: Partial<NamedServer> = {}): NamedServer => ({
  ...parseServerInfo(''),
  label: 'redis:6379',
  ...change,
});

/** Nothing is wrong, and all is known. */
export const facts = (change: Partial<AlertFacts> = {}): AlertFacts => ({
  companies: [],
  complete: true,
  memory: [],
  redis: { evictedKeys: 0, uptimeSeconds: 1000 },
  servers: [],
  failedReplicas: [],
  lastSnapshot: 'none',
  evictionsSince: null,
  measuredAt: NOW,
  now: NOW,
  ...change,
});
