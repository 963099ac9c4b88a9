import * as z from 'zod';
import { FEED_TYPES, type FeedEntry } from '../../domain/activity-feed.js';
import { formatBytes } from '../../domain/format.js';

/** One entry, as `activity` prints it and wherever else it appears. */
export const activityEntry = z.object({
  timestamp: z.date(),
  ageSeconds: z.number(),
  type: z.enum(FEED_TYPES),
  companyId: z.string().nullable().describe('null for what concerns the whole platform'),
  companyName: z.string().nullable(),
  key: z.string().nullable().describe('without its template’s part; long keys are shortened when they are recorded'),
  sizeBytes: z.number().nullable(),
  size: z.string().nullable(),
  durationMs: z.number().nullable(),
  actor: z.string().nullable(),
  reason: z.string().nullable(),
  detail: z.string().describe('what happened, for people'),
  source: z.enum(['live', 'log', 'prices']).describe('Redis, the durable log, or the history of prices and budgets'),
  details: z.record(z.string(), z.unknown()).describe('what the entry holds besides'),
});
export type ActivityReportEntry = z.infer<typeof activityEntry>;

/** What `rcm activity --json` prints. */
export const activityReport = z.object({
  generatedAt: z.date(),
  companyId: z.string().nullable().describe('null: all companies'),
  entries: z.array(activityEntry).describe('newest first'),
  warnings: z.array(z.string()),
});
export type ActivityReport = z.infer<typeof activityReport>;

const percent = z.number().nullable();
const milliseconds = z.number().nullable().describe('between consecutive reads; null under two reads');

/** What `rcm activity --patterns --json` prints. */
export const patternsReport = z.object({
  generatedAt: z.date(),
  companyId: z.string().nullable().describe('null: all companies'),
  sampling: z
    .array(
      z.object({
        companyId: z.string(),
        companyName: z.string().nullable(),
        threshold: z.number().describe('the share of keys whose accesses were all recorded, 0 to 1'),
        keysPercent: z.number(),
        keysSeen: z.number(),
      }),
    )
    .describe('which share of each company’s keys is recorded'),
  patterns: z
    .array(
      z.object({
        companyId: z.string(),
        companyName: z.string().nullable(),
        key: z.string(),
        accesses: z.number(),
        hits: z.number(),
        misses: z.number(),
        sets: z.number(),
        deletes: z.number(),
        hitRate: percent.describe('percent of the reads'),
        alternation: percent.describe('percent of consecutive reads of which one was a hit and the other a miss'),
        meanIntervalMs: milliseconds,
        medianIntervalMs: milliseconds,
        firstAt: z.date(),
        lastAt: z.date(),
        complete: z.boolean().describe('false: only a part of its accesses was recorded'),
      }),
    )
    .describe('most accesses first'),
  warnings: z.array(z.string()),
});
export type PatternsReport = z.infer<typeof patternsReport>;

/** An entry as reports hold it. */
export function reportEntry(entry: FeedEntry, now: Date): ActivityReportEntry {
  const { timestamp, type, companyId, companyName, key, sizeBytes, ...rest } = entry;
  return {
    timestamp,
    ageSeconds: Math.max(0, Math.round((now.getTime() - timestamp.getTime()) / 1000)),
    type,
    companyId,
    companyName,
    key,
    sizeBytes,
    size: sizeBytes === null ? null : formatBytes(sizeBytes),
    ...rest,
  };
}
