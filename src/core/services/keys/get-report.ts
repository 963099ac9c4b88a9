import * as z from 'zod';

const shown = z.object({
  text: z.string().describe('*** where it is hidden; with \\xHH for bytes where it is not UTF-8'),
  bytes: z.number().describe('of all of it'),
  binary: z.boolean().describe('it is not UTF-8'),
  cut: z.boolean().describe('only its beginning is here'),
  hidden: z.boolean().describe('all or a part of it is hidden by the configuration (sensitive)'),
});
export type Shown = z.infer<typeof shown>;

const value = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('string'),
    format: z.enum(['json', 'text', 'binary', 'hidden']),
    offset: z.number().describe('first byte of this page'),
    bytes: z.number().describe('of this page'),
    text: z.string().nullable().describe('JSON is indented; null where it is binary'),
    base64: z.string().nullable().describe('of what is binary'),
    hidden: z.number().describe('fields that are hidden'),
  }),
  z.object({ kind: z.literal('hash'), fields: z.array(z.object({ field: shown, value: shown })) }),
  z.object({ kind: z.literal('list'), elements: z.array(z.object({ index: z.number(), value: shown })) }),
  z.object({ kind: z.literal('set'), members: z.array(shown) }),
  z.object({
    kind: z.literal('zset'),
    members: z.array(z.object({ rank: z.number(), score: z.string(), member: shown })),
  }),
  z.object({
    kind: z.literal('stream'),
    entries: z.array(z.object({ id: z.string(), fields: z.array(z.object({ field: shown, value: shown })) })),
    groups: z.array(
      z.object({
        name: z.string(),
        consumers: z.number(),
        pending: z.number(),
        lastDeliveredId: z.string(),
        lag: z.number().nullable(),
      }),
    ),
  }),
  z.object({ kind: z.literal('other') }),
]);
export type ShownValue = z.infer<typeof value>;

/** What `rcm keys get --json` prints. */
export const keysGetReport = z.object({
  generatedAt: z.date(),
  key: z.string(),
  owner: z.enum(['company', 'rcm', 'nobody']).describe('whose key it is; rcm: this tool’s own'),
  company: z.object({ companyId: z.string(), companyName: z.string().nullable() }).nullable(),
  type: z.string(),
  encoding: z.string().nullable(),
  bytes: z.number().nullable().describe('MEMORY USAGE, by sampling'),
  size: z.string().nullable(),
  length: z.number().nullable().describe('bytes of a string, elements of anything else'),
  ttlSeconds: z.number().nullable().describe('null: it never expires'),
  ttl: z.string(),
  idleSeconds: z.number().nullable().describe('before it was looked at'),
  value,
  nextCursor: z.string().nullable().describe('for --cursor; null: there is no more'),
  warnings: z.array(z.string()),
});
export type KeysGetReport = z.infer<typeof keysGetReport>;
