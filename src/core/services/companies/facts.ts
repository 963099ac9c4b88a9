import type { CompanyUsage, PlatformUsage } from '../../domain/company.js';
import type { CounterTotals } from '../../domain/counters.js';
import type { CompanyFacts, PlatformFacts } from '../../domain/evaluate.js';
import type { PricingConfig } from '../../domain/pricing.js';
import { type NamedServer, redisTotals } from '../../domain/server-info.js';
import type { CompanySource } from '../../domain/snapshot.js';
import { DAY_MS } from '../../domain/units.js';
import type { Window } from '../../domain/window.js';
import { LONGEST_COUNTER_WINDOW_MS } from '../../domain/window.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { readCounterTotals } from '../../redis/counters.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { redisError } from '../../redis/redis-error.js';
import { type KeyspaceScan, type ScanNode, scanKeyspace } from '../../redis/scan/keyspace-scan.js';
import { readServerInfo } from '../../redis/server-info.js';
import type { CompanyListing } from '../../store/store.js';
import type { Ports } from '../ports.js';
import { readDurable } from './durable.js';
import { type RecordedReads, readsOfCounters, readsOfHistory } from './recorded-reads.js';
import { scanWarnings } from './warnings.js';

export interface MeasureOptions {
  window: Window;
  exact?: boolean;
  allowSlow?: boolean;
  maxRate?: number;
  /** Look also at what never expires, and at keys of so many bytes. */
  largeFrom?: number;
  /** Ask MongoDB again for usage, even when a recent reading is kept. */
  fresh?: boolean;
}

/** Everything measured in one pass, before any judgement. */
export interface Measurement {
  companies: CompanyFacts[];
  platform: PlatformFacts;
  pricing: PricingConfig | null;
  /** What every primary says of itself, read before any key; null when one does not. */
  servers: NamedServer[] | null;
  scan: KeyspaceScan;
  /** What each company that has counters recorded over the window; empty where the window is longer than counters live. */
  recorded: ReadonlyMap<string, CounterTotals>;
  /** When usage was read from MongoDB; null when it was not. */
  usageMeasuredAt: Date | null;
  warnings: string[];
  /** false when a configured service could not be reached or read: exit 3. */
  complete: boolean;
}

const NO_USAGE: CompanyUsage = { storageBytes: 0, calls: 0, minutes: 0, recordingBytes: 0 };

/**
 * Reads the keyspace, the counters and the durable state once, for all companies.
 * @throws RCM_REDIS_* when Redis cannot be read
 */
