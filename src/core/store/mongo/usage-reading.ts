import type { CompanyUsage, PlatformUsage, UsagePart } from '../../domain/company.js';
import { MINUTE_MS, SECOND_MS } from '../../domain/units.js';
import type { PlatformCollections } from '../platform-collections.js';
import type { Mongo } from './connect.js';
import { unreadReason } from './errors.js';
import { missingCollections } from './platform.js';
import { averageDocumentSize, groupByCompany, type UsageGroup } from './usage-groups.js';

interface Source {
  collection: string;
  companyField: string;
  calls: boolean;
  storage: boolean;
}

export interface UsageReading {
  usage: PlatformUsage;
  /** False when something failed that may work the next time: then the reading is not worth keeping. */
  settled: boolean;
}

/** Reads the platform's collections, one aggregation each. A part that fails is unknown, with the reason. */
export async function readUsage(mongo: Mongo, collections: PlatformCollections, now: Date): Promise<UsageReading> {
  const sources = sourcesOf(collections);
  const missing = await missingCollections(mongo, [...new Set(sources.map((s) => s.collection))]);
  const byCompany = new Map<string, CompanyUsage>();
  const reasons = new Map<UsagePart, string>();
  let settled = true;
  for (const source of sources) {
    const fail = (reason: string) => {
      if (source.calls && !reasons.has('calls')) reasons.set('calls', reason);
      if (source.storage && !reasons.has('storage')) reasons.set('storage', reason);
    };
    if (missing.has(source.collection)) {
      fail(`collection '${source.collection}' does not exist`);
      continue;
    }
    try {
      const { collection, companyField } = source;
      const groups = await groupByCompany(
        mongo,
        collection,
        companyField,
        source.calls ? collections.calls : null,
        now,
      );
      if (source.calls) {
        const wrong = undated(groups, collections.calls);
        if (wrong === null) addCalls(byCompany, groups);
        else reasons.set('calls', wrong);
      }
      if (source.storage) addStorage(byCompany, groups, await sizeOrReason(mongo, collection, reasons));
    } catch (error) {
      const reason = unreadReason(error, source.collection);
      if (reason === null) throw error;
      settled = false;
      fail(reason);
    }
  }
  for (const usage of byCompany.values()) {
    if (reasons.has('storage')) usage.storageBytes = null;
    if (reasons.has('calls')) Object.assign(usage, { calls: null, minutes: null, recordingBytes: null });
  }
  const unknown = (['storage', 'calls'] as const).flatMap((part) => {
    const reason = reasons.get(part);
    return reason === undefined ? [] : [{ part, reason, failed: !settled }];
  });
  return { usage: { measuredAt: now, byCompany, unknown }, settled };
}

/** The configured collections, each once; the calls collection's grouping serves its storage too. */
function sourcesOf({ calls, storage }: PlatformCollections): Source[] {
  const sources = new Map<string, Source>();
  const add = (collection: string, companyField: string, part: UsagePart) => {
    const key = JSON.stringify([collection, companyField]);
    const source = sources.get(key) ?? { collection, companyField, calls: false, storage: false };
    sources.set(key, { ...source, [part]: true });
  };
  for (const { collection, companyField } of storage) add(collection, companyField, 'storage');
  add(calls.collection, calls.companyField, 'calls');
  return [...sources.values()];
}

async function sizeOrReason(mongo: Mongo, collection: string, reasons: Map<UsagePart, string>): Promise<number> {
  try {
    return await averageDocumentSize(mongo, collection);
  } catch (error) {
    const reason = unreadReason(error, collection);
    if (reason === null) throw error;
    reasons.set('storage', reason);
    return 0;
  }
}

/** Why no call can be told from an old one, or null: a misnamed field must not look like "no calls". */
function undated(groups: UsageGroup[], { collection, createdAtField }: PlatformCollections['calls']): string | null {
  if (groups.length === 0 || groups.some((group) => group.dated > 0)) return null;
  return `no document of collection '${collection}' has a date in '${createdAtField}'`;
}

function addCalls(byCompany: Map<string, CompanyUsage>, groups: UsageGroup[]): void {
  const anyTimed = groups.some((group) => group.timed > 0);
  const anySized = groups.some((group) => group.sized > 0);
  for (const group of groups) {
    const usage = usageOf(byCompany, group.companyId);
    const known = (recorded: boolean, sum: number | null) => (group.calls === 0 ? 0 : recorded ? sum : null);
    const seconds = known(anyTimed, group.seconds);
    usage.calls = plus(usage.calls, group.calls);
    usage.minutes = plus(usage.minutes, seconds === null ? null : (seconds * SECOND_MS) / MINUTE_MS);
    usage.recordingBytes = plus(usage.recordingBytes, known(anySized, group.recordingBytes));
  }
}

function addStorage(byCompany: Map<string, CompanyUsage>, groups: UsageGroup[], averageSize: number): void {
  for (const group of groups) {
    const usage = usageOf(byCompany, group.companyId);
    usage.storageBytes = plus(usage.storageBytes, group.documents * averageSize);
  }
}

function usageOf(byCompany: Map<string, CompanyUsage>, companyId: string): CompanyUsage {
  const usage = byCompany.get(companyId) ?? { storageBytes: 0, calls: 0, minutes: 0, recordingBytes: 0 };
  byCompany.set(companyId, usage);
  return usage;
}

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
