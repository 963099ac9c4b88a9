import * as z from 'zod';
import { type Check, RULE_NAMES, UNITS, VERDICTS } from '../../domain/check/check.js';
import { ON_UNKNOWN, OUTCOMES } from '../../domain/check/outcome.js';
import { SEVERITIES } from '../../domain/issue.js';
import { companiesReport } from '../companies/report.js';

const limit = z.number().nullable().describe("in the rule's unit; null: never");

export const checkLine = z.object({
  verdict: z.enum(VERDICTS),
  rule: z.enum(RULE_NAMES),
  companyId: z.string().nullable().describe('null for the platform'),
  companyName: z.string().nullable(),
  measured: z
    .number()
    .nullable()
    .describe(
      "in the rule's unit; null where unknown, and for a budget of which nothing is allocated and something used",
    ),
  unit: z.enum(UNITS).nullable(),
  limits: z.object({ warning: limit, critical: limit }),
  message: z.string(),
  evidence: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .describe('the figures that it rests on, by rule: docs/ci.md'),
}) satisfies z.ZodType<Check>;

/** What `rcm check --json` prints. */
export const checkReport = z.object({
  ...companiesReport.pick({ generatedAt: true, window: true, snapshot: true, usageMeasuredAt: true }).shape,
  outcome: z.enum(OUTCOMES),
  exitCode: z.union([z.literal(0), z.literal(3), z.literal(5), z.literal(6)]).describe('what the command ends with'),
  failOn: z.enum(SEVERITIES),
  onUnknown: z.enum(ON_UNKNOWN),
  companies: z.number().describe('how many were looked at'),
  counts: z
    .object({ critical: z.number(), warning: z.number(), unknown: z.number(), pass: z.number() })
    .describe('of checks'),
  checks: z.array(checkLine).describe('company by company, the worst first'),
  warnings: companiesReport.shape.warnings,
});
export type CheckReport = z.infer<typeof checkReport>;
