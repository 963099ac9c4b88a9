import { SECOND_MS } from '../units.js';
import { formatDuration } from '../window.js';
import { type FixPlan, type PlanInput, unchanged } from './plan.js';
import { ownPolicy, raisedTo, withBounds } from './policies.js';

/** Values live longer, and config updates no longer empty the cache again and again. */
export function planThrashing({ facts, settings }: PlanInput): FixPlan {
  const { minTtlSeconds, minUpdateIntervalSeconds } = settings;
  const own = ownPolicy(facts);
  const limit = Math.max(
    minUpdateIntervalSeconds,
    own.minUpdateIntervalSeconds ?? facts.fallback?.minUpdateIntervalSeconds ?? 0,
  );
  const after = { ...withBounds(own, raisedTo(minTtlSeconds)), minUpdateIntervalSeconds: limit };
  const ttl = formatDuration(minTtlSeconds * SECOND_MS);
  const every = formatDuration(limit * SECOND_MS);
  return {
    action: `Keep values for at least ${ttl}, and let config updates clear the cache at most once in ${every}`,
    steps: [{ name: 'policy', params: { after } }],
    policyAfter: after,
    ...unchanged(facts),
    temporary: false,
    staleSeconds: Math.max(after.minTtlSeconds ?? 0, limit),
    warnings: [
      `Reads may be stale for up to ${every} after a config update that comes within ${every} of another; values that are only replaced by expiring, for ${ttl}. Single \`set\` and \`delete\` calls are never delayed.`,
    ],
  };
}
