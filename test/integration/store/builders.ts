import type { ActivityEntry } from '../../../src/core/domain/activity.js';
import type { FixRecord } from '../../../src/core/domain/fix.js';
import type { CachePolicy } from '../../../src/core/domain/policy.js';
import type { PriceHistoryEntry } from '../../../src/core/domain/pricing.js';
import type { CompanySnapshot, PlatformSnapshot, Snapshot } from '../../../src/core/domain/snapshot.js';

/** An id with everything that a query language, SQL or a terminal may trip over. */
export const HOSTILE = `$where.a'b"c\`;--\0\\␀␀0é漢😀{}[]*?`;

export const at = (iso: string): Date => new Date(iso);

export function historyEntry(reason: string): PriceHistoryEntry {
  return {
    timestamp: at('2026-03-01T10:00:00.000Z'),
    service: 'redis',
    field: 'storageCostPerMB',
    oldValue: 0.08,
    newValue: 0.09,
    changedBy: 'ann@host',
    reason,
    impactEstimate: null,
  };
}

export function policy(companyId: string, change: Partial<CachePolicy> = {}): Omit<CachePolicy, 'version'> {
  return {
    companyId,
    minTtlSeconds: null,
    maxTtlSeconds: 86_400,
    segments: [],
    cachingEnabled: true,
    minUpdateIntervalSeconds: null,
    eventsMax: 512,
    reviewReason: null,
    setBy: 'ann@host',
    setAt: at('2026-03-01T10:00:00.123Z'),
    reason: 'a first try',
    ...change,
  };
}

export function entry(change: Partial<ActivityEntry> = {}): ActivityEntry {
  return {
    companyId: 'acme',
    timestamp: at('2026-03-01T10:00:00.000Z'),
    eventType: 'clear',
    key: null,
    details: {},
    metadata: {},
    ...change,
  };
}

export function fix(fixId: string, change: Partial<FixRecord> = {}): FixRecord {
  return {
    fixId,
    companyId: 'acme',
    issueCode: 'NO_TTL',
    status: 'planned',
    plannedAt: at('2026-03-01T10:00:00.000Z'),
    finishedAt: null,
    actor: 'ann@host',
    reason: 'keys never expire',
    steps: [{ name: 'expire', done: false, undo: null }],
    before: {},
    predicted: {},
    measured: null,
    version: 1,
    ...change,
  };
}

export function companyRow(companyId: string, takenAt: Date, change: Partial<CompanySnapshot> = {}): CompanySnapshot {
  return {
    companyId,
    companyName: `Name of ${companyId}`,
    takenAt,
    orphan: false,
    cacheBytes: 1_258_291,
    keys: 42,
    hits: 900,
    misses: 100,
    errors: 0,
    readUs: 123_456,
    coveredMs: 86_400_000,
    clears24h: 2,
    storageBytes: 1e12,
    calls: 300,
    minutes: 12.5,
    recordingBytes: 5_000_000_000,
    redisCost: 0.096,
    mongodbCost: 0.25,
    twilioCost: 0.1,
    score: 87.5,
    status: 'healthy',
    ...change,
  };
}

/** The same with everything unknown that can be. */
export function unknownRow(companyId: string, takenAt: Date): CompanySnapshot {
  const unknown = { hits: null, misses: null, errors: null, readUs: null, clears24h: null, storageBytes: null };
  const more = { calls: null, minutes: null, recordingBytes: null, mongodbCost: null, twilioCost: null, score: null };
  return companyRow(companyId, takenAt, { companyName: null, orphan: null, status: 'unknown', ...unknown, ...more });
}

export function platformRow(takenAt: Date, change: Partial<PlatformSnapshot> = {}): PlatformSnapshot {
  return {
    takenAt,
    companySource: 'collection',
    companies: 2,
    totalBytes: 2_516_582,
    totalCost: 20.5,
    unallocatedCost: 57,
    redisUsedMemoryBytes: 3_000_000,
    redisUptimeSeconds: null,
    redisMaxMemoryBytes: 4_000_000,
    redisEvictedKeys: 7,
    redisExpiredKeys: 0,
    ownKeys: 12,
    ownBytes: 34_567,
    activeCompanies: null,
    warnings: [],
    ...change,
  };
}

export function snapshot(takenAt: Date, companyIds: string[], change: Partial<PlatformSnapshot> = {}): Snapshot {
  return { platform: platformRow(takenAt, change), companies: companyIds.map((id) => companyRow(id, takenAt)) };
}
