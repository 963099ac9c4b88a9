import { emptied, type FixPlan, NO_POLICY_CONTENT, type PlanInput, settle } from './plan.js';

/** Nothing is cached any more: reads go to the loader. */
export function planLowEfficiency({ facts, settings, backup, allowSlow }: PlanInput): FixPlan {
  const after = { ...(facts.policy ?? NO_POLICY_CONTENT), cachingEnabled: false };
  return {
    action: 'Turn caching off for the company, and clear what is cached',
    steps: [
      { name: 'policy', params: { after } },
      ...settle(settings),
      { name: 'clear', params: { backup, orphan: false, force: false, allowSlow } },
    ],
    policyAfter: after,
    ...emptied(facts),
    temporary: false,
    staleSeconds: null,
    warnings: ['Every read goes to the loader from now on: its database is asked each time.'],
  };
}
