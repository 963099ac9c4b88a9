import { closest } from 'fastest-levenshtein';
import { FEED_TYPES, type FeedType } from '../core/domain/activity-feed.js';
import { parseInstant } from '../core/domain/instant.js';
import { RcmError } from '../core/errors.js';
import type { ActivityQuery } from '../core/services/activity/query.js';

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
  const since = instantOf('since', flags.since, now);
  const until = instantOf('until', flags.until, now);
  if (since && until && since > until)
    throw new RcmError('RCM_USAGE', '--since is later than --until: there is no time between them', 'Swap them.');
  return { types: typesOf(flags.type), since, until, key: flags.key };
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

function instantOf(flag: 'since' | 'until', text: string | undefined, now: Date): Date | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text, now, flag === 'since' ? 'start' : 'end');
  if (instant === null)
    throw new RcmError(
      'RCM_USAGE',
      `--${flag} '${text}' is neither an age nor a date`,
      'Examples: 30m, 2h, 7d, 2026-03-01, 2026-03-01T18:30, 2026-03-01T18:30:00+01:00.',
    );
  return instant;
}
