import { SECOND_MS } from '../units.js';
import { formatDuration } from '../window.js';
import { emptied, type FixPlan, type PlanInput, settle } from './plan.js';
import { loweredTo, ownPolicy, withBounds } from './policies.js';

/** Wins time: short lives, an empty cache, and a person who is told to look. */
export function planExcessiveMemory({ facts, settings, backup, allowSlow }: PlanInput): FixPlan {
  const seconds = settings.temporaryTtlSeconds;
  const after = {
    ...withBounds(ownPolicy(facts), loweredTo(seconds)),
    reviewReason: 'Large data detected - needs investigation',
  };
  return {
    action: `Keep values for at most ${formatDuration(seconds * SECOND_MS)}, clear the cache, and flag the company for review`,
    steps: [
      { name: 'policy', params: { after } },
      ...settle(settings),
      { name: 'clear', params: { backup, orphan: false, force: false, allowSlow } },
    ],
    policyAfter: after,
    ...emptied(facts),
    temporary: true,
    staleSeconds: null,
    warnings: [
      'The cache fills again from empty, so the first reads miss; what made it so large is still there and must be looked into.',
    ],
  };
}
