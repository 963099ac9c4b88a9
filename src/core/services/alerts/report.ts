import * as z from 'zod';
import { ALERT_CODES, type Alert } from '../../domain/alerts/alert.js';
import { SEVERITIES } from '../../domain/issue.js';
import { companiesReport } from '../companies/report.js';
import { notification } from '../notify/report.js';

const alert = z.object({
  severity: z.enum(SEVERITIES),
  code: z.enum(ALERT_CODES),
  companyId: z.string().nullable().describe('null for the platform'),
  companyName: z.string().nullable(),
  message: z.string(),
  evidence: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .describe('the figures that it rests on, by code: docs/alerts.md'),
  since: z.date().nullable().describe('when it was first seen; null where the store cannot tell'),
  command: z.string().describe('what to run next'),
}) satisfies z.ZodType<Alert>;

/** What `rcm alerts --json` prints. */
export const alertsReport = z.object({
  ...companiesReport.pick({ generatedAt: true, window: true, snapshot: true, usageMeasuredAt: true }).shape,
  worst: z.enum(SEVERITIES).nullable().describe('of all alerts, whatever is shown; null when there is none'),
  counts: z.object({ critical: z.number(), warning: z.number() }).describe('of all alerts, whatever is shown'),
  alerts: z.array(alert).describe('the most severe first, then the oldest'),
  complete: z.boolean().describe('false when something could not be measured: there may be more'),
  notifications: z.array(notification).nullable().describe('with --notify: who was told what; null without'),
  warnings: companiesReport.shape.warnings,
});
export type AlertsReport = z.infer<typeof alertsReport>;
