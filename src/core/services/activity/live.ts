import type { Cluster, Redis } from 'ioredis';
import { type FeedEntry, feedOfAccess, newestFirst } from '../../domain/activity-feed.js';
import { readEventPage, writtenAtMs } from '../../redis/events.js';

export interface LiveQuery {
  companyIds: readonly string[];
  nameOf: (companyId: string) => string | null;
  limit: number;
  since?: Date | undefined;
  wanted: (entry: FeedEntry) => boolean;
}

export interface LiveEntries {
  /** Newest first, at most `limit`. */
  entries: FeedEntry[];
  /** The newest stream id of each company: where a follower goes on. */
  lastIds: Map<string, string>;
  /** false when reading stopped before all that might be wanted was seen. */
  complete: boolean;
}

/** Streams read at a time: enough to keep the server busy, few enough to let others in between. */
export const STREAMS_AT_ONCE = 32;
const SMALLEST_PAGE = 50;
const LARGEST_PAGE = 1000;
/** Over all companies: about 20 MB. */
const MOST_EVENTS = 200_000;

interface Open {
  companyId: string;
  before: string | null;
}

/**
 * The newest live access events of some companies, by the time of the access. Streams are in the order of writing, which is
 * later than the access by up to a flush interval: a stream is read back until what is left was written before the oldest
 * entry that is kept.
 * @throws what the client throws
 */
export async function liveEntries(redis: Redis | Cluster, query: LiveQuery): Promise<LiveEntries> {
  const { limit, since } = query;
  const page = Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, limit));
  const lastIds = new Map<string, string>();
  let kept: FeedEntry[] = [];
  let read = 0;
  let open: Open[] = query.companyIds.map((companyId) => ({ companyId, before: null }));
  while (open.length > 0) {
    const next: Open[] = [];
    for (let i = 0; i < open.length; i += STREAMS_AT_ONCE) {
      if (read >= MOST_EVENTS) return { entries: kept, lastIds, complete: false };
      const batch = open.slice(i, i + STREAMS_AT_ONCE);
      const pages = await Promise.all(batch.map((one) => readEventPage(redis, one.companyId, one, page)));
      for (const [n, { events, firstId, lastId, full }] of pages.entries()) {
        const { companyId, before } = batch[n] as Open;
        read += events.length;
        if (before === null && firstId !== null) lastIds.set(companyId, firstId);
        const name = query.nameOf(companyId);
        for (const event of events) {
          const entry = feedOfAccess(companyId, name, event);
          if (query.wanted(entry)) kept.push(entry);
        }
        if (full && lastId !== null) next.push({ companyId, before: lastId });
      }
      if (kept.length > limit) kept = newestFirst(kept).slice(0, limit);
    }
    const cutoff = kept.length < limit ? Number.NEGATIVE_INFINITY : oldestMs(kept);
    const from = Math.max(cutoff, since?.getTime() ?? Number.NEGATIVE_INFINITY);
    open = next.filter(({ before }) => before !== null && writtenAtMs(before) >= from);
  }
  return { entries: newestFirst(kept), lastIds, complete: true };
}

function oldestMs(entries: readonly FeedEntry[]): number {
  return entries.reduce((oldest, { timestamp }) => Math.min(oldest, timestamp.getTime()), Number.POSITIVE_INFINITY);
}
