import { companyBudget } from './budget.js';
import type { CompanyUsage } from './company.js';
import type { CompanyView, PlatformStats } from './company-view.js';
import { type BaseShareRule, baseShares, type CostInput, companyCosts, queriesPerMonth } from './cost.js';
import { formatBytes } from './format.js';
import { companyHealth } from './health.js';
import { avgResponseMs, hitRate } from './hit-rate.js';
import type { PricingConfig } from './pricing.js';
import type { CompanySource } from './snapshot.js';

/** What was measured of one company, before any judgement. `null` is unknown. */
export interface CompanyFacts {
  companyId: string;
  companyName: string | null;
  orphan: boolean | null;
  keys: number;
  cacheBytes: number;
  hits: number | null;
  misses: number | null;
  errors: number | null;
  /** Microseconds spent reading. */
  readUs: number | null;
  /** Time from the first recorded slot of the window to its end, in milliseconds; 0 when nothing was recorded. */
  coveredMs: number;
  clears24h: number | null;
  usage: CompanyUsage;
}

/** What was measured of the platform. */
export interface PlatformFacts {
  source: CompanySource;
  redisUsedMemoryBytes: number | null;
  uptimeSeconds: number | null;
}

export interface Rules {
  /** null when the prices and budgets could not be read. */
  pricing: PricingConfig | null;
  baseShare: BaseShareRule;
}

/** Costs, budgets and health of every company and the platform, from what was measured (DESIGN §5). Keeps the order. */
export function evaluate(
  facts: readonly CompanyFacts[],
  platform: PlatformFacts,
  rules: Rules,
): { companies: CompanyView[]; platformStats: PlatformStats } {
  const shares = companyShares(facts, platform.source, rules);
  const companies = facts.map((company) =>
    evaluateCompany(company, shares.get(company.companyId) ?? null, rules.pricing),
  );
  return { companies, platformStats: platformStats(facts, companies, platform, rules.pricing, shares.size > 0) };
}

/** Who carries a share of the base cost, and how much: the companies of the collection. Orphans carry 0; with the collection unread nobody's share is known. */
export function companyShares(
  facts: readonly Pick<CompanyFacts, 'companyId' | 'cacheBytes' | 'orphan'>[],
  source: CompanySource,
  { pricing, baseShare }: Rules,
): Map<string, number> {
  if (pricing === null || source === 'unread') return new Map();
  const sharing = facts.filter((c) => c.orphan !== true);
  if (sharing.length === 0) return new Map();
  const shares = baseShares(sharing, pricing.providers.redis.baseServiceCost, baseShare);
  for (const orphan of facts) if (orphan.orphan === true) shares.set(orphan.companyId, 0);
  return shares;
}

/** What a company's costs are computed from. @param baseShare dollars; null where unknown */
export function costInput(facts: CompanyFacts, baseShare: number | null): CostInput {
  const { storageBytes, minutes, recordingBytes } = facts.usage;
  return {
    cacheBytes: facts.cacheBytes,
    baseShare: facts.orphan === true ? 0 : baseShare,
    storageBytes,
    queriesPerMonth: queriesPerMonth(facts.misses, facts.coveredMs),
    minutes,
    recordingBytes,
  };
}

/** Costs, budget and health of one company (DESIGN §5). @param baseShare dollars of Redis's base cost; null where unknown */
export function evaluateCompany(
  facts: CompanyFacts,
  baseShare: number | null,
  pricing: PricingConfig | null,
): CompanyView {
  const { usage } = facts;
  const costs = companyCosts(costInput(facts, baseShare), pricing?.providers ?? null);
  const budget = companyBudget(costs, pricing?.budgets ?? null, facts.companyId);
  const rate = hitRate(facts.hits, facts.misses);
  const response = avgResponseMs((facts.hits ?? 0) + (facts.misses ?? 0), facts.readUs);
  return {
    companyId: facts.companyId,
    companyName: facts.companyName,
    orphan: facts.orphan,
    status: companyHealth({ hitRate: rate, budget, avgResponseMs: response, clears24h: facts.clears24h }),
    metrics: {
      cacheBytes: facts.cacheBytes,
      cacheSize: formatBytes(facts.cacheBytes),
      keys: facts.keys,
      hitRate: rate,
      avgResponseMs: response,
      cost: costs.infrastructure,
      callsPerDay: usage.calls === null ? null : usage.calls / 30,
      clears24h: facts.clears24h,
    },
    costs,
    budget,
    issues: [],
    recommendations: [],
  };
}

function platformStats(
  facts: readonly CompanyFacts[],
  companies: readonly CompanyView[],
  platform: PlatformFacts,
  pricing: PricingConfig | null,
  shared: boolean,
): PlatformStats {
  const sum = (of: (company: CompanyFacts) => number) => facts.reduce((total, company) => total + of(company), 0);
  const totalMemoryBytes = sum((c) => c.cacheBytes);
  const count = (code: string) => companies.filter((c) => c.status.code === code).length;
  const base = pricing && (shared ? 0 : pricing.providers.redis.baseServiceCost);
  return {
    totalMemoryBytes,
    totalMemory: formatBytes(totalMemoryBytes),
    avgHitRate: hitRate(
      sum((c) => c.hits ?? 0),
      sum((c) => c.misses ?? 0),
    ),
    totalCost: pricing && companies.reduce((total, c) => total + (c.costs.infrastructure ?? 0), 0),
    unallocatedCost: pricing && pricing.providers.mongodb.baseTierCost + (base ?? 0),
    redisUsedMemoryBytes: platform.redisUsedMemoryBytes,
    uptimeSeconds: platform.uptimeSeconds,
    companies: {
      total: companies.length,
      healthy: count('healthy'),
      warning: count('warning'),
      critical: count('critical'),
      unknown: count('unknown'),
    },
  };
}

/** What the whole platform costs a month in dollars: its companies and what is allocated to none; null where unknown. */
export function platformCost({ totalCost, unallocatedCost }: PlatformStats): number | null {
  return totalCost === null || unallocatedCost === null ? null : totalCost + unallocatedCost;
}
