import * as z from 'zod';

/** One setting that was changed, as `pricing history --json` prints it. */
export const priceHistoryEntry = z.object({
  change: z.number().nullable().describe('number of the change: the same for all that was changed at once'),
  timestamp: z.date(),
  path: z.string(),
  companyId: z.string().nullable().describe('whose own budget it was'),
  companyName: z.string().nullable(),
  service: z.enum(['mongodb', 'redis', 'twilio', 'budgets']),
  field: z.string(),
  oldValue: z.number().nullable().describe('null: a company had no budget of its own for the line'),
  newValue: z.number().nullable(),
  changedBy: z.string(),
  reason: z.string().nullable(),
  impactEstimate: z.string().nullable(),
});
export type PriceHistoryRow = z.infer<typeof priceHistoryEntry>;

/** What `rcm pricing history --json` prints. */
export const pricingHistoryReport = z.object({
  generatedAt: z.date(),
  version: z.number().describe('changes made so far'),
  entries: z.array(priceHistoryEntry).describe('the newest first'),
  warnings: z.array(z.string()),
});
export type PricingHistoryReport = z.infer<typeof pricingHistoryReport>;
