import { DAY_MS } from './units.js';
import { parseDuration } from './window.js';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * An instant as people write it: an age before now (`90s`, `2h`, `7d`), a date, or an ISO date and time. Without an offset
 * it is UTC. A bare date is its beginning, or its last millisecond where it ends a range.
 * @returns null when it is nothing of the kind, or a day or time that does not exist
 */
export function parseInstant(text: string, now: Date, part: 'start' | 'end' = 'start'): Date | null {
  const word = text.trim();
  const age = parseDuration(word);
  if (age !== null) return new Date(now.getTime() - age);
  if (DATE.test(word)) {
    const day = dayOf(word);
    return day === null || part === 'start' ? day : new Date(day.getTime() + DAY_MS - 1);
  }
  const [, date = '', time = '', offset = 'Z'] = DATE_TIME.exec(word) ?? [];
  if (dayOf(date) === null) return null;
  const instant = new Date(`${date}T${time}${offset.toUpperCase().replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

/** Midnight UTC of a day that exists: Date itself takes 30 February for 2 March. */
function dayOf(date: string): Date | null {
  const day = new Date(`${date}T00:00:00.000Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) && date !== '' ? day : null;
}
