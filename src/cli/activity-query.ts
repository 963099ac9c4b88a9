import { closest } from 'fastest-levenshtein';
import { FEED_TYPES, type FeedType } from '../core/domain/activity-feed.js';
import { RcmError } from '../core/errors.js';
import type { ActivityQuery } from '../core/services/activity/query.js';
import { timeRange } from './time-range.js';

export interface ActivityQueryFlags {
  type?: string[] | undefined;
  since?: string | undefined;
  until?: string | undefined;
  key?: string | undefined;
}

/** Which activity the flags ask for. @throws RCM_USAGE */
export function activityQuery(
  flags: ActivityQueryFlags,
  now: Date,
): Pick<ActivityQuery, 'types' | 'since' | 'until' | 'key'> {
  return { ...timeRange(flags, now), types: typesOf(flags.type), key: flags.key };
}

function typesOf(words: readonly string[] | undefined): FeedType[] | undefined {
  const names = words?.flatMap((word) => word.split(',')).map((name) => name.trim().toLowerCase());
  for (const name of names ?? [])
    if (!(FEED_TYPES as readonly string[]).includes(name))
      throw new RcmError(
        'RCM_USAGE',
        `There is no type of activity '${name}'`,
        `Did you mean '${closest(name, [...FEED_TYPES])}'? Types: ${FEED_TYPES.join(', ')}.`,
      );
  return names as FeedType[] | undefined;
}
