import { costInput } from '../../domain/evaluate.js';
import type { NamedServer } from '../../domain/server-info.js';
import { windowEndingAt } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { redisError } from '../../redis/redis-error.js';
import type { CompanyListing } from '../../store/store.js';
import { recentActivity } from '../activity/recent.js';
import { type Durable, readDurable } from '../companies/durable.js';
import { factsOfCompany, orphanState, readRecorded } from '../companies/facts.js';
import { assertIsKnown } from '../company/candidates.js';
import { type ResolvedCompany, resolveCompany } from '../company/resolve.js';
import { readServers } from '../detect/measured.js';
import type { Ports } from '../ports.js';
import { baseShareOf } from './base-share.js';
import { readCurves } from './curves.js';
import { diagnose } from './diagnose.js';
import { EVENTS, reportOf } from './make-report.js';
import { type CompanyKeys, readCompanyKeys } from './read-keys.js';
import type { DrillDownReport } from './report.js';

export interface DrillDownOptions {
  /** Length of the window that hit rates and curves cover. */
  windowMs: number;
  /** How many of the largest keys to name. */
  keys: number;
  /** Ask MongoDB again for usage, even when a recent reading is kept. */
  fresh?: boolean;
  maxRate?: number | undefined;
}

/** The report, and whether every configured service could be read. */
export interface DrillDownResult {
  report: DrillDownReport;
  complete: boolean;
}

/**
 * One company in full. Its keys are read once; other companies' only where its share of the base cost depends on them.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS; RCM_REDIS_* when Redis cannot be read
 */
export async function drillDown(ports: Ports, word: string, options: DrillDownOptions): Promise<DrillDownResult> {
  const window = windowEndingAt(ports.clock(), options.windowMs);
  const durable = await readDurable(ports, options.fresh ?? false);
  const warnings = [...durable.warnings];
  const company = resolveCompany(word, durable.listing, { parts: true });
  const { companyId } = company;
  const orphan = orphanState(durable.listing.source, company.by !== 'unlisted');
  try {
    const { keys, baseShare, servers } = await readCache(ports, company, orphan, durable, options, warnings);
    const { reads, clears, recorded } = await readRecorded(ports, [companyId], window, warnings);
    const facts = factsOfCompany(companyId, {
      companyName: company.companyName,
      orphan,
      cache: keys.breakdown,
      reads: reads.get(companyId),
      day: clears.get(companyId),
      usage: durable.usage,
    });
    const { entries, complete } = await lastEvents(ports, company, warnings);
    const curves = await readCurves(ports, companyId, window, facts, warnings);
    const findings = { facts, keys, baseShare, servers, recorded: recorded.get(companyId) };
    const { view, detected, advice } = await diagnose(ports, durable, window, findings, warnings);
    const costs = costInput(facts, baseShare);
    return {
      report: reportOf({
        generatedAt: window.to,
        window,
        snapshot: null,
        usageMeasuredAt: durable.usage?.measuredAt ?? null,
        pricing: durable.pricing,
        facts,
        view,
        costs,
        keys,
        curves,
        events: entries,
        detected,
        advice,
        warnings,
      }),
      complete: durable.complete && complete,
    };
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

async function lastEvents(ports: Ports, { companyId, companyName }: ResolvedCompany, warnings: string[]) {
  const recent = await recentActivity(ports, { companyId, companyName, ...EVENTS });
  // That the store is away was said of everything that it holds.
  const { store } = ports;
  warnings.push(...recent.warnings.filter((w) => !(store instanceof RcmError && w.endsWith(store.message))));
  return recent;
}

async function readCache(
  ports: Ports,
  company: ResolvedCompany,
  orphan: boolean | null,
  { listing, pricing }: Durable,
  options: DrillDownOptions,
  warnings: string[],
): Promise<{ keys: CompanyKeys; baseShare: number | null; servers: NamedServer[] | null }> {
  const { nodes, primaries, notes, close } = await scanNodes(ports.redis);
  try {
    warnings.push(...notes);
    const { companyId } = company;
    // Server figures first: looking at keys changes them.
    const servers = await readServers(primaries);
    const keys = await readCompanyKeys(ports, nodes, companyId, {
      most: options.keys,
      largeFrom: ports.config.detect.largeKeys.bytes,
      maxRate: options.maxRate,
    });
    if (keys.breakdown.keys === 0) await assertExists(ports, company, listing);
    if (!keys.scripted)
      warnings.push('Scripts are refused by this Redis: keys were measured one command each, which is slower.');
    const own = { companyId, cacheBytes: keys.breakdown.bytes, orphan };
    const baseShare = await baseShareOf(ports, nodes, own, { listing, pricing, maxRate: options.maxRate });
    return { keys, baseShare, servers };
  } finally {
    close();
  }
}

/** An id that nobody knows and that has no keys. With no list to look a name up in, that is what went wrong. */
async function assertExists(ports: Ports, company: ResolvedCompany, listing: CompanyListing): Promise<void> {
  if (company.by !== 'unlisted') return;
  if (ports.store instanceof RcmError && listing.source === 'unread') throw ports.store;
  await assertIsKnown(ports, company, listing);
}
