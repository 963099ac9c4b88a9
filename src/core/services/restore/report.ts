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
    truncated: z.boolean().describe('true: the file breaks off; --salvage took its whole batches'),
  }),
  restoredKeys: z.number(),
  restoredBytes: z.number().describe('MEMORY USAGE of the keys when they were saved'),
  skipped: z.object({
    expired: z.number().describe('expired since they were saved'),
    existing: z.number().describe('there already (--replace overwrites them)'),
  }),
  failed: z.object({ keys: z.number(), examples: z.array(z.object({ key: z.string(), reason: z.string() })) }),
  uncertainKeys: z.number().describe('keys whose answer never came'),
  stoppedBy: z.enum(['interrupt', 'error']).nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), exitCode: z.number() }).nullable(),
  warnings: z.array(z.string()),
});
export type RestoreReport = z.infer<typeof restoreReport>;
