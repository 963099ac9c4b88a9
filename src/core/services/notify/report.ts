import * as z from 'zod';
import { TARGET_TYPES } from '../../domain/notify/target.js';

export const OUTCOMES = ['sent', 'nothing', 'failed', 'unknown', 'dry-run'] as const;

/** How one target was told, or why not. */
export const notification = z.object({
  target: z.string(),
  type: z.enum(TARGET_TYPES),
  to: z.string().describe('scheme and host, and the recipients of e-mails: no secret'),
  outcome: z
    .enum(OUTCOMES)
    .describe(
      'nothing: there is no news; failed: a later run tries again; unknown: the store cannot say what was told',
    ),
  new: z.number().describe('issues told of, or to be told of'),
  worse: z.number(),
  resolved: z.number(),
  elsewhere: z.number().describe('issues that another run is telling of just now'),
  attempts: z.number(),
  error: z.string().nullable(),
  message: z
    .object({ subject: z.string(), lines: z.array(z.string()), payload: z.record(z.string(), z.unknown()) })
    .nullable()
    .describe('with --dry-run: what would be sent; null where nothing would'),
});
export type Notification = z.infer<typeof notification>;

/** What `rcm alerts --notify --test --json` prints. */
export const notifyTestReport = z.object({
  generatedAt: z.date(),
  notifications: z.array(notification),
  warnings: z.array(z.string()),
});
export type NotifyTestReport = z.infer<typeof notifyTestReport>;
