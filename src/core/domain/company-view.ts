import type { Budget } from './budget.js';
import type { CompanyCosts } from './cost.js';
import type { Status } from './health.js';

/** One company wherever it appears (DESIGN §6). Money in dollars per month, unrounded; `null` is unknown. */
export interface CompanyView {
  companyId: string;
  companyName: string | null;
  orphan: boolean | null;
  status: Status;
  metrics: {
    cacheBytes: number;
    cacheSize: string;
    keys: number;
    /** Percent. */
    hitRate: number | null;
    avgResponseMs: number | null;
    /** = costs.infrastructure */
    cost: number | null;
    callsPerDay: number | null;
    clears24h: number | null;
  };
  costs: CompanyCosts;
  budget: Budget;
  issues: string[];
  recommendations: string[];
}

/** The platform as a whole: sums over the companies, orphans included; Redis's own figures apart. */
export interface PlatformStats {
  totalMemoryBytes: number;
  totalMemory: string;
  avgHitRate: number | null;
  totalCost: number | null;
  /** Dollars that belong to no company: MongoDB's base tier, and Redis's base where nobody shares it. */
  unallocatedCost: number | null;
  redisUsedMemoryBytes: number | null;
  uptimeSeconds: number | null;
  companies: { total: number; healthy: number; warning: number; critical: number; unknown: number };
}
