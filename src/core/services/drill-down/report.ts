import * as z from 'zod';
import { activityEntry } from '../activity/report.js';
import { companyView } from '../companies/report.js';
import { detectedIssue } from '../detect/report.js';
import { recommendation } from '../recommend/report.js';

const bytes = z.number();
const money = z.number().nullable().describe('US dollars per month; null where unknown');
const percentOfCache = z.number().describe("percent of the company's cache, by bytes");

const group = z.object({ name: z.string(), keys: z.number(), bytes, size: z.string(), percent: percentOfCache });

/** One of the largest keys. */
export const cachedKey = z.object({
  key: z.string().describe('as `keys get` takes it: escaped where it is not plain text'),
  type: z.string().nullable(),
  bytes,
  size: z.string(),
  percent: percentOfCache,
  ttlSeconds: z.number().nullable().describe('null: it never expires'),
  idleSeconds: z.number().nullable().describe('since it was last used; null under an LFU policy'),
});

/** What `rcm drill-down --json` prints. */
export const drillDownReport = z.object({
  generatedAt: z.date(),
  window: z.object({ from: z.date(), to: z.date(), seconds: z.number() }),
  snapshot: z
    .object({ takenAt: z.date(), ageSeconds: z.number() })
    .nullable()
    .describe('the snapshot the figures are from, which holds no keys; null when measured now'),
  usageMeasuredAt: z.date().nullable().describe('when usage was read from MongoDB (kept for 15 minutes)'),
  company: companyView,
  metrics: z.object({
    performance: z.object({
      hits: z.number().nullable(),
      misses: z.number().nullable(),
      errors: z.number().nullable(),
      coveredSeconds: z.number().describe('from the first recorded slot of the window to its end'),
      reads: z.object({
        stepSeconds: z.number(),
        points: z.array(
          z.object({
            at: z.date().describe('begin of the step'),
            hits: z.number(),
            misses: z.number(),
            readUs: z.number().nullable().describe('microseconds spent reading'),
            hitRate: z.number().nullable(),
            avgResponseMs: z.number().nullable(),
          }),
        ),
      }),
      memory: z
        .array(z.object({ at: z.date(), cacheBytes: bytes, cacheSize: z.string(), keys: z.number() }))
        .describe('snapshots of the window, and what was measured now, if anything was'),
    }),
    costs: z.object({
      terms: z
        .array(z.object({ term: z.string(), cost: money }))
        .describe('redis.storage, redis.baseShare, mongodb.storage, …'),
      total: money.describe('infrastructure and Twilio'),
    }),
    keys: z.object({
      total: z.number(),
      bytes,
      byType: z.array(group).nullable().describe('null, as the next two, where a snapshot is shown'),
      bySegment: z
        .array(group)
        .nullable()
        .describe('by what stands after the company id; the largest, the others as (other)'),
      byTtl: z
        .array(group.extend({ fromSeconds: z.number().nullable(), toSeconds: z.number().nullable() }))
        .nullable()
        .describe('by time left; both null: never expires'),
    }),
    cachedKeys: z.array(cachedKey).nullable().describe('the largest, largest first; null where a snapshot is shown'),
  }),
  activityLog: z.array(activityEntry).describe('the last 50, newest first'),
  issues: z
    .array(z.string())
    .describe('codes of what `detect` finds, or, where a snapshot is shown, found last; as in `company`'),
  recommendations: z.array(z.string()).describe('what to do, the best first, as in `company`'),
  detected: z.array(detectedIssue).nullable().describe('those issues in full; null where a snapshot is shown'),
  advice: z.array(recommendation).nullable().describe('those recommendations in full; null where a snapshot is shown'),
  nextCommands: z.array(z.object({ command: z.string(), purpose: z.string() })),
  warnings: z.array(z.string()),
});
export type DrillDownReport = z.infer<typeof drillDownReport>;
export type CachedKey = z.infer<typeof cachedKey>;
