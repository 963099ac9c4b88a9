import type { CompanyCosts } from './cost.js';
import { withoutFloatNoise } from './float.js';
import type { BudgetAmounts, BudgetLineName, BudgetThresholds, CustomBudget, PricingConfig } from './pricing.js';

export type BudgetStatus = 'within_budget' | 'warning' | 'critical' | 'unknown';

/** One line of a budget, in dollars per month; `null` is unknown. percentUsed is null too where 0 was allocated and something used. */
export interface BudgetLine {
  allocated: number | null;
  used: number | null;
  remaining: number | null;
  percentUsed: number | null;
  status: BudgetStatus;
}

/** A company's budget. The headline repeats the worse of cache and storage. */
export interface Budget extends BudgetLine {
  line: 'cache' | 'storage';
  lines: Record<BudgetLineName, BudgetLine>;
}

/** What one company may spend: its own budget line by line, else the default. */
export function budgetAmounts(budgets: PricingConfig['budgets'], companyId: string): BudgetAmounts {
  const own = ownBudget(budgets, companyId);
  const standard = budgets.defaultPerCompany;
  return {
    cache: own?.cacheBudget ?? standard.cache,
    storage: own?.storageBudget ?? standard.storage,
    calls: own?.callsBudget ?? standard.calls,
  };
}

/** A company's own budget, where it has one. */
export function ownBudget(
  { customBudgets }: Pick<PricingConfig['budgets'], 'customBudgets'>,
  companyId: string,
): CustomBudget | undefined {
  if (customBudgets.length < FEW) return customBudgets.find((budget) => budget.companyId === companyId);
  const byId = indexes.get(customBudgets) ?? ownBudgets(customBudgets);
  indexes.set(customBudgets, byId);
  return byId.get(companyId);
}

/** Own budgets by company, in their order. A copy: changing it changes no list. */
export function ownBudgets(customBudgets: readonly CustomBudget[]): Map<string, CustomBudget> {
  const byId = new Map<string, CustomBudget>();
  for (const budget of customBudgets) if (!byId.has(budget.companyId)) byId.set(budget.companyId, budget);
  return byId;
}

/** Thousands of companies may have budgets of their own, and each is asked for: a list is indexed once. */
const FEW = 20;
const indexes = new WeakMap<readonly CustomBudget[], ReadonlyMap<string, CustomBudget>>();

/** One line against its thresholds, which are percents and inclusive (DESIGN §5, Budget). */
export function budgetLine(allocated: number, used: number | null, thresholds: BudgetThresholds): BudgetLine {
  if (used === null) return { allocated, used, remaining: null, percentUsed: null, status: 'unknown' };
  const remaining = allocated - used;
  if (allocated === 0 && used > 0) return { allocated, used, remaining, percentUsed: null, status: 'critical' };
  const percentUsed = allocated === 0 ? 0 : (used / allocated) * 100;
  const reached = withoutFloatNoise(percentUsed);
  const status =
    reached >= thresholds.criticalPercent
      ? 'critical'
      : reached >= thresholds.warningPercent
        ? 'warning'
        : 'within_budget';
  return { allocated, used, remaining, percentUsed, status };
}

/**
 * The three lines (cache against Redis cost, storage against MongoDB cost, calls against Twilio cost) and the headline.
 * @param budgets null when they could not be read
 */
export function companyBudget(
  costs: CompanyCosts,
  budgets: PricingConfig['budgets'] | null,
  companyId: string,
): Budget {
  const amounts = budgets && budgetAmounts(budgets, companyId);
  const line = (name: BudgetLineName, used: number | null): BudgetLine =>
    budgets && amounts ? budgetLine(amounts[name], used, budgets.thresholds) : unknownLine(used);
  const lines = {
    cache: line('cache', costs.redis),
    storage: line('storage', costs.mongodb),
    calls: line('calls', costs.twilio),
  };
  const headline = isWorse(lines.storage, lines.cache) ? 'storage' : 'cache';
  return { line: headline, ...lines[headline], lines };
}

function unknownLine(used: number | null): BudgetLine {
  return { allocated: null, used, remaining: null, percentUsed: null, status: 'unknown' };
}

const SEVERITY: Record<BudgetStatus, number> = { unknown: 0, within_budget: 1, warning: 2, critical: 3 };

function isWorse(a: BudgetLine, b: BudgetLine): boolean {
  if (SEVERITY[a.status] !== SEVERITY[b.status]) return SEVERITY[a.status] > SEVERITY[b.status];
  return rank(a) > rank(b);
}

/** Percent used for comparing lines of one status: something used of nothing allocated is beyond every percent. */
function rank(line: BudgetLine): number {
  return line.percentUsed ?? (line.used === null ? -1 : Number.POSITIVE_INFINITY);
}
