import * as z from 'zod';
import type { BudgetLineName } from '../../domain/pricing.js';

const money = z.number().nullable().describe('US dollars per month; null where unknown');
const amounts = z.object({ cache: z.number(), storage: z.number(), calls: z.number() });
const thresholds = z.object({ warningPercent: z.number(), criticalPercent: z.number() });
const who = { reason: z.string(), setBy: z.string(), setAt: z.date() };
const own = z.number().nullable().describe('US dollars per month; null: the default');

/** What `rcm budget get --json` prints. */
export const budgetsReport = z.object({
  generatedAt: z.date(),
  defaultPerCompany: amounts.describe('US dollars per month, for what a company has no budget of its own'),
  thresholds,
  budgets: z
    .array(
      z.object({
        companyId: z.string(),
        companyName: z.string().nullable(),
        cache: own,
        storage: own,
        calls: own,
        ...who,
      }),
    )
    .describe('companies with a budget of their own'),
  warnings: z.array(z.string()),
});
export type BudgetsReport = z.infer<typeof budgetsReport>;

const line = z.object({
  allocated: z.number().describe('US dollars per month'),
  source: z.enum(['own', 'default']),
  default: z.number(),
  used: money,
  remaining: money,
  percentUsed: z.number().nullable().describe('null where unknown, and where something is used of nothing'),
  status: z.enum(['within_budget', 'warning', 'critical', 'unknown']),
});

/** What `rcm budget get COMPANY --json` prints. */
export const companyBudgetReport = z.object({
  generatedAt: z.date(),
  companyId: z.string(),
  companyName: z.string().nullable(),
  lines: z
    .object({ cache: line, storage: line, calls: line })
    .partial()
    .describe('all three, or those that --filter keeps'),
  own: z.object(who).nullable().describe('who set its own budget last; null where it has none'),
  thresholds,
  snapshot: z
    .object({ takenAt: z.date(), ageSeconds: z.number() })
    .nullable()
    .describe('what `used` is from; null where there is no snapshot'),
  unknown: z.array(z.string()).describe('terms of the costs that are unknown: what is used is the sum of the others'),
  warnings: z.array(z.string()),
});
/** As it is made: with every line. */
export type CompanyBudgetReport = Omit<z.infer<typeof companyBudgetReport>, 'lines'> & {
  lines: Record<BudgetLineName, z.infer<typeof line>>;
};
