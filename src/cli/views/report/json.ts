import type { PlatformReport } from '../../../core/services/report/report.js';
import { companyJson } from '../companies.js';
import { money } from '../figures.js';
import { adviceJson } from '../recommend.js';
import { statsJson } from '../stats.js';

/** The report as machines get it: money rounded to 6 decimals, nothing else. */
export function reportJson(report: PlatformReport): PlatformReport {
  const { generatedAt, window, warnings, platform, recommendations, trends } = report;
  const { platformStats, cost } = statsJson({ ...platform, generatedAt, window, warnings });
  return {
    ...report,
    platform: { ...platform, platformStats, cost },
    companies: report.companies.map(companyJson),
    issues:
      report.issues?.map((issue) => ({
        ...issue,
        impact: { ...issue.impact, costPerMonth: money(issue.impact.costPerMonth) },
      })) ?? null,
    recommendations: recommendations && {
      ...recommendations,
      recommendations: recommendations.recommendations.map(adviceJson),
      total: { ...recommendations.total, savingPerMonth: money(recommendations.total.savingPerMonth) as number },
    },
    trends: trends && { ...trends, points: trends.points.map((point) => ({ ...point, cost: money(point.cost) })) },
    successMetrics: report.successMetrics.map((metric) =>
      metric.unit === 'dollars per month'
        ? { ...metric, value: money(metric.value), before: money(metric.before) }
        : metric,
    ),
  };
}
