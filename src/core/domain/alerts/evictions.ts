import { evictedSince } from '../evictions.js';
import { formatAge } from '../format.js';
import { SECOND_MS } from '../units.js';
import { type AlertFacts, cannotTell, NOTHING, platformFinding, type Verdict } from './alert.js';

/** Keys that Redis evicted since a snapshot, or since its start where there is none to compare with or it started later. */
export function evictionRule({ redis, evictionsSince, measuredAt }: AlertFacts): Verdict {
  const since = evictedSince(redis, evictionsSince, measuredAt);
  if (since === null) return cannotTell('REDIS_EVICTIONS');
  const { keys: evicted, from, comparedWith } = since;
  if (evicted === 0) return NOTHING;
  const ago =
    from === null ? '' : `, ${formatAge(Math.max(0, measuredAt.getTime() - from.getTime()) / SECOND_MS)} before`;
  return platformFinding({
    code: 'REDIS_EVICTIONS',
    severity: 'warning',
    message: `${evicted.toLocaleString('en-US')} ${evicted === 1 ? 'key was' : 'keys were'} evicted since ${comparedWith === 'snapshot' ? 'the snapshot' : "the server's start"}${ago}`,
    evidence: {
      evictedKeys: evicted,
      comparedWith,
      from: from?.toISOString() ?? null,
      evictedSinceStart: redis.evictedKeys,
    },
    command: 'rcm companies --sort -size',
  });
}
