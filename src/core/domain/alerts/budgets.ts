import type { BudgetLine } from '../budget.js';
import type { CompanyView } from '../company-view.js';
import { formatDollars, formatPercent, roundedMoney } from '../format.js';
import type { IssueKey } from '../issue.js';
import type { BudgetLineName } from '../pricing.js';
import { type AlertCode, type AlertFacts, budgetGet, type Finding, type Verdict } from './alert.js';

/** Each line: its code, what it is called, and whose costs count against it. */
export const LINES: Record<BudgetLineName, { code: AlertCode; name: string; provider: string }> = {
  cache: { code: 'BUDGET_CACHE', name: 'Cache', provider: 'redis.' },
  storage: { code: 'BUDGET_STORAGE', name: 'Storage', provider: 'mongodb.' },
  calls: { code: 'BUDGET_CALLS', name: 'Calls', provider: 'twilio.' },
};

/** Budget lines past a threshold (DESIGN §5, Budget): cache, storage and calls each for itself. */
export function budgetRule({ companies, complete }: AlertFacts): Verdict {
  const found: Finding[] = [];
  const unknown: IssueKey[] = [];
  for (const company of companies) {
    const { companyId, budget, costs } = company;
    for (const name of Object.keys(LINES) as BudgetLineName[]) {
      const { code, provider } = LINES[name];
      const line = budget.lines[name];
      if (line.status === 'warning' || line.status === 'critical') found.push(finding(company, name, line));
      // With a service away the known part of a cost proves nothing: the rest may be past the threshold.
      else if (line.status === 'unknown' || (!complete && costs.unknown.some((term) => term.startsWith(provider))))
        unknown.push({ companyId, code });
    }
  }
  return { found, unknown };
}

function finding({ companyId, companyName }: CompanyView, name: BudgetLineName, line: BudgetLine): Finding {
  const { allocated, used, percentUsed } = line;
  return {
    code: LINES[name].code,
    severity: line.status === 'critical' ? 'critical' : 'warning',
    companyId,
    companyName,
    message: budgetMessage(name, line, formatPercent(percentUsed ?? 0)),
    evidence: { line: name, allocated: roundedMoney(allocated), used: roundedMoney(used), percentUsed },
    command: budgetGet(companyId),
  };
}

/** e.g. `Cache budget 125.0% used: $10.00 of $8.00/month`. @param percentUsed as text */
export function budgetMessage(name: BudgetLineName, line: BudgetLine, percentUsed: string): string {
  const { name: title } = LINES[name];
  const spent = formatDollars(line.used ?? 0);
  if (line.percentUsed === null) return `${title} budget: ${spent}/month used, nothing allocated`;
  return `${title} budget ${percentUsed} used: ${spent} of ${formatDollars(line.allocated ?? 0)}/month`;
}
