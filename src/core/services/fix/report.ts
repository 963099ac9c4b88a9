import * as z from 'zod';
import { ISSUE_CODES } from '../../domain/detect/issue.js';
import { FIX_STATUSES } from '../../domain/fix.js';

const error = z.object({ code: z.string(), message: z.string(), hint: z.string(), exitCode: z.number() }).nullable();
const change = z.object({ before: z.number().nullable(), after: z.number().nullable() });

const recovered = z
  .array(
    z.object({
      fixId: z.string(),
      companyId: z.string(),
      issueCode: z.string(),
      status: z.enum(FIX_STATUSES).nullable().describe('null: still under way, or a service is away'),
      text: z.string(),
    }),
  )
  .describe('fixes that had been interrupted, and what became of them now');

const prediction = z
  .object({
    before: z.number().describe('percent, replayed as it is today'),
    after: z.number(),
    low: z.number().describe('of the 95 % interval of `after`'),
    high: z.number(),
    reads: z.number(),
  })
  .nullable()
  .describe('hit rate in percent; null where it does not apply, or too little was recorded');

const measured = z
  .object({
    hitRate: z.number().describe('percent'),
    reads: z.number(),
    from: z.string(),
    to: z.string(),
    source: z.enum(['counters', 'events']).describe('events: a sample'),
  })
  .nullable()
  .describe('since the fix; null until there were enough reads');

const predicted = z.object({
  hitRate: prediction,
  cacheBytes: change.describe('right after the fix; null: not known'),
  storageCost: change.describe('US dollars a month for the memory alone'),
});

const step = z.object({ name: z.string(), text: z.string(), done: z.boolean() });

/** What `rcm fix COMPANY ISSUE --json` prints. */
export const fixReport = z.object({
  generatedAt: z.date(),
  dryRun: z.boolean(),
  success: z.boolean(),
  fixId: z.string().nullable(),
  companyId: z.string(),
  companyName: z.string().nullable(),
  issueCode: z.enum(ISSUE_CODES),
  name: z.string(),
  action: z.string(),
  status: z.enum(FIX_STATUSES).nullable().describe('null: nothing was changed'),
  steps: z.array(step),
  hitRate: z.number().nullable().describe('percent, recorded before the fix'),
  predicted,
  temporary: z.boolean().describe('true: it wins time, a person must look at the cause'),
  staleSeconds: z.number().nullable().describe('how much older than the configuration reads may be'),
  backup: z.string().nullable().describe('where cleared keys are saved'),
  undoCommand: z.string().nullable(),
  recovered,
  stoppedBy: z.enum(['interrupt', 'error']).nullable(),
  error,
  warnings: z.array(z.string()),
});
export type FixReport = z.infer<typeof fixReport>;

/** What `rcm fix undo ID --json` prints. */
export const fixUndoReport = z.object({
  generatedAt: z.date(),
  dryRun: z.boolean(),
  success: z.boolean(),
  fixId: z.string(),
  companyId: z.string(),
  companyName: z.string().nullable(),
  issueCode: z.string(),
  status: z.enum(FIX_STATUSES),
  steps: z.array(step).describe('what is undone, in this order'),
  withKeys: z.boolean(),
  restoredKeys: z.number().nullable().describe('null: not asked for'),
  restoredTtls: z.number().nullable().describe('keys that have their former TTL again; null: the fix touched none'),
  recovered,
  stoppedBy: z.enum(['interrupt', 'error']).nullable(),
  error,
  warnings: z.array(z.string()),
});
export type FixUndoReport = z.infer<typeof fixUndoReport>;

const listedFix = z.object({
  fixId: z.string(),
  plannedAt: z.date(),
  finishedAt: z.date().nullable(),
  companyId: z.string(),
  companyName: z.string().nullable(),
  issueCode: z.string(),
  status: z.enum(FIX_STATUSES),
  action: z.string().nullable(),
  temporary: z.boolean(),
  actor: z.string(),
  reason: z.string(),
  hitRate: z.number().nullable().describe('percent, recorded before the fix'),
  predicted,
  measured,
  backup: z.string().nullable(),
  undoCommand: z.string().nullable(),
});
export type ListedFix = z.infer<typeof listedFix>;

/** What `rcm fix list --json` prints. */
export const fixListReport = z.object({
  generatedAt: z.date(),
  fixes: z.array(listedFix).describe('the newest first'),
  recovered,
  complete: z.boolean().describe('false when Redis could not be reached: nothing was measured or recovered'),
  warnings: z.array(z.string()),
});
export type FixListReport = z.infer<typeof fixListReport>;
