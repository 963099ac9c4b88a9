import type { FeedEntry } from '../../domain/activity-feed.js';
import { withoutFinishedIntents } from '../../domain/activity-once.js';
import { SECOND_MS } from '../../domain/units.js';
import { RcmError } from '../../errors.js';
import { filterOf, type LoggedQuery, loggedFeed, priceEntries } from './logged.js';
import { Outage } from './outage.js';
import type { FollowPorts } from './query.js';

/** Entries carry the time of their act, by another clock, and are written after it: so far back the log is read again. */
export const LOG_OVERLAP_MS = 60 * SECOND_MS;
/** Entries read at once: more than anybody reads in a second. */
const MOST_ENTRIES = 10_000;

/** The newest part of the log and of the history of prices, again and again. */
export class LogFollower {
  #readAt: Date;
  readonly #outage: Outage;

  constructor(
    private readonly ports: Pick<FollowPorts, 'store' | 'clock' | 'notify'>,
    private readonly query: LoggedQuery,
  ) {
    this.#readAt = ports.clock();
    this.#outage = new Outage('Entries of the log', ports.notify);
  }

  /** Nothing older than this is read. */
  get sinceMs(): number {
    return this.#readAt.getTime() - LOG_OVERLAP_MS;
  }

  /** What the log holds of the last minute, or since it could last be read. Never throws what the store throws. */
  async read(): Promise<FeedEntry[]> {
    const { store, clock } = this.ports;
    if (store instanceof RcmError) return [];
    const { query } = this;
    const at = clock();
    const since = new Date(this.sinceMs);
    const filter = filterOf({ ...query, since });
    try {
      const [logged, prices] = await Promise.all([
        filter === null ? [] : store.activity.list({ ...filter, limit: MOST_ENTRIES }),
        priceEntries(store, { ...query, limit: MOST_ENTRIES }),
      ]);
      this.#readAt = at;
      this.#outage.succeeded();
      const entries = withoutFinishedIntents(logged.map((entry) => loggedFeed(entry, query)));
      return [...entries.filter(query.wanted), ...prices.filter((price) => price.timestamp >= since)];
    } catch (error) {
      this.#outage.failed(error);
      return [];
    }
  }
}
