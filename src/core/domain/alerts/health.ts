import type { CompanyView } from '../company-view.js';
import { formatPercent } from '../format.js';
import type { HealthComponent } from '../health.js';
import type { IssueKey } from '../issue.js';
import { type AlertFacts, drillDown, type Finding, type Verdict } from './alert.js';

const CODE = 'COMPANY_HEALTH';
/** A component of at most this score is named as a reason. */
const WEAK_SCORE = 60;

/**
 * Companies whose health score is at warning or critical (DESIGN §5, Status). Without a score the status only repeats
 * the budget, which has alerts of its own.
 */
export function healthRule({ companies }: AlertFacts): Verdict {
  const found: Finding[] = [];
  const unknown: IssueKey[] = [];
  for (const company of companies) {
    const { companyId, companyName, status, metrics, budget } = company;
    if (status.score === null) unknown.push({ companyId, code: CODE });
    else if (status.code === 'warning' || status.code === 'critical')
      found.push({
        code: CODE,
        severity: status.code,
        companyId,
        companyName,
        message: messageOf(company, status.score),
        evidence: {
          score: status.score,
          hitRate: metrics.hitRate,
          avgResponseMs: metrics.avgResponseMs,
          clears24h: metrics.clears24h,
          budgetPercentUsed: budget.percentUsed,
        },
        command: drillDown(companyId),
      });
  }
  return { found, unknown };
}

/** e.g. `Health 41.5 of 100: hit rate 45.0%, 12 clears in 24 h`. The score is cut, not rounded: 79.96 is no 80. */
function messageOf({ status, metrics, budget }: CompanyView, score: number): string {
  const reasons: Record<HealthComponent, string | null> = {
    hitRate: metrics.hitRate === null ? null : `hit rate ${formatPercent(metrics.hitRate)}`,
    cost:
      budget.percentUsed === null
        ? `${budget.line} budget spent`
        : `${formatPercent(budget.percentUsed)} of the ${budget.line} budget`,
    performance: metrics.avgResponseMs === null ? null : `${metrics.avgResponseMs.toFixed(1)} ms a read`,
    stability: `${metrics.clears24h} clears in 24 h`,
  };
  const weak = status.basis.filter((name) => (status.components[name] ?? 100) <= WEAK_SCORE);
  const named = (weak.length > 0 ? weak : status.basis).map((name) => reasons[name]).filter((text) => text !== null);
  return `Health ${Math.floor(score * 10) / 10} of 100: ${named.join(', ')}`;
}
