import * as z from 'zod';
import { SEVERITIES } from '../../domain/issue.js';
import { METRIC_GROUPS, METRIC_UNITS, type SuccessMetric } from '../../domain/report/metric.js';
import { companiesReport } from '../companies/report.js';
import { detectReport } from '../detect/report.js';
import { fixListReport } from '../fix/report.js';
import { pricingHistoryReport } from '../pricing/history-report.js';
import { recommendReport } from '../recommend/report.js';
import { statsReport } from '../stats/report.js';
import { trendsReport } from '../trends/report.js';

const number = z.number().nullable();

const successMetric = z.object({
  name: z.string(),
  title: z.string(),
  group: z.enum(METRIC_GROUPS),
  target: z
    .object({ text: z.string(), value: z.number(), direction: z.enum(['at least', 'at most']) })
    .nullable()
    .describe('null: it is only followed'),
  value: number.describe('null is unknown'),
  unit: z.enum(METRIC_UNITS),
  before: number.describe('the same at the start of the time, where it was measured then'),
  met: z.boolean().nullable().describe('null where it is unknown or there is no target'),
  basis: z.string().describe('what it was worked out from'),
  unknown: z.string().nullable().describe('why it is unknown'),
}) satisfies z.ZodType<SuccessMetric>;

const notedIssue = z.object({
  companyId: z.string().nullable().describe('null for the platform'),
  companyName: z.string().nullable(),
  code: z.string(),
  severity: z.enum(SEVERITIES),
  firstSeen: z.date(),
  lastSeen: z.date(),
});

/** What `rcm report --json` prints. Parts that are null could not be read: `warnings` says why. */
export const platformReport = z.object({
  generatedAt: z.date(),
  title: z.string(),
  since: z.date().describe('start of the time that changes, fixes, trends and success metrics look back on'),
  window: companiesReport.shape.window.describe('what hit rates cover'),
  platform: z.object({
    ...statsReport.pick({
      snapshot: true,
      usageMeasuredAt: true,
      platformStats: true,
      cost: true,
      redis: true,
      keys: true,
      own: true,
      store: true,
    }).shape,
  }),
  companies: companiesReport.shape.companies.describe('those that need attention first'),
  issues: detectReport.shape.issues.nullable().describe('as `detect` finds them; null from a snapshot'),
  notJudged: detectReport.shape.notJudged,
  notedIssues: z.array(notedIssue).nullable().describe('open ones, as they were noted last'),
  recommendations: recommendReport
    .pick({ recommendations: true, total: true, examined: true, notReplayed: true })
    .nullable()
    .describe('null from a snapshot'),
  changes: pricingHistoryReport.shape.entries.nullable().describe('of prices and budgets, the newest first'),
  fixes: fixListReport.shape.fixes.nullable().describe('planned in this time, the newest first'),
  trends: z
    .object({
      ...trendsReport.pick({
        since: true,
        until: true,
        step: true,
        timeZone: true,
        forecasts: true,
        forecastMethod: true,
      }).shape,
      points: trendsReport.shape.series.element.shape.points,
    })
    .nullable()
    .describe("the platform's; null where nothing was ever recorded"),
  successMetrics: z.array(successMetric),
  complete: z.boolean().describe('false when a service could not be reached or read'),
  warnings: companiesReport.shape.warnings,
});
export type PlatformReport = z.infer<typeof platformReport>;
