import { type Connection, type Model, Schema, type Types } from 'mongoose';
import type { ActivityEntry } from '../../domain/activity.js';
import type { FixRecord } from '../../domain/fix.js';
import type { IssueState, Severity } from '../../domain/issue.js';
import type { CachePolicy } from '../../domain/policy.js';
import type { PricingConfig } from '../../domain/pricing.js';
import type { PlatformSnapshot } from '../../domain/snapshot.js';
import { type CompanySnapshotDoc, SNAPSHOT_FIELDS } from './snapshot-doc.js';

/** `versionKey` off: versions are guarded by hand. `minimize` off: an empty object comes back as one. */
const OPTIONS = { versionKey: false, minimize: false, autoIndex: false, autoCreate: false } as const;
const SUBDOCUMENT = { ...OPTIONS, _id: false } as const;
const { Mixed, ObjectId } = Schema.Types;

const numbers = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: Number }]));
const strings = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: String }]));

const customBudget = new Schema(
  {
    ...strings('companyId', 'reason', 'setBy'),
    ...numbers('cacheBudget', 'storageBudget', 'callsBudget'),
    setAt: Date,
  },
  SUBDOCUMENT,
);
const historyEntry = new Schema(
  {
    timestamp: Date,
    ...strings('service', 'field', 'changedBy', 'reason', 'impactEstimate'),
    ...numbers('change', 'oldValue', 'newValue'),
  },
  SUBDOCUMENT,
);
const pricing = new Schema(
  {
    _id: String,
    providers: {
      mongodb: numbers('storageCostPerGB', 'queryCost', 'baseTierCost'),
      redis: numbers('storageCostPerMB', 'baseServiceCost'),
      twilio: numbers('recordingStoragePerGB', 'perCallCostPerMinute'),
    },
    budgets: {
      defaultPerCompany: numbers('cache', 'storage', 'calls'),
      thresholds: numbers('warningPercent', 'criticalPercent'),
      customBudgets: [customBudget],
    },
    priceHistory: [historyEntry],
    version: Number,
    createdAt: Date,
    updatedAt: Date,
  },
  OPTIONS,
);

const policy = new Schema(
  {
    _id: String,
    ...numbers('minTtlSeconds', 'maxTtlSeconds', 'minUpdateIntervalSeconds', 'eventsMax', 'version'),
    cachingEnabled: Boolean,
    ...strings('reviewReason', 'setBy', 'reason'),
    // Names of segments are values here, never field names: those may not hold a NUL.
    segments: [new Schema({ segment: String, ...numbers('minTtlSeconds', 'maxTtlSeconds') }, SUBDOCUMENT)],
    setAt: Date,
  },
  OPTIONS,
);

const activity = new Schema(
  { ...strings('companyId', 'eventType', 'key'), timestamp: Date, details: Mixed, metadata: Mixed },
  OPTIONS,
)
  .index({ companyId: 1, timestamp: 1 })
  .index({ timestamp: 1 });

// What a fix needs to be undone may name Redis keys, and MongoDB takes no NUL in a field name: these parts are JSON text.
const fix = new Schema(
  {
    _id: String,
    ...strings('companyId', 'issueCode', 'status', 'actor', 'reason', 'steps', 'before', 'predicted', 'measured'),
    plannedAt: Date,
    finishedAt: Date,
    version: Number,
  },
  OPTIONS,
).index({ companyId: 1, plannedAt: 1 });

/** Keys whose TTL a fix changed, in chunks `FIX/NUMBER`; JSON, as the above. */
const fixTouched = new Schema({ _id: String, touched: String }, OPTIONS);

const companySnapshot = new Schema(SNAPSHOT_FIELDS, OPTIONS).index({ c: 1, t: 1 }).index({ t: 1 });
const platformSnapshot = new Schema(
  {
    _id: ObjectId,
    takenAt: Date,
    companySource: String,
    ...numbers('companies', 'totalBytes', 'totalCost', 'unallocatedCost', 'redisUsedMemoryBytes', 'redisUptimeSeconds'),
    ...numbers('redisMaxMemoryBytes', 'redisEvictedKeys', 'redisExpiredKeys', 'ownKeys', 'ownBytes', 'activeCompanies'),
    warnings: [String],
  },
  OPTIONS,
).index({ takenAt: 1 });

