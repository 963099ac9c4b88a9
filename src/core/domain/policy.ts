import { keySegment } from './key-segment.js';

/** The TTL of a stored key is raised to at least, lowered to at most, these seconds. The maximum wins. */
export interface TtlBounds {
  minTtlSeconds: number | null;
  maxTtlSeconds: number | null;
}

/** Bounds for the keys of one segment: what stands before the first separator (`keySegment`). */
export interface SegmentTtl extends TtlBounds {
  segment: string;
}

/** The policy for every company that has none of its own for something: no company has this id. */
export const DEFAULT_POLICY_ID = '';

/** What the application must do for one company. Absent limits (`null`) leave the application's own choice. */
export interface CachePolicy extends TtlBounds {
  /** DEFAULT_POLICY_ID: of all companies. */
  companyId: string;
  /** By segment, which go before the bounds for all keys; in the order of their names. */
  segments: SegmentTtl[];
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

type Limits = Pick<CachePolicy, 'minTtlSeconds' | 'maxTtlSeconds' | 'segments'>;

/**
 * The bounds that hold for a key: those of the first of these that has any: the company's for its segment, the company's
 * for all keys, the default's for its segment, the default's for all keys.
 * @param key without its template's part
 * @param separators characters that end a segment
 */
export function ttlBoundsOf(
  policies: readonly (Limits | null)[],
  key: string,
  separators: readonly string[],
): TtlBounds {
  for (const policy of policies) {
    if (policy === null) continue;
    const bySegment =
      policy.segments.length === 0
        ? undefined
        : policy.segments.find(({ segment }) => segment === keySegment(key, separators));
    for (const bounds of [bySegment, policy])
      if (bounds !== undefined && (bounds.minTtlSeconds !== null || bounds.maxTtlSeconds !== null)) return bounds;
  }
  return { minTtlSeconds: null, maxTtlSeconds: null };
}

/**
 * The seconds that a key lives which the application wants to live `asked` seconds; null: until it is removed. A maximum
 * also limits what would stay for ever.
 */
export function boundedTtl(
  asked: number | null,
  { minTtlSeconds: least, maxTtlSeconds: most }: TtlBounds,
): number | null {
  if (asked === null) return most;
  return Math.min(Math.max(asked, least ?? 0), most ?? Number.POSITIVE_INFINITY);
}
