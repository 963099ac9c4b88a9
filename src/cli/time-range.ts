import { parseInstant } from '../core/domain/instant.js';
import { RcmError } from '../core/errors.js';

/** The time between --since and --until. @throws RCM_USAGE */
export function timeRange(
  flags: { since?: string | undefined; until?: string | undefined },
  now: Date,
): { since: Date | undefined; until: Date | undefined } {
  const since = instantOf('since', flags.since, now);
  const until = instantOf('until', flags.until, now);
  if (since && until && since > until)
    throw new RcmError('RCM_USAGE', '--since is later than --until: there is no time between them', 'Swap them.');
  return { since, until };
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
