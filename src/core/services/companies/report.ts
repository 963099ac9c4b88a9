import * as z from 'zod';
import type { CompanyView, PlatformStats } from '../../domain/company-view.js';

const money = z.number().nullable().describe('US dollars per month; null where unknown');
const known = z.number().nullable();
const component = z.number().nullable();

const budgetLine = z.object({
  allocated: money,
  used: money,
  remaining: money,
  percentUsed: known,
  status: z.enum(['within_budget', 'warning', 'critical', 'unknown']),
});

/** One company, wherever it appears (DESIGN §6). */
export const companyView = z.object({
  companyId: z.string(),
  companyName: z.string().nullable(),
  orphan: z.boolean().nullable().describe('null where it cannot be known'),
  status: z.object({
    code: z.enum(['healthy', 'warning', 'critical', 'unknown']),
    color: z.string(),
    icon: z.string(),
    score: z.number().nullable(),
    components: z.object({ hitRate: component, cost: component, performance: component, stability: component }),
    basis: z.array(z.enum(['hitRate', 'cost', 'performance', 'stability'])),
    message: z.string(),
    actionRequired: z.boolean(),
    urgency: z.enum(['medium', 'high']).nullable(),
    escalate: z.boolean(),
  }),
  metrics: z.object({
    cacheBytes: z.number(),
    cacheSize: z.string(),
    keys: z.number(),
    hitRate: known.describe('percent'),
    avgResponseMs: known,
    cost: money,
    callsPerDay: known,
    clears24h: known,
  }),
  costs: z.object({
    redis: money,
    mongodb: money,
    infrastructure: money,
    twilio: money,
    unknown: z.array(
      z.enum([
        'redis.storage',
        'redis.baseShare',
        'mongodb.storage',
        'mongodb.queries',
        'twilio.calls',
        'twilio.recordings',
      ]),
    ),
  }),
  budget: budgetLine.extend({
    line: z.enum(['cache', 'storage']),
    lines: z.object({ cache: budgetLine, storage: budgetLine, calls: budgetLine }),
  }),
  issues: z.array(z.string()).describe('codes of `detect`; in a list, what the last one found'),
  recommendations: z.array(z.string()).describe('what to do about them, with the command'),
}) satisfies z.ZodType<CompanyView>;

export const platformStats = z.object({
  totalMemoryBytes: z.number(),
  totalMemory: z.string(),
  avgHitRate: known,
  totalCost: money,
  unallocatedCost: money,
  redisUsedMemoryBytes: known,
  uptimeSeconds: known,
  companies: z.object({
    total: z.number(),
    healthy: z.number(),
    warning: z.number(),
    critical: z.number(),
    unknown: z.number(),
  }),
}) satisfies z.ZodType<PlatformStats>;

/** What `rcm companies --json` prints. */
export const companiesReport = z.object({
  generatedAt: z.date().describe('ISO 8601'),
  window: z.object({ from: z.date(), to: z.date(), seconds: z.number() }),
  snapshot: z
    .object({ takenAt: z.date(), ageSeconds: z.number() })
    .nullable()
    .describe('the snapshot the figures are from; null when measured now'),
  usageMeasuredAt: z.date().nullable().describe('when usage was read from MongoDB (kept for 15 minutes)'),
  companies: z.array(companyView),
  platformStats,
  warnings: z.array(z.string()).describe('what could not be measured, and what to know about how the rest was'),
});
export type CompaniesReport = z.infer<typeof companiesReport>;
