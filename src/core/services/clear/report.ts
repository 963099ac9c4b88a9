import * as z from 'zod';

const removed = z.object({
  companyId: z.string(),
  companyName: z.string().nullable(),
  clearedKeys: z.number(),
  freedBytes: z.number().describe('MEMORY USAGE of the keys, by sampling'),
  freedMemory: z.string(),
});

/** What `rcm clear --json` prints. */
export const clearReport = z.object({
  generatedAt: z.date(),
  operationId: z.string().nullable().describe('as in the activity log; null when nothing was to be done'),
  dryRun: z.boolean().describe('true: nothing was changed, the figures say what would be'),
  success: z.boolean().describe('all that was asked for is removed'),
  clearedKeys: z.number(),
  freedBytes: z.number(),
  freedMemory: z.string(),
  companies: z.array(removed),
  backup: z
    .object({ file: z.string(), keys: z.number(), bytes: z.number(), resumedKeys: z.number() })
    .nullable()
    .describe('keys: all that the file holds; resumedKeys: those of an earlier run that was stopped'),
  left: z
    .object({ tooLarge: z.number(), changed: z.number(), examples: z.array(z.string()) })
    .describe('keys that were not removed, because they are too large to be backed up or were written all the time'),
  uncertainKeys: z.number().describe('at most so many keys whose answer never came: removed or not'),
  stoppedBy: z.enum(['interrupt', 'error']).nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), exitCode: z.number() }).nullable(),
  warnings: z.array(z.string()),
});
export type ClearReport = z.infer<typeof clearReport>;
