import * as z from 'zod';

const count = z.number().nullable();

const figures = {
  reads: count.describe('null where MONITOR is refused'),
  hits: count,
  misses: count.describe(
    'where MONITOR is refused, of any command: an upper bound; null where key-misses are not told of',
  ),
  hitRate: count.describe('percent; null without a read, or where reads or misses are unknown'),
  expirations: count,
  evictions: count,
  readsPerSecond: count,
  few: z.boolean().nullable().describe('under 1,000 reads: the hit rate says little'),
};

export const STOP_REASONS = ['overhead', 'buffer', 'latency', 'interrupted', 'restarted', 'setting', 'lease'] as const;

/** What `rcm observe --json` prints. */
export const observeReport = z.object({
  generatedAt: z.date(),
  startedAt: z.date(),
  durationSeconds: z.number().describe('as asked for'),
  observedSeconds: z.number().describe('what the figures cover: the good intervals (of the server with the fewest)'),
  mode: z.enum(['full', 'missesOnly', 'readsOnly']),
  companies: z.array(z.object({ companyId: z.string(), companyName: z.string().nullable(), ...figures })),
  platform: z.object({ ...figures, otherReads: count.describe("reads of keys that are no company's") }),
  intervals: z.object({ seconds: z.number(), good: z.number(), discarded: z.number() }),
  nodes: z.array(
    z.object({
      node: z.string(),
      good: z.number(),
      discarded: z.object({ connection: z.number(), setting: z.number(), 'too-much': z.number() }),
      overhead: z.object({
        percent: count.describe("percentage points of the server's command thread that observing took, mean"),
        largestPercent: count,
        latencyMs: z.object({ before: count, during: count }).describe('of a small command, median'),
        largestBufferBytes: count.describe('what the server held for the observer'),
        commandsPerSecond: z.object({ before: count, during: count }),
      }),
    }),
  ),
  stoppedEarly: z.object({ reason: z.enum(STOP_REASONS), message: z.string() }).nullable(),
  recorded: z
    .object({ companies: z.number(), skipped: z.array(z.string()).describe('ids of companies that record themselves') })
    .nullable()
    .describe('null without --record'),
  warnings: z.array(z.string()),
});
export type ObserveReport = z.infer<typeof observeReport>;
export type ObservedCompany = ObserveReport['companies'][number];
export type ObservedNodeReport = ObserveReport['nodes'][number];
export type StopReason = (typeof STOP_REASONS)[number];