const issue = new Schema(
  {
    _id: String,
    ...strings('companyId', 'code', 'severity'),
    firstSeen: Date,
    lastSeen: Date,
    resolvedAt: Date,
    notifiedAt: Date,
    version: Number,
  },
  OPTIONS,
).index({ resolvedAt: 1 });

const notification = new Schema(
  {
    _id: String,
    ...strings('target', 'issue', 'severity', 'claimedBy'),
    toldAt: Date,
    claimedAt: Date,
  },
  OPTIONS,
).index({ target: 1 });

const usage = new Schema(
  { _id: String, measuredAt: Date, collections: String, companies: Mixed, unknown: Mixed },
  OPTIONS,
);

const counterDay = new Schema({ _id: String, h: Mixed, s: Mixed }, OPTIONS);
const eventMark = new Schema({ _id: String, streamId: String }, OPTIONS);

type Stored<T, Id> = Omit<T, 'companyId' | 'fixId'> & { _id: Id };
export type PolicyDoc = Stored<CachePolicy, string>;
export type FixDoc = Omit<FixRecord, 'fixId' | 'steps' | 'before' | 'predicted' | 'measured'> & {
  _id: string;
  steps: string;
  before: string;
  predicted: string;
  measured: string | null;
};
/** `version` guards each change; only the store knows it. */
export interface IssueDoc extends IssueState {
  _id: string;
  version: number;
}
/** What a target was last told of an issue (`issue`: its id), and who is telling it just now. */
export interface NotificationDoc {
  _id: string;
  target: string;
  issue: string;
  severity: Severity | null;
  toldAt: Date | null;
  claimedBy: string | null;
  claimedAt: Date | null;
}
export interface PlatformDoc extends PlatformSnapshot {
  _id: Types.ObjectId;
}
export interface UsageDoc {
  _id: string;
  measuredAt: Date;
  /** The configuration that the reading was made with. */
  collections: string;
  /** [companyId, storageBytes, calls, minutes, recordingBytes] */
  companies: unknown;
  unknown: unknown;
}

/** One company's counters of one UTC day: by the hour, or merged (counter-hours.ts). */
export interface CounterDayDoc {
  _id: string;
  h?: Record<string, Record<string, number>>;
  s?: Record<string, number>;
}
export interface EventMarkDoc {
  _id: string;
  streamId: string;
}

export interface Models {
  pricing: Model<PricingConfig & { _id: string }>;
  policy: Model<PolicyDoc>;
  activity: Model<ActivityEntry>;
  fix: Model<FixDoc>;
  fixTouched: Model<{ _id: string; touched: string }>;
  issue: Model<IssueDoc>;
  notification: Model<NotificationDoc>;
  companySnapshot: Model<CompanySnapshotDoc>;
  platformSnapshot: Model<PlatformDoc>;
  usage: Model<UsageDoc>;
  counterDay: Model<CounterDayDoc>;
  eventMark: Model<EventMarkDoc>;
}

/** The models of one connection. The collections are all our own: `rcm_…`. */
export function modelsOf(connection: Connection): Models {
  const model = <T>(name: string, schema: Schema, collection: string): Model<T> =>
    connection.model(name, schema, collection) as unknown as Model<T>;
  return {
    pricing: model('PricingConfig', pricing, 'rcm_pricingconfigs'),
    policy: model('CachePolicy', policy, 'rcm_cachepolicies'),
    activity: model('CacheActivityLog', activity, 'rcm_cacheactivitylogs'),
    fix: model('FixRecord', fix, 'rcm_fixrecords'),
    fixTouched: model('FixTouched', fixTouched, 'rcm_fixtouched'),
    issue: model('IssueState', issue, 'rcm_issuestates'),
    notification: model('Notification', notification, 'rcm_notifications'),
    companySnapshot: model('CacheSnapshot', companySnapshot, 'rcm_cachesnapshots'),
    platformSnapshot: model('PlatformSnapshot', platformSnapshot, 'rcm_platformsnapshots'),
    usage: model('Usage', usage, 'rcm_usage'),
    counterDay: model('CounterDay', counterDay, 'rcm_counterdays'),
    eventMark: model('EventMark', eventMark, 'rcm_eventmarks'),
  };
}
