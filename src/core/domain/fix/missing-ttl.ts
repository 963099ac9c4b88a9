import { SECOND_MS } from '../units.js';
import { formatDuration } from '../window.js';
import { type FixPlan, type PlanInput, settle, unchanged } from './plan.js';
import { endingAfter, ownPolicy, withBounds } from './policies.js';

/** What never expires gets an end: what is stored from now on by policy, what is there already by EXPIRE. */
export function planMissingTtl({ facts, settings }: PlanInput): FixPlan {
  const seconds = settings.missingTtlSeconds;
  const after = withBounds(ownPolicy(facts), endingAfter(seconds));
  const most = formatDuration((after.maxTtlSeconds ?? seconds) * SECOND_MS);
  return {
    action: `Let keys without a TTL expire after ${formatDuration(seconds * SECOND_MS)}, those there now and those to come`,
    steps: [
      { name: 'policy', params: { after } },
      ...settle(settings),
      { name: 'bound-ttl', params: { ttlSeconds: seconds } },
    ],
    policyAfter: after,
    ...unchanged(facts),
    temporary: false,
    staleSeconds: null,
    warnings: [`What the application stores from now on lives at most ${most}, also where it asks for longer.`],
  };
}
