import * as z from 'zod';
import { PRICES, type PricingConfig, type ProviderPrices } from '../../domain/pricing.js';
import { newestChanges } from '../../domain/pricing-change/history.js';
import { impactText } from '../../domain/pricing-change/impact.js';
import { type Setting, settingPath } from '../../domain/pricing-change/setting.js';
import type { PricingPreview, PricingResult } from './change.js';

const money = z.number().nullable().describe('US dollars per month; null where unknown');
const beforeAfter = z.object({ before: money, after: money, change: money });
const status = z.enum(['healthy', 'warning', 'critical', 'unknown']);
const budgetStatus = z.enum(['within_budget', 'warning', 'critical', 'unknown']);
const line = z.object({ before: budgetStatus, after: budgetStatus });

/** What a change of prices or budgets does, or did. */
export const pricingChangeReport = z.object({
  generatedAt: z.date(),
  dryRun: z.boolean().describe('true: nothing was changed'),
  success: z.boolean(),
  change: z.number().nullable().describe('number of the change in the history; null when nothing was written'),
  changes: z.array(
    z.object({
      path: z.string(),
      oldValue: z.number().nullable().describe('null: a company had no budget of its own for the line'),
      newValue: z.number().nullable(),
      companyName: z.string().optional().describe('where it is the budget of a company whose name is known'),
    }),
  ),
  reason: z.string().describe('why, as the history keeps it'),
  impactEstimate: z.string().nullable(),
  impact: z
    .object({
      source: z.enum(['snapshot', 'measured']),
      measuredAt: z.date(),
      companies: z.number(),
      affected: z.number().describe('companies of which a cost, a budget or a verdict changes'),
      total: beforeAfter.describe("the platform's costs, of companies and unallocated, without Twilio"),
      twilio: beforeAfter,
      changed: z
        .array(
          z.object({
            companyId: z.string(),
            companyName: z.string().nullable(),
            status: z.object({ before: status, after: status }),
            budget: z.object({ cache: line, storage: line, calls: line }),
            cost: beforeAfter,
          }),
        )
        .describe('those whose status or budget status changes, the worst afterwards first'),
    })
    .nullable()
    .describe('null when nothing changes, or no figures could be had'),
  warnings: z.array(z.string()),
});
export type PricingChangeReport = z.infer<typeof pricingChangeReport>;

/** @param written what was written; null when nothing was */
export function changeReport(
  preview: PricingPreview,
  written: PricingResult | null,
  { dryRun, now, reason }: { dryRun: boolean; now: Date; reason: string },
): PricingChangeReport {
  const { changes, impact } = written ?? preview;
  const { basis, warnings } = preview;
  const names = new Map(basis?.companies.map(({ companyId, companyName }) => [companyId, companyName]));
  return {
    generatedAt: now,
    dryRun,
    success: true,
    change: written && written.changes.length > 0 ? written.version : null,
    changes: changes.map(({ setting, oldValue, newValue }) => ({
      path: settingPath(setting),
      oldValue,
      newValue,
      ...nameOf(setting, names),
    })),
    reason,
    impactEstimate: impact && impactText(impact),
    impact: impact && basis && { source: basis.source, measuredAt: basis.measuredAt, ...impact },
    warnings,
  };
}

function nameOf(setting: Setting, names: ReadonlyMap<string, string | null>): { companyName?: string } {
  const name = setting.kind === 'customBudget' ? names.get(setting.companyId) : null;
  return name ? { companyName: name } : {};
}

const amounts = z.object({ cache: z.number(), storage: z.number(), calls: z.number() });

/** What `rcm pricing get --json` prints. */
export const pricingReport = z.object({
  generatedAt: z.date(),
  version: z.number().describe('0 while nothing was ever changed; each change adds 1'),
  updatedAt: z.date().nullable(),
  providers: z.object({
    mongodb: z.object(pricesOf('mongodb')),
    redis: z.object(pricesOf('redis')),
    twilio: z.object(pricesOf('twilio')),
  }) as unknown as z.ZodType<ProviderPrices>,
  budgets: z.object({
    defaultPerCompany: amounts,
    thresholds: z.object({ warningPercent: z.number(), criticalPercent: z.number() }),
    customBudgets: z.array(
      z.object({
        companyId: z.string(),
        cacheBudget: z.number().optional(),
        storageBudget: z.number().optional(),
        callsBudget: z.number().optional(),
        reason: z.string(),
        setBy: z.string(),
        setAt: z.date(),
      }),
    ),
  }),
  priceHistory: z
    .array(
      z.object({
        change: z.number().nullable(),
        timestamp: z.date(),
        service: z.string(),
        field: z.string(),
        oldValue: z.number().nullable(),
        newValue: z.number().nullable(),
        changedBy: z.string(),
        reason: z.string(),
        impactEstimate: z.string().nullable(),
      }),
    )
    .describe('the last 20 entries, newest first; all of them: pricing history'),
});
export type PricingReport = z.infer<typeof pricingReport>;

function pricesOf(provider: keyof typeof PRICES): Record<string, z.ZodNumber> {
  return Object.fromEntries(
    Object.entries(PRICES[provider]).map(([name, { per }]) => [name, z.number().describe(`US dollars per ${per}`)]),
  );
}

const RECENT = 20;

export function pricingReportOf(config: PricingConfig, now: Date): PricingReport {
  const { version, updatedAt, providers, budgets, priceHistory } = config;
  return {
    generatedAt: now,
    version,
    updatedAt,
    providers,
    budgets,
    priceHistory: newestChanges(priceHistory)
      .slice(0, RECENT)
      .map((entry) => ({ ...entry, change: entry.change ?? null })),
  };
}
