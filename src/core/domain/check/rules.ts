import type { BudgetLineName } from '../pricing.js';
import type { RuleName, Unit } from './check.js';
import type { Bound, LimitForm } from './limits.js';

/** What every rule measures, and which side of its limits is the good one. */
export const RULES: Record<RuleName, { title: string; unit: Unit | null; bound: Bound }> = {
  'budget-cache': { title: 'Cache budget', unit: 'percent', bound: 'below' },
  'budget-storage': { title: 'Storage budget', unit: 'percent', bound: 'below' },
  'budget-calls': { title: 'Calls budget', unit: 'percent', bound: 'below' },
  'min-hit-rate': { title: 'Hit rate', unit: 'percent', bound: 'min' },
  'min-score': { title: 'Health', unit: 'points', bound: 'min' },
  'max-growth': { title: 'Cache growth', unit: 'percent', bound: 'max' },
  'max-total': { title: 'Platform cost', unit: 'dollars', bound: 'max' },
  'max-age': { title: 'Snapshot age', unit: 'seconds', bound: 'max' },
  measurement: { title: 'Measurement', unit: null, bound: 'max' },
};

/** How limits are written, on the command line and in a policy file. */
export const LIMIT_FORMS = {
  minHitRate: { bound: 'min', suffix: '%', most: 100 },
  minScore: { bound: 'min', most: 100 },
  maxGrowth: { bound: 'max', suffix: '%' },
  maxTotal: { bound: 'max', prefix: '$' },
} as const satisfies Record<string, LimitForm>;
export type LimitName = keyof typeof LIMIT_FORMS;

export const BUDGET_RULES: Record<BudgetLineName, RuleName> = {
  cache: 'budget-cache',
  storage: 'budget-storage',
  calls: 'budget-calls',
};
