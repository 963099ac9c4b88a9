import * as z from 'zod';
import { DEFAULT_RETENTION } from '../domain/activity.js';
import { BASE_SHARE_RULES } from '../domain/cost.js';
import { type DetectThresholds, DEFAULT_THRESHOLDS as USUAL } from '../domain/detect/thresholds.js';
import { RECOMMEND } from '../domain/recommend/settings.js';
import { parseDuration } from '../domain/window.js';
import { DEFAULT_KEY_TEMPLATES, KeyTemplates } from '../redis/key-template.js';
import { DEFAULT_PLATFORM_COLLECTIONS as PLATFORM } from '../store/platform-collections.js';
import { notifySchema } from './notify-schema.js';

const text = z.string().min(1);
const milliseconds = z.coerce.number().int().min(10).max(600_000);
const percent = z.coerce.number().min(0).max(100);
const days = z.coerce.number().int().min(1).max(3650);
const collection = (field: string) => z.strictObject({ collection: text, companyField: text.default(field) });

const keyTemplates = z
  .array(text)
  .min(1)
  .superRefine((texts, context) => {
    try {
      new KeyTemplates(texts);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

const duration = z
  .string()
  .refine((value) => parseDuration(value) !== null, 'must be a duration such as 30m, 24h or 7d');

const atLeast = (least: number) => z.coerce.number().min(least);
const count = z.coerce.number().int().min(1);

/** From which figures on `detect` finds an issue. */
const detect = z.strictObject({
  thrashing: z
    .strictObject({
      hitRatePercent: percent.default(USUAL.thrashing.hitRatePercent),
      minReads: count.default(USUAL.thrashing.minReads),
      minMinutes: atLeast(1).default(USUAL.thrashing.minMinutes),
      reMissPercent: percent.default(USUAL.thrashing.reMissPercent),
      minReMisses: count.default(USUAL.thrashing.minReMisses),
      intervalSeconds: atLeast(1).default(USUAL.thrashing.intervalSeconds),
      earlyLifetimes: atLeast(1).default(USUAL.thrashing.earlyLifetimes),
    })
    .prefault({}),
  memory: z
    .strictObject({
      percent: atLeast(100).default(USUAL.memory.percent),
      historyDays: count.max(400).default(USUAL.memory.historyDays),
      minSnapshots: count.default(USUAL.memory.minSnapshots),
      minBytes: atLeast(0).default(USUAL.memory.minBytes),
      peerFactor: atLeast(1).default(USUAL.memory.peerFactor),
      minPeers: count.default(USUAL.memory.minPeers),
    })
    .prefault({}),
  efficiency: z
    .strictObject({
      hitRatePercent: percent.default(USUAL.efficiency.hitRatePercent),
      callsPerDay: atLeast(0).default(USUAL.efficiency.callsPerDay),
      usesPerItem: atLeast(0).default(USUAL.efficiency.usesPerItem),
      minReads: count.default(USUAL.efficiency.minReads),
      minHours: atLeast(0.1).default(USUAL.efficiency.minHours),
    })
    .prefault({}),
  budget: z
    .strictObject({
      percent: atLeast(1).default(USUAL.budget.percent),
      acceptableReturn: atLeast(0).default(USUAL.budget.acceptableReturn),
    })
    .prefault({}),
  ttl: z
    .strictObject({
      percent: percent.default(USUAL.ttl.percent),
      minBytes: atLeast(0).default(USUAL.ttl.minBytes),
    })
    .prefault({}),
  largeKeys: z.strictObject({ bytes: atLeast(1024).default(USUAL.largeKeys.bytes) }).prefault({}),
  evictions: z.strictObject({ memoryPercent: percent.default(USUAL.evictions.memoryPercent) }).prefault({}),
}) satisfies z.ZodType<DetectThresholds>;

/** The whole configuration: one schema for flags, environment and files. Every key has a default or may be absent. */
export const configSchema = z.strictObject({
  redis: z
    .strictObject({
      url: text.optional(),
      username: text.optional(),
      password: text.optional(),
      cluster: z.enum(['auto', 'yes', 'no']).default('auto'),
      sentinels: z.array(text).optional(),
      sentinelName: text.optional(),
      sentinelPassword: text.optional(),
      tls: z
        .strictObject({
          ca: text.optional(),
          cert: text.optional(),
          key: text.optional(),
          servername: text.optional(),
          rejectUnauthorized: z.stringbool().or(z.boolean()).optional(),
        })
        .optional(),
      connectTimeoutMs: milliseconds.default(5000),
      commandTimeoutMs: milliseconds.default(10_000),
      readFrom: z.enum(['auto', 'replica', 'primary']).default('auto'),
    })
    .prefault({}),
  mongodb: z
    .strictObject({
      uri: text.optional(),
      timeoutMs: milliseconds.default(5000),
      companies: z
        .strictObject({
          collection: text.default(PLATFORM.companies.collection),
          idField: text.default(PLATFORM.companies.idField),
          nameField: text.default(PLATFORM.companies.nameField),
        })
        .prefault({}),
      calls: z
        .strictObject({
          collection: text.default(PLATFORM.calls.collection),
          companyField: text.default(PLATFORM.calls.companyField),
          createdAtField: text.default(PLATFORM.calls.createdAtField),
          durationSecondsField: text.default(PLATFORM.calls.durationSecondsField),
          recordingBytesField: text.default(PLATFORM.calls.recordingBytesField),
        })
        .prefault({}),
      storage: z.array(collection('companyId')).default(PLATFORM.storage),
    })
    .prefault({}),
  stateFile: text.optional(),
  keyTemplates: keyTemplates.default([...DEFAULT_KEY_TEMPLATES]),
  window: duration.default('24h'),
  costs: z.strictObject({ baseShare: z.enum(BASE_SHARE_RULES).default('equal') }).prefault({}),
  /** Fields of cached values (names, dotted paths, globs) that are shown as *** unless they are asked for. */
  sensitive: z.array(text).default([]),
  /** Whether drill-downs, and fixes that were offered, taken and declined, are noted in the activity log. */
  logCommands: z.stringbool().or(z.boolean()).default(true),
  detect: detect.prefault({}),
  /** What `recommend` looks at, and which gains of another TTL it takes for worth a change. */
  recommend: z
    .strictObject({
      companies: z.coerce.number().int().min(0).max(100_000).default(RECOMMEND.companies),
      minSaving: atLeast(0).default(RECOMMEND.minSaving),
      minHitRateGain: percent.default(RECOMMEND.minHitRateGain),
    })
    .prefault({}),
  /** What fixes set, and when their outcome is told. */
  fix: z
    .strictObject({
      minTtlSeconds: atLeast(0.001).default(300),
      minUpdateIntervalSeconds: atLeast(0.001).default(60),
      temporaryTtlSeconds: atLeast(0.001).default(1800),
      missingTtlSeconds: atLeast(1).default(86_400),
      orphanSharePercent: percent.default(20),
      measureAfterReads: count.default(1000),
      obeySeconds: atLeast(0).max(60).default(5),
    })
    .prefault({}),
  retention: z
    .strictObject({
      snapshotDays: days.default(DEFAULT_RETENTION.snapshotDays),
      allSnapshotsHours: z.coerce.number().int().min(25).max(87_600).default(DEFAULT_RETENTION.allSnapshotsHours),
      hourlySnapshotsDays: days.min(3).default(DEFAULT_RETENTION.hourlySnapshotsDays),
      actDays: days.default(DEFAULT_RETENTION.actDays),
      accessDays: days.default(DEFAULT_RETENTION.accessDays),
    })
    .prefault({}),
  notify: notifySchema.prefault({}),
});

/** The configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;
