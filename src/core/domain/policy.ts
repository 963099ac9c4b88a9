/** What the application must do for one company. Absent limits (`null`) leave the application's own choice. */
export interface CachePolicy {
  companyId: string;
  /** The TTL of a stored key is raised to at least, lowered to at most, these seconds. */
  minTtlSeconds: number | null;
  maxTtlSeconds: number | null;
  /** false: reads go to the loader and nothing is stored. */
  cachingEnabled: boolean;
  /** Seconds between two whole-company invalidations (config updates). */
  minUpdateIntervalSeconds: number | null;
  /** Longest event stream kept in Redis for this company: 512 by default, at most 16,384. */
  eventsMax: number | null;
  /** Why a person should look at this company. */
  reviewReason: string | null;
  version: number;
  setBy: string;
  setAt: Date;
  reason: string;
}

export const DEFAULT_EVENTS_MAX = 512;
export const LARGEST_EVENTS_MAX = 16_384;
