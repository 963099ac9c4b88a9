import { ACTIVITY_TYPES, type ActivityEntry } from '../../domain/activity.js';
import {
  type FeedEntry,
  feedOfActivity,
  feedOfPriceChange,
  isActivityType,
  newestFirst,
} from '../../domain/activity-feed.js';
import { withoutFinishedIntents } from '../../domain/activity-once.js';
import { entryCompany } from '../../domain/pricing-change/history.js';
import type { KeyTemplates } from '../../redis/key-template.js';
import type { ActivityFilter, Store } from '../../store/store.js';
import { type ActivityQuery, withShownKey } from './query.js';

export interface LoggedQuery
  extends Pick<ActivityQuery, 'companyId' | 'types' | 'without' | 'since' | 'until' | 'limit'> {
  nameOf: (companyId: string) => string | null;
  wanted: (entry: FeedEntry) => boolean;
  templates: KeyTemplates;
}

/** Entries of the log that are looked through for a key before giving up. */
const MOST_SEARCHED = 20_000;
/** Read beyond the limit: some of what is read may not be wanted. */
const READ_BEYOND = 100;
const GROWTH = 8;

/**
 * The newest entries of the log that are wanted, newest first; an act whose outcome is there is told once. The log is asked
 * for more until there are enough.
 * @throws RCM_STORE_*, RCM_MONGODB_*
 */
export async function loggedEntries(
  store: Store,
  query: LoggedQuery,
): Promise<{ entries: FeedEntry[]; complete: boolean }> {
  const filter = filterOf(query);
  if (filter === null) return { entries: [], complete: true };
  const most = Math.max(MOST_SEARCHED, query.limit + READ_BEYOND);
  for (let limit = query.limit + READ_BEYOND; ; limit *= GROWTH) {
    const asked = Math.min(limit, most);
    const read = await store.activity.list({ ...filter, limit: asked });
    const feed = read.map((entry) => loggedFeed(entry, query));
    const entries = withoutFinishedIntents(feed).filter(query.wanted);
    const all = read.length < asked;
    if (all || entries.length >= query.limit || asked === most)
      return { entries: entries.slice(0, query.limit), complete: all || entries.length >= query.limit };
  }
}

/** An entry of the log as it is shown. */
export function loggedFeed(entry: ActivityEntry, { nameOf, templates }: Pick<LoggedQuery, 'nameOf' | 'templates'>) {
  return withShownKey(feedOfActivity(entry, nameOf(entry.companyId)), templates);
}

/** What the store itself can tell apart; null when no type of the log is asked for. */
export function filterOf({
  companyId,
  types,
  without,
  since,
  until,
}: LoggedQuery): Omit<ActivityFilter, 'limit'> | null {
  const named = types?.filter(isActivityType) ?? (without && ACTIVITY_TYPES);
  const asked = named?.filter((type) => !without?.includes(type));
  if (asked?.length === 0) return null;
  return {
    ...(companyId !== null && { companyId }),
    ...(asked && { types: asked }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

/** Changes of prices and budgets, newest first. @throws RCM_STORE_*, RCM_MONGODB_* */
export async function priceEntries(store: Store, query: LoggedQuery): Promise<FeedEntry[]> {
  if (query.types?.every(isActivityType)) return [];
  const { priceHistory } = await store.pricing.get();
  const feed = priceHistory.map((change) => {
    const companyId = entryCompany(change);
    return feedOfPriceChange(change, companyId === null ? null : query.nameOf(companyId));
  });
  return newestFirst(feed.reverse().filter(query.wanted)).slice(0, query.limit);
}
