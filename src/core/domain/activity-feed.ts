import type { AccessEvent } from './access-event.js';
import { ACTIVITY_TYPES, type ActivityEntry, type ActivityType } from './activity.js';
import { activityDetail, priceDetail } from './activity-detail.js';
import type { PriceHistoryEntry } from './pricing.js';
import { entryCompany } from './pricing-change/history.js';

/** Changes of prices and of budgets are kept with the prices, and shown beside the log's own. */
export const PRICE_TYPES = ['pricing', 'budget'] as const;
export const FEED_TYPES = [...ACTIVITY_TYPES, ...PRICE_TYPES] as const;
export type FeedType = (typeof FEED_TYPES)[number];

/** Something that happened, wherever it was recorded. `null` is unknown, or not applicable. */
export interface FeedEntry {
  timestamp: Date;
  type: FeedType;
  /** null for what concerns the whole platform. */
  companyId: string | null;
  companyName: string | null;
  /** Without its template's part where it is known to be the company's; null for acts on a whole company. */
  key: string | null;
  sizeBytes: number | null;
  durationMs: number | null;
  actor: string | null;
  reason: string | null;
  /** What happened, for people. */
  detail: string;
  /** Recorded just now in Redis, in the durable log, or in the history of prices and budgets. */
  source: 'live' | 'log' | 'prices';
  details: Record<string, unknown>;
}

/** An access event as the durable log keeps it: what makes it the same event in both places (`feedIdentity`) is kept exactly. */
export function loggedAccess(companyId: string, event: AccessEvent): ActivityEntry {
  const { timestampMs, key, op, sizeBytes, durationUs, threshold, lifetimeMs } = event;
  return {
    companyId,
    timestamp: new Date(timestampMs),
    eventType: op,
    key: op === 'clear' ? null : key,
    details: {
      size: sizeBytes,
      durationMs: durationUs / 1000,
      threshold,
      ...(lifetimeMs === undefined ? {} : { ttl: lifetimeMs / 1000 }),
    },
    metadata: {},
  };
}

export function feedOfAccess(companyId: string, companyName: string | null, event: AccessEvent): FeedEntry {
  return { ...feedOfActivity(loggedAccess(companyId, event), companyName), source: 'live' };
}

export function feedOfActivity(entry: ActivityEntry, companyName: string | null): FeedEntry {
  const { companyId, timestamp, eventType, key, details, metadata } = entry;
  const size = numberIn(details.size) ?? numberIn(details.bytes);
  return {
    timestamp,
    type: eventType,
    // A message is about many companies, or about the platform.
    companyId: eventType === 'notify' ? null : companyId,
    companyName,
    key,
    // Where nothing was read or written there is no size, rather than one of 0.
    sizeBytes: size === 0 && (eventType === 'miss' || eventType === 'delete' || eventType === 'clear') ? null : size,
    durationMs: numberIn(details.durationMs),
    actor: textIn(metadata.actor) ?? textIn(details.triggeredBy),
    reason: textIn(metadata.reason),
    detail: activityDetail(entry),
    source: 'log',
    details,
  };
}

export function feedOfPriceChange(change: PriceHistoryEntry, companyName: string | null): FeedEntry {
  const { timestamp, service, field, oldValue, newValue, changedBy, reason, impactEstimate } = change;
  return {
    timestamp,
    type: priceType(change),
    companyId: entryCompany(change),
    companyName,
    key: null,
    sizeBytes: null,
    durationMs: null,
    actor: changedBy,
    reason: reason === '' ? null : reason,
    detail: priceDetail(change),
    source: 'prices',
    details: { service, field, oldValue, newValue, impactEstimate },
  };
}

export function priceType({ service }: PriceHistoryEntry): (typeof PRICE_TYPES)[number] {
  return service === 'budgets' ? 'budget' : 'pricing';
}

/** Newest first; within one instant the order given is kept. */
export function newestFirst(entries: readonly FeedEntry[]): FeedEntry[] {
  return [...entries].sort((a, b) => b.timestamp.getTime() - a.timestamp.getTime());
}

export function isActivityType(type: FeedType): type is ActivityType {
  return (ACTIVITY_TYPES as readonly string[]).includes(type);
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
