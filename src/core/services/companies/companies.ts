import type { CompanyView } from '../../domain/company-view.js';
import { evaluate } from '../../domain/evaluate.js';
import type { StatusCode } from '../../domain/health.js';
import { windowEndingAt } from '../../domain/window.js';
import type { Ports } from '../ports.js';
import { type Measurement, type MeasureOptions, measure } from './facts.js';
import type { CompaniesReport } from './report.js';

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
  const window = windowEndingAt(ports.clock(), windowMs);
  const measurement = await measure(ports, { ...options, window });
  return { report: reportOf(measurement, ports, window), complete: measurement.complete };
}

function reportOf(measurement: Measurement, ports: Ports, window: CompaniesReport['window']): CompaniesReport {
  const rules = { pricing: measurement.pricing, baseShare: ports.config.costs.baseShare };
  const { companies, platformStats } = evaluate(measurement.companies, measurement.platform, rules);
  return {
    generatedAt: window.to,
    window,
    snapshot: null,
    usageMeasuredAt: measurement.usageMeasuredAt,
    companies: companies.sort(worstFirst),
    platformStats,
    warnings: measurement.warnings,
  };
}

const URGENCY: Record<StatusCode, number> = { critical: 0, warning: 1, unknown: 2, healthy: 3 };

/** Those that need attention first, then by cost. */
export function worstFirst(a: CompanyView, b: CompanyView): number {
  return (
    URGENCY[a.status.code] - URGENCY[b.status.code] ||
    (b.metrics.cost ?? 0) - (a.metrics.cost ?? 0) ||
    (a.companyId < b.companyId ? -1 : 1)
  );
}
