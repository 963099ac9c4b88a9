import * as z from 'zod';
import { CONFIDENCES, ISSUE_CODES } from '../../domain/detect/issue.js';
import { EFFORTS, type Recommendation, RISKS } from '../../domain/recommend/advice.js';
import { companiesReport } from '../companies/report.js';

const money = z.number().nullable().describe('US dollars a month; below 0 it costs more; null where unknown');

/** One advice among the others. */
export const recommendation = z.object({
  id: z.string().describe('the same for the same company and kind of advice, run after run'),
  companyId: z.string().nullable().describe('null for the platform'),
  companyName: z.string().nullable(),
  code: z.enum(ISSUE_CODES).nullable().describe('the issue that it repairs; null where nothing is wrong'),
  title: z.string(),
  savingPerMonth: money,
  atMost: z.boolean().describe('whether saving and gain are upper bounds'),
  hitRateGain: z.number().nullable().describe('percentage points'),
  risk: z.enum(RISKS),
  effort: z.enum(EFFORTS),
  confidence: z.enum(CONFIDENCES),
  command: z.string(),
  why: z.array(z.string()),
  insteadOf: z.array(z.string()).describe('ids of advices that overlap with this one: their gains do not add up'),
  inTotal: z.boolean().describe('whether it is one of the best set that can be followed together'),
}) satisfies z.ZodType<Recommendation>;

const total = z.object({
  savingPerMonth: z.number().describe('US dollars a month'),
  atMost: z.boolean().describe('whether one of the savings in it is an upper bound'),
});

/** What `rcm recommend --json` prints. */
export const recommendReport = z.object({
  ...companiesReport.pick({ generatedAt: true, window: true, usageMeasuredAt: true }).shape,
  companyId: z.string().nullable().describe('null for all companies'),
  recommendations: z.array(recommendation).describe('the best first'),
  total: total.describe('of the best sets of all advices, whatever is shown'),
  wanted: total.describe('of the best sets of those that --risk and --min-saving let through'),
  counts: z.object({
    found: z.number().describe('all advices'),
    wanted: z.number().describe('those that --risk and --min-saving let through; --limit may show fewer'),
  }),
  examined: z.object({
    companies: z.number(),
    replayed: z.number().describe('companies whose recorded accesses were enough to try other TTLs on'),
  }),
  notReplayed: z
    .array(z.object({ why: z.string(), companies: z.number(), examples: z.array(z.string()).describe('company ids') }))
    .describe('why other TTLs could not be tried'),
  complete: z.boolean().describe('false when a service could not be reached: there may be more'),
  warnings: companiesReport.shape.warnings,
});
export type RecommendReport = z.infer<typeof recommendReport>;
