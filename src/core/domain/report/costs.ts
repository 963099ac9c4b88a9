import type { CompanyView, PlatformStats } from '../company-view.js';
import { counted, type Finding } from './metric.js';

/** Share of the companies over budget that are known to be so: an issue is open, or was found now. */
export function overBudgetDetected(companies: readonly CompanyView[], noted: ReadonlySet<string>): Finding {
  const over = companies.filter(({ budget }) =>
    budget.percentUsed === null ? budget.status === 'critical' : budget.percentUsed > 100,
  );
  if (companies.every(({ budget }) => budget.status === 'unknown'))
    return { unknown: 'costs or budgets are unknown of every company' };
  if (over.length === 0) return { unknown: 'no company is over its budget' };
  const known = over.filter(({ companyId }) => noted.has(companyId)).length;
  return {
    value: (known / over.length) * 100,
    basis: `${known} of ${counted(over.length, 'company', 'companies')} over budget have an open COST_OVER_BUDGET issue`,
  };
}

/** What the platform was when the range began. */
export interface CostBefore {
  takenAt: Date;
  companies: number;
  totalCost: number;
}

/** Mean Redis and MongoDB cost of a company, and what it was. */
export function costPerCompany({ totalCost, companies }: PlatformStats, first: CostBefore | null): Finding {
  if (totalCost === null) return { unknown: 'costs are unknown' };
  if (companies.total === 0) return { unknown: 'there is no company' };
  const before = first === null || first.companies === 0 ? null : first.totalCost / first.companies;
  const then =
    before === null
      ? ''
      : `; before: the snapshot of ${first?.takenAt.toISOString().slice(0, 10)}, at the prices of then`;
  return {
    value: totalCost / companies.total,
    before,
    basis: `Redis and MongoDB cost of ${counted(companies.total, 'company', 'companies')}, orphans too${then}`,
  };
}

/** What following the best advice would save. */
export function wastedSpend(total: { savingPerMonth: number; atMost: boolean } | null): Finding {
  if (total === null) return { unknown: 'recommendations need Redis: a snapshot does not tell' };
  return {
    value: total.savingPerMonth,
    basis: `what the best set of recommendations saves${total.atMost ? ', at most' : ''}`,
  };
}

/** What a fix was predicted to change of a cache's storage cost. */
export interface FixSaving {
  status: string;
  storageCost: { before: number | null; after: number | null };
}

/** Storage cost that fixes which stand took away, as predicted when they were made. */
export function savedByFixes(fixes: readonly FixSaving[]): Finding {
  const savings = fixes.flatMap(({ status, storageCost: { before, after } }) =>
    status !== 'applied' || before === null || after === null ? [] : [before - after],
  );
  if (savings.length === 0) return { unknown: 'no fix of this time that stands had its saving predicted' };
  return {
    value: savings.reduce((sum, one) => sum + one, 0),
    basis: `storage cost before less after, as predicted, of ${counted(savings.length, 'fix that stands', 'fixes that stand')}`,
  };
}
