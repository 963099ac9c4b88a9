import type { ActivityEntry } from './activity.js';
import { SECOND_MS } from './units.js';
import { formatDuration } from './window.js';

type Fields = Record<string, unknown>;

/**
 * What a change of a policy changed, as a phrase: `TTL at most 1d; caching off, by fix`. Null where its entry does not
 * tell what stood before and after.
 */
export function policyDetail({ command, before, after }: ActivityEntry['details']): string | null {
  if (!isFields(before) && !isFields(after)) return null;
  const by = typeof command === 'string' ? `, by ${command}` : '';
  if (!isFields(after)) return `no policy any more${by}`;
  const was = isFields(before) ? before : {};
  const segments = [...new Set([...segmentsOf(was).keys(), ...segmentsOf(after).keys()])];
  const changes = [
    changed(was, after, boundsText, 'TTL'),
    ...segments.map((name) =>
      changed(segmentsOf(was).get(name) ?? {}, segmentsOf(after).get(name) ?? {}, boundsText, `TTL of '${name}'`),
    ),
    changed(was, after, ({ cachingEnabled }) => (cachingEnabled === false ? 'off' : 'on'), 'caching'),
    changed(was, after, (one) => seconds(one.minUpdateIntervalSeconds, 'once in ', 'unlimited'), 'config updates'),
    changed(
      was,
      after,
      ({ eventsMax }) => (typeof eventsMax === 'number' ? String(eventsMax) : 'as usual'),
      'events kept',
    ),
    changed(was, after, (one) => (one.reviewReason ? `asked for: ${one.reviewReason}` : 'not asked for'), 'review'),
  ].filter((change) => change !== null);
  return `${changes.length === 0 ? 'the same again' : changes.join('; ')}${by}`;
}

/** `TTL at most 1d` where it says something else than before. */
function changed(was: Fields, is: Fields, say: (fields: Fields) => string, what: string): string | null {
  return say(was) === say(is) ? null : `${what} ${say(is)}`;
}

function boundsText({ minTtlSeconds: least, maxTtlSeconds: most }: Fields): string {
  if (typeof least !== 'number') return seconds(most, 'at most ', 'as the application says');
  if (typeof most !== 'number') return seconds(least, 'at least ', '');
  return least === most ? seconds(most, '', '') : `${seconds(least, '', '')} to ${seconds(most, '', '')}`;
}

function seconds(value: unknown, before: string, none: string): string {
  return typeof value === 'number' ? `${before}${formatDuration(value * SECOND_MS)}` : none;
}

function segmentsOf({ segments }: Fields): Map<string, Fields> {
  const list = Array.isArray(segments) ? segments.filter(isFields) : [];
  return new Map(list.map((one) => [String(one.segment), one]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
