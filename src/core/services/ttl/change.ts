import { formatAge } from '../../domain/format.js';
import type { CachePolicy, SegmentTtl, TtlBounds } from '../../domain/policy.js';
import { RcmError } from '../../errors.js';
import { contentOf, NO_POLICY, type PolicyContent } from '../policy/change.js';

/** What shall be changed of a policy. */
export interface TtlChange {
  /** For the keys of this segment; null for all keys. */
  segment: string | null;
  /** Seconds; null takes the bound away, undefined leaves it. */
  minTtlSeconds?: number | null | undefined;
  maxTtlSeconds?: number | null | undefined;
  /** Takes all bounds away: of the segment, or without one of the company and all its segments. */
  unset?: boolean | undefined;
  /** Longest event stream. */
  eventsMax?: number | undefined;
}

/**
 * A policy as it shall be; null where it then says nothing.
 * @throws RCM_VALUE_INVALID when the minimum would be over the maximum
 */
export function changedPolicy(current: CachePolicy | null, change: TtlChange): PolicyContent | null {
  const before = contentOf(current) ?? NO_POLICY;
  const { segment, unset = false, eventsMax } = change;
  let after: PolicyContent = { ...before, ...(eventsMax === undefined ? {} : { eventsMax }) };
  if (unset && segment === null) after = { ...after, minTtlSeconds: null, maxTtlSeconds: null, segments: [] };
  else if (segment === null) after = { ...after, ...boundsAfter(before, change) };
  else {
    const own = before.segments.find((one) => one.segment === segment);
    const bounds = unset ? NO_BOUNDS : boundsAfter(own ?? NO_BOUNDS, change);
    after = { ...after, segments: withSegment(before.segments, { segment, ...bounds }) };
  }
  return isSame(after, NO_POLICY) ? null : after;
}

/** Whether two policies say the same. */
export function isSame(a: PolicyContent | null, b: PolicyContent | null): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

const NO_BOUNDS: TtlBounds = { minTtlSeconds: null, maxTtlSeconds: null };

function boundsAfter(before: TtlBounds, change: TtlChange): TtlBounds {
  const { minTtlSeconds = before.minTtlSeconds, maxTtlSeconds = before.maxTtlSeconds } = change;
  if (minTtlSeconds !== null && maxTtlSeconds !== null && minTtlSeconds > maxTtlSeconds)
    throw new RcmError(
      'RCM_VALUE_INVALID',
      `A minimum of ${formatAge(minTtlSeconds)} is over the maximum of ${formatAge(maxTtlSeconds)}`,
      'Give both --min and --max, or one TTL with --ttl. Nothing was changed.',
    );
  return { minTtlSeconds, maxTtlSeconds };
}

function withSegment(segments: readonly SegmentTtl[], changed: SegmentTtl): SegmentTtl[] {
  const others = segments.filter(({ segment }) => segment !== changed.segment);
  const bound = changed.minTtlSeconds !== null || changed.maxTtlSeconds !== null;
  return [...others, ...(bound ? [changed] : [])].sort((a, b) => (a.segment < b.segment ? -1 : 1));
}

/** The order of fields is no difference, nor is that between no policy and one that says nothing. */
function ordered(content: PolicyContent | null): unknown {
  const { segments, ...rest } = content ?? NO_POLICY;
  const own = segments.map(({ segment, minTtlSeconds, maxTtlSeconds }) => [segment, minTtlSeconds, maxTtlSeconds]);
  return [Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)), own];
}
