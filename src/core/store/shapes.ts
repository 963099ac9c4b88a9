import * as z from 'zod';
import { type IssueState, SEVERITIES } from '../domain/issue.js';
import type { ToldState } from '../domain/notify/change.js';
import type { CachePolicy } from '../domain/policy.js';
import type { PricingConfig } from '../domain/pricing.js';
import type { CompanySnapshot, PlatformSnapshot } from '../domain/snapshot.js';
import { RcmError } from '../errors.js';
import { zodProblem } from '../zod-problem.js';

/** Dates are Date in MongoDB and ISO text in SQLite's JSON. */
const date = z.preprocess((value) => (typeof value === 'string' ? new Date(value) : value), z.date());
const amount = z.number().nonnegative();
const amountOrUnknown = amount.nullable();

/** Strict: what a newer version has added must not be lost by being read here and written back. */
const pricing = z.strictObject({
  providers: z.strictObject({
    mongodb: z.strictObject({ storageCostPerGB: amount, queryCost: amount, baseTierCost: amount }),
    redis: z.strictObject({ storageCostPerMB: amount, baseServiceCost: amount }),
    twilio: z.strictObject({ recordingStoragePerGB: amount, perCallCostPerMinute: amount }),
  }),
  budgets: z.strictObject({
    defaultPerCompany: z.strictObject({ cache: amount, storage: amount, calls: amount }),
    thresholds: z.strictObject({ warningPercent: amount, criticalPercent: amount }),
    customBudgets: z.array(
      z.strictObject({
        companyId: z.string(),
        cacheBudget: amount.optional(),
        storageBudget: amount.optional(),
        callsBudget: amount.optional(),
        reason: z.string(),
        setBy: z.string(),
        setAt: date,
      }),
    ),
  }),
  priceHistory: z.array(
    z.strictObject({
      timestamp: date,
      change: z.int().positive().optional(),
      service: z.enum(['mongodb', 'redis', 'twilio', 'budgets']),
      field: z.string(),
      oldValue: z.number().nullable(),
      newValue: z.number().nullable(),
      changedBy: z.string(),
      reason: z.string(),
      impactEstimate: z.string().nullable(),
    }),
  ),
  version: z.int().nonnegative(),
  createdAt: date.nullable(),
  updatedAt: date.nullable(),
});

const ttlBounds = { minTtlSeconds: amountOrUnknown, maxTtlSeconds: amountOrUnknown };

const policy = z.object({
  companyId: z.string(),
  ...ttlBounds,
  // Not in policies of earlier versions.
  segments: z.array(z.object({ segment: z.string(), ...ttlBounds })).default([]),
  cachingEnabled: z.boolean(),
  minUpdateIntervalSeconds: amountOrUnknown,
  eventsMax: z.int().nonnegative().nullable(),
  reviewReason: z.string().nullable(),
  version: z.int().positive(),
  setBy: z.string(),
  setAt: date,
  reason: z.string(),
});

const companySnapshot = z.object({
  companyId: z.string(),
  companyName: z.string().nullable(),
  takenAt: date,
  orphan: z.boolean().nullable(),
  cacheBytes: amount,
  keys: amount,
  hits: amountOrUnknown,
  misses: amountOrUnknown,
  errors: amountOrUnknown,
  readUs: amountOrUnknown,
  coveredMs: amount,
  clears24h: amountOrUnknown,
  storageBytes: amountOrUnknown,
  calls: amountOrUnknown,
  minutes: amountOrUnknown,
  recordingBytes: amountOrUnknown,
  redisCost: amount,
  mongodbCost: amountOrUnknown,
  twilioCost: amountOrUnknown,
  score: amountOrUnknown,
  status: z.string(),
});

const platformSnapshot = z.object({
  takenAt: date,
  companySource: z.enum(['collection', 'import', 'keys', 'unread']),
  companies: amount,
  totalBytes: amount,
  totalCost: amount,
  unallocatedCost: amount,
  redisUsedMemoryBytes: amountOrUnknown,
  redisUptimeSeconds: amountOrUnknown,
  // Not in snapshots of earlier versions.
  redisMaxMemoryBytes: amountOrUnknown.default(null),
  redisEvictedKeys: amountOrUnknown.default(null),
  redisExpiredKeys: amountOrUnknown.default(null),
  ownKeys: amountOrUnknown.default(null),
  ownBytes: amountOrUnknown.default(null),
  activeCompanies: amountOrUnknown.default(null),
  warnings: z.array(z.string()),
});

const issue = z.object({
  companyId: z.string().nullable(),
  code: z.string(),
  severity: z.enum(SEVERITIES),
  firstSeen: date,
  lastSeen: date,
  resolvedAt: date.nullable(),
  notifiedAt: date.nullable(),
});

const told = z.object({
  companyId: z.string().nullable(),
  code: z.string(),
  severity: z.enum(SEVERITIES).nullable(),
  toldAt: date.nullable(),
});

const keptUsage = z.object({
  measuredAt: date,
  collections: z.string(),
  /** companyId, storageBytes, calls, minutes, recordingBytes */
  companies: z.array(z.tuple([z.string(), amountOrUnknown, amountOrUnknown, amountOrUnknown, amountOrUnknown])),
  unknown: z.array(z.object({ part: z.enum(['storage', 'calls']), reason: z.string() })),
});

/** What the stored things must look like: one place for both engines. Unknown fields are dropped. */
export const SHAPES = { pricing, policy, companySnapshot, platformSnapshot, issue, told, keptUsage } as const;

// The shapes and the domain types must agree: the compiler refuses what differs.
const _pricing: z.ZodType<PricingConfig> = pricing;
const _policy: z.ZodType<CachePolicy> = policy;
const _company: z.ZodType<CompanySnapshot> = companySnapshot;
const _platform: z.ZodType<PlatformSnapshot> = platformSnapshot;
const _issue: z.ZodType<IssueState> = issue;
const _told: z.ZodType<ToldState> = told;
void [_pricing, _policy, _company, _platform, _issue, _told];

/**
 * Checks one stored thing.
 * @param what for people, e.g. `pricing configuration`
 * @param location where the store is, without secrets
 * @throws RCM_STORE_DAMAGED naming the path that is wrong
 */
export function checkStored<T>(shape: z.ZodType<T>, stored: unknown, what: string, location: string): T {
  const result = shape.safeParse(stored);
  if (result.success) return result.data;
  const { path, strange, why } = zodProblem(result.error);
  const problem = strange ? 'this version knows no such field' : why;
  throw damaged(`The stored ${what} in ${location} is damaged, or of another version, at ${path}: ${problem}`);
}

/** Refuses to write what could not be read back: a mistake of the caller, hence no RcmError. */
export function assertStorable<T>(shape: z.ZodType<T>, value: unknown, what: string): void {
  const issue = shape.safeParse(value).error?.issues[0];
  if (issue) throw new TypeError(`Not a storable ${what}: ${issue.path.map(String).join('.')}: ${issue.message}`);
}

/** @throws RCM_STORE_DAMAGED when the text is not JSON */
export function parseStoredJson(text: string, what: string, location: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(`The stored ${what} in ${location} is damaged: it is not JSON`, cause);
  }
}

function damaged(message: string, cause?: unknown): RcmError {
  return new RcmError(
    'RCM_STORE_DAMAGED',
    message,
    'Repair it by hand or restore it from a backup; nothing was changed.',
    {
      cause,
    },
  );
}
