import type { CompanyView } from '../../domain/company-view.js';
import { STATUS_URGENCY } from '../../domain/health.js';
import type { Ports } from '../ports.js';
import type { MeasureOptions } from './facts.js';
import { withOpenIssues } from './open-issues.js';
import type { CompaniesReport } from './report.js';
import { type Survey, survey } from './survey.js';

/** The report, and whether every configured service could be read. */
export interface CompaniesResult {
  report: CompaniesReport;
  complete: boolean;
}

/**
 * Every company's cache: size, hit rate, cost, budget and health, and the platform's sums. One pass over the keyspace.
 * @param windowMs length of the window that hit rates cover
 * @throws RCM_REDIS_* when Redis cannot be read
 */
export async function companies(
  ports: Ports,
  windowMs: number,
  options: Omit<MeasureOptions, 'window'> = {},
): Promise<CompaniesResult> {
  return companiesOf(await withOpenIssues(await survey(ports, windowMs, options), ports.store));
}

/** The list of companies, the worst first, from what was measured or remembered. */
export function companiesOf(found: Survey): CompaniesResult {
  const { generatedAt, window, snapshot, usageMeasuredAt, platformStats, warnings, complete } = found;
  const companies = [...found.companies].sort(worstFirst);
  return {
    report: { generatedAt, window, snapshot, usageMeasuredAt, companies, platformStats, warnings },
    complete,
  };
}

/** Those that need attention first, then by cost. */
export function worstFirst(a: CompanyView, b: CompanyView): number {
  return (
    STATUS_URGENCY[a.status.code] - STATUS_URGENCY[b.status.code] ||
    (b.metrics.cost ?? 0) - (a.metrics.cost ?? 0) ||
    (a.companyId < b.companyId ? -1 : 1)
  );
}
