import { emptied, type FixPlan, type PlanInput } from './plan.js';

/** The keys of a company that there is no longer. */
export function planOrphan({ facts, backup, force, allowSlow }: PlanInput): FixPlan {
  return {
    action: 'Remove the keys of an id that is not in the list of companies, each saved first',
    steps: [{ name: 'clear', params: { backup, orphan: true, force, allowSlow } }],
    ...emptied(facts),
    temporary: false,
    staleSeconds: null,
    warnings: [],
  };
}

/** Of ids with keys, those that no company has. */
export interface OrphanShare {
  orphans: number;
  ids: number;
}

/** Whether so many orphans tell of a wrong company collection rather than of companies that went. */
export function tooManyOrphans({ orphans, ids }: OrphanShare, mostPercent: number): boolean {
  return orphans * 100 > ids * mostPercent;
}
