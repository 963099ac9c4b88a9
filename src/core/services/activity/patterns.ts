import { ACCESS_OPS, type AccessOp } from '../../domain/access-event.js';
import { accessPatterns, type PatternAccess } from '../../domain/access-patterns.js';
import type { FeedEntry } from '../../domain/activity-feed.js';
import { isAccess } from '../../domain/activity-once.js';
import type { ActivityPorts, ActivityQuery } from './query.js';
import { recentActivity } from './recent.js';
import type { PatternsReport } from './report.js';

/** Accesses looked at, over all companies: the newest. */
const MOST_ACCESSES = 50_000;

/**
 * How each key was used: from the recorded accesses of one company or all, in Redis and in the log. Most accesses first;
 * `query.limit` keys at most.
 * @throws as `recentActivity`
 */
export async function activityPatterns(
  ports: ActivityPorts,
  query: Omit<ActivityQuery, 'types'>,
): Promise<{ report: PatternsReport; complete: boolean }> {
  const generatedAt = ports.clock();
  const { entries, warnings, complete } = await recentActivity(ports, {
    ...query,
    types: ACCESS_OPS,
    limit: MOST_ACCESSES,
  });
  if (entries.length === MOST_ACCESSES)
    warnings.push(
      `Only the newest ${MOST_ACCESSES.toLocaleString('en-US')} accesses were looked at: see --since, --key.`,
    );
  const companies = [...byCompany(entries)].map(([companyId, own]) => {
    const companyName = own[0]?.companyName ?? null;
    // Newest first is how they come; those of one instant must stand in their order.
    return { companyId, companyName, ...accessPatterns(own.toReversed().map(accessOf)) };
  });
  const patterns = companies
    .flatMap(({ companyId, companyName, patterns }) => patterns.map((one) => ({ companyId, companyName, ...one })))
    .sort((a, b) => b.accesses - a.accesses)
    .slice(0, query.limit);
  const sampling = companies.map(({ companyId, companyName, threshold, patterns }) => ({
    companyId,
    companyName,
    threshold: threshold ?? 1,
    keysPercent: (threshold ?? 1) * 100,
    keysSeen: patterns.length,
  }));
  return { report: { generatedAt, companyId: query.companyId, sampling, patterns, warnings }, complete };
}

function byCompany(entries: readonly FeedEntry[]): Map<string, FeedEntry[]> {
  const companies = new Map<string, FeedEntry[]>();
  for (const entry of entries) {
    if (entry.companyId === null || entry.key === null || !isAccess(entry)) continue;
    const own = companies.get(entry.companyId);
    if (own === undefined) companies.set(entry.companyId, [entry]);
    else own.push(entry);
  }
  return companies;
}

function accessOf({ timestamp, key, type, details }: FeedEntry): PatternAccess {
  const threshold = typeof details.threshold === 'number' ? details.threshold : 1;
  return { timestampMs: timestamp.getTime(), key: key as string, op: type as AccessOp, threshold };
}
