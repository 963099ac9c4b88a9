import * as z from 'zod';
import { CONFIDENCES, type DetectedIssue, ISSUE_CODES } from '../../domain/detect/issue.js';
import { SEVERITIES } from '../../domain/issue.js';
import { companiesReport } from '../companies/report.js';

const evidence = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  text: z.string(),
});

/** One issue; `since` is when it was first seen. */
export const detectedIssue = z.object({
  code: z.enum(ISSUE_CODES),
  severity: z.enum(SEVERITIES),
  companyId: z.string().nullable().describe('null for the platform'),
  companyName: z.string().nullable(),
  summary: z.string(),
  evidence: z.array(evidence),
  rootCauses: z
    .array(
      z.object({
        cause: z.string(),
        text: z.string(),
        percent: z.number().nullable().describe('of what went wrong, that this explains; null where it cannot be told'),
        evidence: z.array(evidence),
      }),
    )
    .describe('the most telling first'),
  impact: z.object({
    costPerMonth: z.number().nullable().describe('US dollars a month that would be saved'),
    addedMsPerRead: z.number().nullable(),
    bytes: z.number().nullable().describe('that need not be held'),
    text: z.string(),
  }),
  autoFix: z.discriminatedUnion('available', [
    z.object({
      available: z.literal(true),
      action: z.string(),
      additionalActions: z.array(z.string()),
      command: z.string(),
    }),
    z.object({ available: z.literal(false), reason: z.string() }),
  ]),
  manualFixes: z.array(
    z.object({ when: z.enum(['immediate', 'permanent', 'option']), text: z.string(), command: z.string().nullable() }),
  ),
  confidence: z.enum(CONFIDENCES),
  missing: z.array(z.string()).describe('what was not known, and would make it surer'),
  verdict: z.string().optional(),
  since: z.date().nullable().describe('when it was first seen; null where the store cannot tell'),
}) satisfies z.ZodType<DetectedIssue>;
export type ReportedIssue = z.infer<typeof detectedIssue>;

/** What `rcm detect --json` prints. */
export const detectReport = z.object({
  ...companiesReport.pick({ generatedAt: true, window: true, usageMeasuredAt: true }).shape,
  companyId: z.string().nullable().describe('null for all companies'),
  worst: z.enum(SEVERITIES).nullable().describe('of all issues, whatever is shown; null when there is none'),
  counts: z.object({ critical: z.number(), warning: z.number() }).describe('of all issues, whatever is shown'),
  issues: z.array(detectedIssue).describe('the most severe first, then by what they cost'),
  examined: z
    .object({
      companies: z.number(),
      withEvents: z.number().describe('companies whose access events were studied: suspects'),
      byCode: z
        .record(z.string(), z.number())
        .describe('companies (of EVICTION_PRESSURE: and the platform) that could be judged, by code'),
    })
    .describe('what could be looked at: what could not is not healthy, it is unknown'),
  notJudged: z
    .array(
      z.object({
        code: z.enum(ISSUE_CODES),
        why: z.string(),
        companies: z.number(),
        examples: z.array(z.string()).describe('ids of some of them'),
      }),
    )
    .describe('companies of which an issue cannot be told, and why'),
  complete: z.boolean().describe('false when a service could not be reached: there may be more'),
  warnings: companiesReport.shape.warnings,
});
export type DetectReport = z.infer<typeof detectReport>;
