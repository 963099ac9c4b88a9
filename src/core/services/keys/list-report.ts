import * as z from 'zod';

export const listedKey = z.object({
  key: z
    .string()
    .describe('as `keys get` and `keys delete` take it: \\\\ is a backslash, \\xHH a byte that is no printable text'),
  type: z.string(),
  bytes: z.number().nullable().describe('MEMORY USAGE, by sampling'),
  size: z.string().nullable(),
  ttlSeconds: z.number().nullable().describe('null: it never expires'),
  ttl: z.string().describe('`never`, or the time left, e.g. 3d 4h'),
  idleSeconds: z.number().nullable().describe('since it was last used; null where Redis does not tell'),
});
export type ListedKey = z.infer<typeof listedKey>;

/** What `rcm keys list --json` prints. */
export const keysListReport = z.object({
  generatedAt: z.date(),
  company: z.object({ companyId: z.string(), companyName: z.string().nullable() }),
  sort: z.string().nullable().describe('as --sort was given; then all keys were read'),
  snapshot: z
    .object({ takenAt: z.date(), ageSeconds: z.number() })
    .nullable()
    .describe('the snapshot that tells how many keys there were; null when they were read now'),
  keys: z
    .array(listedKey)
    .nullable()
    .describe('null where a snapshot is shown: it holds no keys, only their number and size'),
  matched: z
    .object({ keys: z.number(), bytes: z.number() })
    .nullable()
    .describe('all keys that fit, those that are not shown included; null where not all were read'),
  nextCursor: z.string().nullable().describe('for --cursor; null: there is no more'),
  warnings: z.array(z.string()),
});
export type KeysListReport = z.infer<typeof keysListReport>;
/** The same of keys that were read. */
export type KeysPage = KeysListReport & { keys: ListedKey[] };
