import { SECOND_MS } from '../core/domain/units.js';
import { parseDuration } from '../core/domain/window.js';
import { RcmError } from '../core/errors.js';

/** Seconds of `5m`, `6h`. @param flag for the message @throws RCM_USAGE */
export function ttlSeconds(text: string, flag: string): number {
  const ms = parseDuration(text);
  if (ms === null)
    throw new RcmError('RCM_USAGE', `${flag} '${text}' is no length of time`, 'Write it like 90s, 5m, 6h or 7d.');
  return ms / SECOND_MS;
}

/** Several, separated by commas. @throws RCM_USAGE */
export function ttlList(text: string, flag: string): number[] {
  return text.split(',').map((one) => ttlSeconds(one, flag));
}

/** A bound: seconds, or null for `none`. @throws RCM_USAGE */
export function ttlBound(text: string | undefined, flag: string): number | null | undefined {
  if (text === undefined) return undefined;
  return /^none$/i.test(text.trim()) ? null : ttlSeconds(text, flag);
}
