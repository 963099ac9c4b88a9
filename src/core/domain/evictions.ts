import type { RedisTotals } from './server-info.js';
import { HOUR_MS, SECOND_MS } from './units.js';

/** Redis counts its uptime in whole seconds of a clock that it looks at now and then: it began up to so much earlier. */
const UPTIME_SLACK_MS = 2 * SECOND_MS;

/**
 * Evictions are counted since a snapshot of at least this age, where there is one: who looks just after a snapshot, as cron
 * does, would otherwise never hear of any.
 */
export const EVICTIONS_OVER_MS = HOUR_MS;

/** Keys evicted since a time. */
export interface EvictedSince {
  keys: number;
  /** null where the server does not say since when it counts. */
  from: Date | null;
  comparedWith: 'snapshot' | 'start';
}

/**
 * Keys that Redis evicted since a snapshot, or since its start where there is none to compare with or it started
 * later: the count begins anew with the server. null where the server does not say.
 */
export function evictedSince(
  { evictedKeys, uptimeSeconds }: Pick<RedisTotals, 'evictedKeys' | 'uptimeSeconds'>,
  before: { takenAt: Date; evictedKeys: number | null } | null,
  measuredAt: Date,
): EvictedSince | null {
  if (evictedKeys === null) return null;
  const startedAt = uptimeSeconds === null ? null : new Date(measuredAt.getTime() - uptimeSeconds * SECOND_MS);
  const comparable =
    before !== null &&
    before.evictedKeys !== null &&
    before.evictedKeys <= evictedKeys &&
    startedAt !== null &&
    startedAt.getTime() - UPTIME_SLACK_MS <= before.takenAt.getTime();
  return comparable
    ? { keys: evictedKeys - (before.evictedKeys ?? 0), from: before.takenAt, comparedWith: 'snapshot' }
    : { keys: evictedKeys, from: startedAt, comparedWith: 'start' };
}
