import * as z from 'zod';

/** What `rcm restore --json` prints. */
export const restoreReport = z.object({
  generatedAt: z.date(),
  operationId: z.string().nullable().describe('as in the activity log; null for a dry run'),
  dryRun: z.boolean(),
  success: z.boolean().describe('every key of the backup is there again, was there, or has expired since'),
  file: z.string(),
  backup: z.object({
    createdAt: z.string(),
    companies: z.array(z.object({ companyId: z.string(), companyName: z.string().nullable() })).nullable(),
    command: z.string(),
    actor: z.string(),
    reason: z.string().nullable(),
    keys: z.number(),
    bytes: z.number(),
    complete: z.boolean().describe('false: the removal was stopped before its end'),
    truncated: z.boolean().describe('true: the file has no end; --salvage took what is whole of it'),
    ignoredBytes: z
      .number()
      .describe('bytes of the file that --salvage left out, because they do not fit their checksum'),
  }),
  restoredKeys: z.number(),
  restoredBytes: z.number().describe('MEMORY USAGE of the keys when they were saved'),
  skipped: z.object({
    expired: z.number().describe('expired since they were saved'),
    existing: z.number().describe('there already (--replace overwrites them)'),
    older: z.number().describe('copies of keys that stand again later in the file: the last one counts'),
    own: z.number().describe('keys under rcm:, where this tool keeps its own state: never restored'),
  }),
  failed: z.object({ keys: z.number(), examples: z.array(z.object({ key: z.string(), reason: z.string() })) }),
  uncertainKeys: z.number().describe('keys whose answer never came'),
  stoppedBy: z.enum(['interrupt', 'error']).nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), exitCode: z.number() }).nullable(),
  warnings: z.array(z.string()),
});
export type RestoreReport = z.infer<typeof restoreReport>;