export async function measure(ports: Ports, options: MeasureOptions): Promise<Measurement> {
  const warnings: string[] = [];
  const reading = readDurable(ports, options.fresh ?? false);
  try {
    const { scan, servers } = await scanAll(ports, options, warnings);
    const durable = await reading;
    warnings.push(...durable.warnings, ...scanWarnings(scan));
    const ids = companyIds(durable.listing, scan);
    const { reads, clears, recorded } = await readRecorded(ports, [...scan.recorded], options.window, warnings);
    const companies = factsOf(ids, durable.listing, scan, reads, clears, durable.usage);
    const { usedMemoryBytes, uptimeSeconds } = redisTotals(servers);
    const platform: PlatformFacts = {
      source: durable.listing.source,
      redisUsedMemoryBytes: usedMemoryBytes,
      uptimeSeconds,
    };
    return {
      companies,
      platform,
      pricing: durable.pricing,
      servers,
      scan,
      recorded,
      usageMeasuredAt: durable.usage?.measuredAt ?? null,
      warnings,
      complete: durable.complete,
    };
  } catch (error) {
    await reading;
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

async function scanAll(
  ports: Ports,
  options: MeasureOptions,
  warnings: string[],
): Promise<{ scan: KeyspaceScan; servers: NamedServer[] | null }> {
  const chosen = await scanNodes(ports.redis);
  try {
    warnings.push(...chosen.notes);
    // Server figures first: looking at keys changes them.
    const servers = await readServers(chosen.primaries);
    const { exact, allowSlow, maxRate, largeFrom } = options;
    const scan = await scanKeyspace(chosen.nodes, {
      templates: new KeyTemplates(ports.config.keyTemplates),
      ...(exact === undefined ? {} : { exact }),
      ...(allowSlow === undefined ? {} : { allowSlow }),
      ...(maxRate === undefined ? {} : { maxRate }),
      ...(largeFrom === undefined ? {} : { largeFrom }),
      ...(ports.onProgress ? { onProgress: ports.onProgress } : {}),
      ...(ports.signal ? { signal: ports.signal } : {}),
    });
    return { scan, servers };
  } finally {
    chosen.close();
  }
}

/** What each primary says; null as soon as one does not, e.g. because INFO is refused. */
async function readServers(primaries: readonly ScanNode[]): Promise<NamedServer[] | null> {
  const read = primaries.map(async ({ redis, label }) => ({ ...(await readServerInfo(redis)), label }));
  return Promise.all(read).catch(() => null);
}

/** Companies of the list, then ids that only their keys tell of. */
function companyIds(listing: CompanyListing, scan: KeyspaceScan): string[] {
  const listed = 'companies' in listing ? listing.companies.map((c) => c.companyId) : [];
  return [...new Set([...listed, ...scan.companies.keys()])];
}

/** Reads over the window; clears over the last 24 hours whatever the window, because stability is defined on them. */
export async function readRecorded(
  ports: Ports,
  ids: readonly string[],
  window: Window,
  warnings: string[],
): Promise<{
  reads: Map<string, RecordedReads>;
  clears: Map<string, CounterTotals>;
  /** All counters over the window; empty where it is longer than they live. */
  recorded: Map<string, CounterTotals>;
}> {
  const toMs = window.to.getTime();
  const totals = (ms: number) => readCounterTotals(ports.redis.client, ids, { fromMs: toMs - ms, toMs });
  const windowMs = window.seconds * 1000;
  const clears = await totals(DAY_MS);
  if (windowMs === DAY_MS) return { reads: readsOfCounters(clears, window), clears, recorded: clears };
  if (windowMs > LONGEST_COUNTER_WINDOW_MS)
    return { reads: await readsOfHistory(ports, ids, window, warnings), clears, recorded: new Map() };
  const recorded = await totals(windowMs);
  return { reads: readsOfCounters(recorded, window), clears, recorded };
}

function factsOf(
  ids: readonly string[],
  listing: CompanyListing,
  scan: KeyspaceScan,
  reads: Map<string, RecordedReads>,
  clears: Map<string, CounterTotals>,
  usage: PlatformUsage | null,
): CompanyFacts[] {
  const listed = 'companies' in listing ? new Map(listing.companies.map((c) => [c.companyId, c])) : null;
  return ids.map((companyId) =>
    factsOfCompany(companyId, {
      companyName: listed?.get(companyId)?.companyName ?? null,
      orphan: orphanState(listing.source, listed?.has(companyId) ?? false),
      cache: scan.companies.get(companyId) ?? { keys: 0, bytes: 0 },
      reads: reads.get(companyId),
      day: clears.get(companyId),
      usage,
    }),
  );
}

/** What was read of one company. */
export interface CompanyReadings {
  companyName: string | null;
  orphan: boolean | null;
  cache: { keys: number; bytes: number };
  /** Over the window; undefined when nothing recorded them. */
  reads: RecordedReads | undefined;
  /** The counters of the last 24 hours, on which stability is defined. */
  day: CounterTotals | undefined;
  usage: PlatformUsage | null;
}

export function factsOfCompany(companyId: string, readings: CompanyReadings): CompanyFacts {
  const { companyName, orphan, cache, reads, day, usage } = readings;
  return {
    companyId,
    companyName,
    orphan,
    keys: cache.keys,
    cacheBytes: cache.bytes,
    hits: reads?.hits ?? null,
    misses: reads?.misses ?? null,
    errors: reads?.errors ?? null,
    readUs: reads?.readUs ?? null,
    coveredMs: reads?.coveredMs ?? 0,
    clears24h: day === undefined || day.firstSlotMs === null ? null : (day.counters.clear ?? 0),
    usage: usageOf(companyId, usage),
  };
}

/** Known only where there is a list to compare with; with keys alone nobody is an orphan. */
export function orphanState(source: CompanySource, isListed: boolean): boolean | null {
  if (source === 'unread') return null;
  return source === 'keys' ? false : !isListed;
}

function usageOf(companyId: string, usage: PlatformUsage | null): CompanyUsage {
  const unknown = (part: 'storage' | 'calls') => usage === null || usage.unknown.some((u) => u.part === part);
  const own = usage?.byCompany.get(companyId) ?? NO_USAGE;
  return {
    storageBytes: unknown('storage') ? null : own.storageBytes,
    calls: unknown('calls') ? null : own.calls,
    minutes: unknown('calls') ? null : own.minutes,
    recordingBytes: unknown('calls') ? null : own.recordingBytes,
  };
}
