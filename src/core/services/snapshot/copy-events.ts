import { EVENT_OPS } from '../../domain/access-event.js';
import type { ActivityEntry } from '../../domain/activity.js';
import { feedOfActivity, loggedAccess } from '../../domain/activity-feed.js';
import { feedIdentity } from '../../domain/activity-once.js';
import { type NewEvents, readNewEvents } from '../../redis/new-events.js';
import type { EventBatch, Store } from '../../store/store.js';
import type { Ports } from '../ports.js';

export interface CopiedEvents {
  events: number;
  /** Companies that recorded something since. */
  companies: number;
}

/** Streams read at a time: of companies under study each may hold 16,384 entries. */
const STREAMS_AT_ONCE = 4;
/** What was read is written when it is of so many companies, or so many events: all of it at once would not fit in memory. */
const COMPANIES_PER_WRITE = 50;
const EVENTS_PER_WRITE = 20_000;
/** The most entries of the log that are compared with a stream that began anew: streams are shorter. */
const MOST_COMPARED = 20_000;

/**
 * Copies sampled access events that Redis's streams hold and the log has not, each once, however often a run is repeated.
 * @param companyIds those that may have a stream; those that were copied from before are looked at too
 * @param most of one company, the newest: the log keeps no more of a day
 * @throws what Redis says; RCM_STORE_*, RCM_MONGODB_*
 */
export async function copyEvents(
  { redis, signal }: Pick<Ports, 'redis' | 'signal'>,
  { activity }: Pick<Store, 'activity'>,
  companyIds: readonly string[],
  most: number,
): Promise<CopiedEvents> {
  const marks = await activity.eventMarks();
  const copied: CopiedEvents = { events: 0, companies: 0 };
  const ids = [...new Set([...companyIds, ...marks.keys()])];
  let batches: EventBatch[] = [];
  const write = async (): Promise<void> => {
    if (batches.length === 0) return;
    copied.events += await activity.copyEvents(batches);
    copied.companies += batches.length;
    batches = [];
  };
  for (let i = 0; i < ids.length; i += STREAMS_AT_ONCE) {
    signal?.throwIfAborted();
    const part = ids.slice(i, i + STREAMS_AT_ONCE);
    const found = await Promise.all(part.map((id) => readNewEvents(redis.client, id, marks.get(id) ?? null)));
    for (const [n, companyId] of part.entries()) {
      const fresh = found[n];
      if (fresh) batches.push(await batchOf(activity, companyId, marks.get(companyId) ?? null, newest(fresh, most)));
    }
    const events = batches.reduce((sum, { entries }) => sum + entries.length, 0);
    if (batches.length >= COMPANIES_PER_WRITE || events >= EVENTS_PER_WRITE) await write();
  }
  await write();
  return copied;
}

/** Of events oldest first. */
function newest(found: NewEvents, most: number): NewEvents {
  return { ...found, events: found.events.slice(Math.max(0, found.events.length - most)) };
}

async function batchOf(
  activity: Store['activity'],
  companyId: string,
  after: string | null,
  { events, upTo, restarted }: NewEvents,
): Promise<EventBatch> {
  const entries = events.map((event) => ({ streamId: event.id, entry: loggedAccess(companyId, event) }));
  return { companyId, after, upTo, entries: restarted ? await notLogged(activity, companyId, entries) : entries };
}

/** Without what the log has already: as often as it stands there. */
async function notLogged(
  activity: Store['activity'],
  companyId: string,
  entries: EventBatch['entries'],
): Promise<EventBatch['entries']> {
  const oldest = entries.reduce((ms, { entry }) => Math.min(ms, entry.timestamp.getTime()), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(oldest)) return [];
  const since = new Date(oldest);
  const logged = await activity.list({ companyId, types: [...EVENT_OPS], since, limit: MOST_COMPARED });
  const counts = new Map<string, number>();
  for (const entry of logged) counts.set(identity(entry), (counts.get(identity(entry)) ?? 0) + 1);
  return entries.filter(({ entry }) => {
    const left = counts.get(identity(entry)) ?? 0;
    counts.set(identity(entry), left - 1);
    return left <= 0;
  });
}

function identity(entry: ActivityEntry): string {
  return feedIdentity(feedOfActivity(entry, null));
}
