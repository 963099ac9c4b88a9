import type { SegmentTtl, TtlBounds } from '../policy.js';
import { type FixFacts, NO_POLICY_CONTENT, type PolicyContent } from './plan.js';

/**
 * What a company's own policy must say so that it may be given bounds for all keys and nothing of the default policy is lost:
 * bounds of its own hide the default's (`ttlBoundsOf`).
 */
export function ownPolicy({ policy, fallback }: Pick<FixFacts, 'policy' | 'fallback'>): PolicyContent {
  const own = policy ?? NO_POLICY_CONTENT;
  if (fallback === null || own.minTtlSeconds !== null || own.maxTtlSeconds !== null) return { ...own };
  const known = new Set(own.segments.map(({ segment }) => segment));
  return {
    ...own,
    minTtlSeconds: fallback.minTtlSeconds,
    maxTtlSeconds: fallback.maxTtlSeconds,
    segments: [...own.segments, ...fallback.segments.filter(({ segment }) => !known.has(segment))].sort(bySegment),
  };
}

/** The same with every bound changed, of all keys and of each segment that has any. */
export function withBounds(policy: PolicyContent, change: (bounds: TtlBounds) => TtlBounds): PolicyContent {
  return {
    ...policy,
    ...change(policy),
    segments: policy.segments.map(({ segment, ...bounds }) => ({
      segment,
      ...(bounds.minTtlSeconds === null && bounds.maxTtlSeconds === null ? bounds : change(bounds)),
    })),
  };
}

/** At least so long. A maximum below it, which would win, is raised to it. */
export function raisedTo(seconds: number): (bounds: TtlBounds) => TtlBounds {
  return ({ minTtlSeconds: least, maxTtlSeconds: most }) => ({
    minTtlSeconds: Math.max(least ?? 0, seconds),
    maxTtlSeconds: most === null ? null : Math.max(most, seconds),
  });
}

/** At most so long. */
export function loweredTo(seconds: number): (bounds: TtlBounds) => TtlBounds {
  return ({ minTtlSeconds: least, maxTtlSeconds: most }) => ({
    minTtlSeconds: least === null ? null : Math.min(least, seconds),
    maxTtlSeconds: Math.min(most ?? Number.POSITIVE_INFINITY, seconds),
  });
}

/** Some maximum where there is none. */
export function endingAfter(seconds: number): (bounds: TtlBounds) => TtlBounds {
  return ({ minTtlSeconds: least, maxTtlSeconds: most }) => ({
    minTtlSeconds: least,
    maxTtlSeconds: most ?? Math.max(least ?? 0, seconds),
  });
}

/** Whether two policies say the same; none says what an empty one says not. */
export function samePolicy(a: PolicyContent | null, b: PolicyContent | null): boolean {
  return JSON.stringify(a && inOrder(a)) === JSON.stringify(b && inOrder(b));
}

function inOrder(policy: PolicyContent): unknown[] {
  const { minTtlSeconds, maxTtlSeconds, cachingEnabled, minUpdateIntervalSeconds, eventsMax, reviewReason } = policy;
  const segments = [...policy.segments]
    .sort(bySegment)
    .map((one) => [one.segment, one.minTtlSeconds, one.maxTtlSeconds]);
  return [minTtlSeconds, maxTtlSeconds, cachingEnabled, minUpdateIntervalSeconds, eventsMax, reviewReason, segments];
}

function bySegment(a: SegmentTtl, b: SegmentTtl): number {
  return a.segment < b.segment ? -1 : a.segment > b.segment ? 1 : 0;
}
