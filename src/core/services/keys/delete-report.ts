import * as z from 'zod';
import { clearReport } from '../clear/report.js';

/** What `rcm keys delete --json` prints: as `clear` does, and what became of the names. */
export const keysDeleteReport = clearReport.extend({
  namedKeys: z.number(),
  absentKeys: z.number().describe('named, but not there'),
  absent: z.array(z.string()).describe('the first of them'),
  keys: z
    .array(
      z.object({
        key: z.string(),
        companyId: z.string(),
        type: z.string().nullable(),
        bytes: z.number().nullable().describe('MEMORY USAGE, by sampling'),
        size: z.string().nullable(),
      }),
    )
    .describe('the first of those that were there'),
});
export type KeysDeleteReport = z.infer<typeof keysDeleteReport>;
