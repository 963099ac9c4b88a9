import * as z from 'zod';

const count = z.number();

/** What `rcm snapshot --json` prints. */
export const snapshotReport = z.union([
  z.object({
    recorded: z.literal(false),
    busy: z.boolean().describe('another run was at it'),
    newest: z.date().optional().describe('with --if-older-than: when the newest snapshot was taken, which is younger'),
  }),
  z.object({
    recorded: z.literal(true),
    takenAt: z.date(),
    companies: count,
    counters: z
      .object({ hours: count.describe('closed hours copied from Redis, of all companies together'), companies: count })
      .nullable()
      .describe('null where it failed: a warning says why'),
    events: z.object({ events: count, companies: count }).nullable().describe('access events copied to the log'),
    policies: count.nullable().describe('mirrored to Redis'),
    retention: z
      .object({
        snapshots: count.describe('thinned out, or too old'),
        snapshotsLeft: count.describe('still to go, with the next runs'),
        counterRows: count.describe('hours merged to days, and days that were too old'),
        entries: count.describe('of the log, and issues resolved long ago'),
      })
      .nullable(),
    warnings: z.array(z.string()),
    complete: z.boolean().describe('false when something could not be read or written'),
  }),
]);
export type SnapshotReport = z.infer<typeof snapshotReport>;
