import * as z from 'zod';
import { companiesReport } from '../companies/report.js';

const money = z.number().nullable().describe('US dollars per month; null where unknown');
const known = z.number().nullable();
const text = z.string().nullable();

/** What `rcm stats --json` prints. */
export const statsReport = z.object({
  ...companiesReport.pick({
    generatedAt: true,
    window: true,
    snapshot: true,
    usageMeasuredAt: true,
    platformStats: true,
  }).shape,
  cost: z
    .object({
      companies: money.describe('Redis and MongoDB cost of all companies: platformStats.totalCost'),
      redis: money,
      mongodb: money,
      unallocated: money.describe('what belongs to no company: platformStats.unallocatedCost'),
      mongodbBaseTier: money,
      redisBase: money.describe('the base service cost where nobody shares it, else 0'),
      platform: money.describe('companies + unallocated'),
      twilio: money.describe('calls and recordings; not part of the above'),
      unknown: z.array(z.string()).describe('terms that are unknown for some company: the sum of the known is given'),
    })
    .describe('US dollars per month'),
  redis: z.object({
    product: text,
    version: text.describe('all of them, where servers differ'),
    mode: text,
    primaries: known,
    usedMemoryBytes: known.describe('sum over the primaries'),
    usedMemory: text,
    maxMemoryBytes: known.describe('sum over the primaries; null where one has no limit'),
    maxMemory: text,
    usedPercent: known,
    maxMemoryPolicy: text,
    fragmentationRatio: known,
    uptimeSeconds: known.describe('of the primary that started last'),
    evictedKeys: known.describe("since the servers' start"),
    expiredKeys: known.describe("since the servers' start"),
    keyspace: z
      .object({ hits: known, misses: known, hitRate: known.describe('percent') })
      .describe("the server's own counts since its start, of every client and every key: not the companies' hit rate"),
    servers: z
      .array(
        z.object({
          label: z.string(),
          version: z.string(),
          usedMemoryBytes: known,
          maxMemoryBytes: known.describe('0: no limit'),
          evictedKeys: known,
          uptimeSeconds: known,
        }),
      )
      .nullable()
      .describe('each primary; null in snapshots, or when INFO is refused'),
  }),
  keys: z.object({ companies: z.number(), own: known, other: known.describe('that no key template matches') }),
  own: z
    .object({
      keys: known,
      bytes: known,
      memory: text,
      activeCompanies: known.describe('companies whose accesses were recorded in the last 50 hours'),
      bytesPerActiveCompany: known,
    })
    .describe('what rcm itself keeps in Redis (rcm:*), measured'),
  store: z.object({ engine: z.enum(['mongodb', 'sqlite']), location: z.string() }).nullable(),
  warnings: companiesReport.shape.warnings,
});
export type StatsReport = z.infer<typeof statsReport>;
