import { EVENT_OPS } from './access-event.js';
import type { FeedEntry } from './activity-feed.js';

/**
 * What makes two entries the same thing that happened. An access event may stand in Redis and, copied by `snapshot`, in
 * the log: its company, time in milliseconds, operation, key, size and duration in microseconds are kept exactly and tell it.
 * An act stands in the log alone: all of it tells it.
 */
export function feedIdentity(entry: FeedEntry): string {
  const { type, companyId, timestamp, key, sizeBytes, durationMs, details } = entry;
  const common = [type, companyId, timestamp.getTime(), key];
  return isAccess(entry)
    ? JSON.stringify([...common, sizeBytes, durationMs === null ? null : Math.round(durationMs * 1000)])
    : JSON.stringify([...common, details]);
}

/** Whether it is an application's doing: a deletion or clear that a person ordered is an act, and carries its operation. */
export function isAccess({ type, details }: Pick<FeedEntry, 'type' | 'details'>): boolean {
  return (EVENT_OPS as readonly string[]).includes(type) && details.operationId === undefined;
}

/**
 * Live and logged entries as one list, each thing once. What stands n times live and m times in the log (several accesses
 * of a key may be alike in everything) took place max(n, m) times.
 */
export function mergeOnce(live: readonly FeedEntry[], logged: readonly FeedEntry[]): FeedEntry[] {
  const shown = new Map<string, number>();
  for (const entry of live) count(shown, feedIdentity(entry), 1);
  const more = logged.filter((entry) => {
    const identity = feedIdentity(entry);
    if ((shown.get(identity) ?? 0) === 0) return true;
    count(shown, identity, -1);
    return false;
  });
  return [...live, ...more];
}

/** Without the intents of acts whose outcome is there: they would be told twice. */
export function withoutFinishedIntents(entries: readonly FeedEntry[]): FeedEntry[] {
  const act = ({ companyId, key, details }: FeedEntry) => JSON.stringify([details.operationId, companyId, key]);
  const finished = new Set(entries.filter(({ details }) => details.phase === 'outcome').map(act));
  return entries.filter((entry) => entry.details.phase !== 'intent' || !finished.has(act(entry)));
}

function count(counts: Map<string, number>, identity: string, by: number): void {
  counts.set(identity, (counts.get(identity) ?? 0) + by);
}

/**
 * The rule of `mergeOnce` for entries that come bit by bit: live ones are read once each, the log's newest part again and
 * again.
 */
export class ShownOnce {
  readonly #known = new Map<string, { atMs: number; live: number; shown: number }>();

  /** Entries that were shown otherwise, or must not be shown. */
  alreadyShown(entries: readonly FeedEntry[]): void {
    for (const [identity, { alike, live }] of grouped(entries)) {
      const known = this.#of(identity, alike);
      known.live += live;
      known.shown = Math.max(known.shown, alike.length);
    }
  }

  /** What is to be shown now. @param live entries not read before @param logged the newest part of the log */
  fresh(live: readonly FeedEntry[], logged: readonly FeedEntry[]): FeedEntry[] {
    const fresh: FeedEntry[] = [];
    for (const source of [live, logged]) {
      for (const [identity, { alike }] of grouped(source)) {
        const known = this.#of(identity, alike);
        if (source === live) known.live += alike.length;
        const happened = source === live ? known.live : alike.length;
        const more = Math.max(0, happened - known.shown);
        fresh.push(...alike.slice(alike.length - more));
        known.shown += more;
      }
    }
    return fresh;
  }

  /** Forgets what is older: nothing older is read again. */
  forgetBefore(atMs: number): void {
    for (const [identity, known] of this.#known) if (known.atMs < atMs) this.#known.delete(identity);
  }

  #of(identity: string, alike: readonly FeedEntry[]) {
    const known = this.#known.get(identity) ?? { atMs: alike[0]?.timestamp.getTime() ?? 0, live: 0, shown: 0 };
    this.#known.set(identity, known);
    return known;
  }
}

function grouped(entries: readonly FeedEntry[]): Map<string, { alike: FeedEntry[]; live: number }> {
  const groups = new Map<string, { alike: FeedEntry[]; live: number }>();
  for (const entry of entries) {
    const identity = feedIdentity(entry);
    const group = groups.get(identity) ?? { alike: [], live: 0 };
    group.alike.push(entry);
    if (entry.source === 'live') group.live += 1;
    groups.set(identity, group);
  }
  return groups;
}
