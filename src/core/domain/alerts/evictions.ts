import { formatAge } from '../format.js';
import { SECOND_MS } from '../units.js';
import { type AlertFacts, cannotTell, NOTHING, platformFinding, type Verdict } from './alert.js';

/** Redis counts its uptime in whole seconds of a clock that it looks at now and then: it began up to so much earlier. */
const UPTIME_SLACK_MS = 2 * SECOND_MS;

/**
 * Keys that Redis evicted since the last snapshot, or since its start where there is none to compare with or it started
 * later. The count begins anew with the server.
 */
export function evictionRule({ redis, lastSnapshot, measuredAt }: AlertFacts): Verdict {
  const { evictedKeys, uptimeSeconds } = redis;
  if (evictedKeys === null) return cannotTell('REDIS_EVICTIONS');
  const startedAt = uptimeSeconds === null ? null : new Date(measuredAt.getTime() - uptimeSeconds * SECOND_MS);
  const before = lastSnapshot === 'none' ? null : lastSnapshot;
  const comparable =
    before !== null &&
    before.evictedKeys !== null &&
    before.evictedKeys <= evictedKeys &&
    startedAt !== null &&
    startedAt.getTime() - UPTIME_SLACK_MS <= before.takenAt.getTime();
  const evicted = comparable ? evictedKeys - (before.evictedKeys ?? 0) : evictedKeys;
  if (evicted === 0) return NOTHING;
  const from = comparable ? before.takenAt : startedAt;
  const ago =
    from === null ? '' : `, ${formatAge(Math.max(0, measuredAt.getTime() - from.getTime()) / SECOND_MS)} before`;
  return platformFinding({
    code: 'REDIS_EVICTIONS',
    severity: 'warning',
    message: `${evicted.toLocaleString('en-US')} ${evicted === 1 ? 'key was' : 'keys were'} evicted since ${comparable ? 'the last snapshot' : "the server's start"}${ago}`,
    evidence: {
      evictedKeys: evicted,
      comparedWith: comparable ? 'snapshot' : 'start',
      from: from?.toISOString() ?? null,
      evictedSinceStart: evictedKeys,
    },
    command: 'rcm companies --sort -size',
  });
}
