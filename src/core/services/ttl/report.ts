import * as z from 'zod';
import { PRESET_NAMES } from '../../domain/ttl-model/presets.js';

const money = z.number().nullable().describe('dollars per month; null where it is unknown');
const percent = z.number().nullable().describe('percent; null where it is unknown');
const seconds = z.number().nullable().describe('null: no bound');
const bounds = { minTtlSeconds: seconds, maxTtlSeconds: seconds };
const company = z.object({ companyId: z.string(), companyName: z.string().nullable() });

const prediction = z.object({
  ttlSeconds: z.number(),
  ttl: z.string(),
  today: z.boolean().describe('the median lifetime of what is stored today'),
  hitRate: percent,
  interval: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .describe('95 % interval of the hit rate, percent'),
  enough: z.boolean().describe('false: the interval is wider than ±2 points, which is too little data'),
  longerThanTrace: z.boolean().describe('the accesses span less than the TTL: the prediction is of a cold cache'),
  countedSeconds: z.number().describe('time that the figures cover: without the warm-up'),
  ...{ gets: z.number(), hits: z.number(), misses: z.number() },
  ...{ meanLiveKeys: z.number(), meanLiveBytes: z.number().describe('bytes of values') },
  ...{ peakLiveKeys: z.number(), peakLiveBytes: z.number() },
  ...{ memoryBytes: z.number(), memory: z.string() },
  missesPerMonth: z.number().nullable(),
  ...{ redisCost: money, mongodbCost: money, totalCost: money },
  cheapest: z.boolean(),
  fastest: z.boolean(),
  note: z.string().nullable().describe('what must be known before going by it'),
});

/** What `rcm ttl preview --json` prints. */
export const ttlPreviewReport = z.object({
  generatedAt: z.date(),
  company: company.nullable().describe('null when accesses of a file were looked at, and no company was named'),
  source: z.object({
    kind: z.enum(['events', 'trace']),
    file: z.string().nullable(),
    from: z.date().nullable(),
    to: z.date().nullable(),
    spanSeconds: z.number(),
    accesses: z.number().describe('replayed'),
    keys: z.number(),
    sampledShare: z.number().describe('share of the keys whose accesses these are'),
    refreshOnWrite: z.boolean().describe('whether a write to a key that is there starts its lifetime anew'),
    warmUp: z
      .boolean()
      .describe('whether the first TTL of time, at most half, only fills the cache and is not counted'),
  }),
  today: z
    .object({
      ttlSeconds: z.number().nullable().describe('median lifetime of what was stored; null when nobody told'),
      recordedHitRate: percent.describe('of the accesses that were replayed, as it really was'),
      replayedHitRate: percent.describe("by the model, under today's lifetimes"),
      ...{ cacheBytes: z.number(), keys: z.number() },
    })
    .nullable(),
  basis: z.object({
    memory: z.enum(['measured', 'values']).describe("measured: scaled by today's cache; values: bytes of values alone"),
    memoryScale: z.number(),
    reads: z.enum(['counters', 'trace']).describe('where reads per month are from'),
  }),
  predictions: z.array(prediction).describe('shortest TTL first'),
  cheapest: z.number().nullable().describe('seconds; null where there is too little data or no price'),
  fastest: z.number().nullable(),
  enough: z.boolean().describe('whether all predictions have enough data'),
  advice: z.string().nullable().describe('how to get more data'),
  warnings: z.array(z.string()),
});
export type TtlPreviewReport = z.infer<typeof ttlPreviewReport>;
export type TtlPrediction = TtlPreviewReport['predictions'][number];

const setBy = { version: z.number(), setBy: z.string(), setAt: z.date(), reason: z.string() };
const policyRow = z.object({
  companyId: z.string().describe('empty: the default, of all companies'),
  companyName: z.string().nullable(),
  segment: z.string().nullable().describe('null: all keys'),
  ...bounds,
  cachingEnabled: z.boolean(),
  eventsMax: z.number().nullable(),
  ...setBy,
});

/** What `rcm ttl get --json` prints without a company: every policy, a row for each of its bounds. */
export const ttlPoliciesReport = z.object({
  generatedAt: z.date(),
  policies: z.array(policyRow),
  warnings: z.array(z.string()),
});
export type TtlPoliciesReport = z.infer<typeof ttlPoliciesReport>;

/** What `rcm ttl get COMPANY --json` prints. */
export const companyTtlReport = z.object({
  generatedAt: z.date(),
  ...company.shape,
  bounds: z
    .array(
      z.object({
        segment: z.string().nullable().describe('null: all other keys'),
        ...bounds,
        source: z.enum(['company', 'default', 'application']),
      }),
    )
    .describe('what holds for the keys of each segment, and whose word it is'),
  cachingEnabled: z.boolean(),
  eventsMax: z.object({ value: z.number(), source: z.enum(['company', 'default', 'application']) }),
  own: z.object(setBy).nullable().describe("the company's own policy"),
  warnings: z.array(z.string()),
});
export type CompanyTtlReport = z.infer<typeof companyTtlReport>;

/** What `rcm ttl presets --json` prints. */
export const ttlPresetsReport = z.object({
  generatedAt: z.date(),
  company: company.nullable(),
  segment: z.string().nullable(),
  presets: z.array(
    z.object({
      name: z.enum(PRESET_NAMES),
      title: z.string(),
      rule: z.string(),
      needsData: z.boolean(),
      chosen: z.object(bounds).nullable().describe('for this company; null where it cannot be told'),
      why: z.string().nullable().describe('why nothing was chosen'),
      predicted: z
        .object({ hitRate: percent, memoryBytes: z.number(), totalCost: money })
        .nullable()
        .describe('null where it cannot be told'),
    }),
  ),
  warnings: z.array(z.string()),
});
export type TtlPresetsReport = z.infer<typeof ttlPresetsReport>;

const content = z.object({
  ...bounds,
  segments: z.array(z.object({ segment: z.string(), ...bounds })),
  eventsMax: seconds,
});
const effect = z.object({ hitRate: percent, memoryBytes: z.number(), totalCost: money });

/** What `rcm ttl set --json` prints. */
export const ttlSetReport = z.object({
  generatedAt: z.date(),
  companyId: z.string().nullable().describe('null: the default'),
  companyName: z.string().nullable(),
  dryRun: z.boolean(),
  changed: z.boolean(),
  before: content.nullable().describe('null: no policy'),
  after: content.nullable(),
  preset: z.enum(PRESET_NAMES).nullable(),
  predicted: z
    .object({ before: effect.nullable(), after: effect.nullable(), why: z.string().nullable() })
    .describe('null where it cannot be told, and why'),
  existing: z
    .object({
      /** Of keys that are there. */
      shortened: z.number(),
      given: z.number().describe('keys that never expired, and now do'),
      unchanged: z.number(),
      wouldChange: z.number().nullable().describe('in a dry run'),
    })
    .nullable()
    .describe('null without --existing'),
  stoppedBy: z.enum(['interrupt', 'error']).nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), exitCode: z.number() }).nullable(),
  warnings: z.array(z.string()),
});
export type TtlSetReport = z.infer<typeof ttlSetReport>;
