import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units.js';

/** Days and hours as the people of one time zone have them: a day of theirs may be 23 or 25 hours long. */
export interface Zone {
  name: string;
  /** Start of the day that contains a time. Where midnight does not exist, the day's first moment. */
  startOfDay(ms: number): number;
  /** Start of the day so many days after (before: negative) the one that contains a time. */
  addDays(ms: number, days: number): number;
  /** Start of the hour of the clock that contains a time. */
  startOfHour(ms: number): number;
  /** What the clock shows: `2026-03-29T14:30`. */
  local(ms: number): string;
}

const UTC: Zone = {
  name: 'UTC',
  startOfDay: (ms) => floor(ms, DAY_MS),
  addDays: (ms, days) => floor(ms, DAY_MS) + days * DAY_MS,
  startOfHour: (ms) => floor(ms, HOUR_MS),
  local: (ms) => new Date(ms).toISOString().slice(0, 16),
};

/** A zone by its IANA name, e.g. `Europe/Berlin`; null when there is none of that name. */
export function zoneOf(name: string): Zone | null {
  if (/^(utc|etc\/utc|z)$/i.test(name)) return UTC;
  // Offsets (+02:00) are no zones: they know nothing of the other half of the year.
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  /** What the clock shows, as if it were UTC. */
  const clock = (ms: number): number => {
    const part = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  };
  /** First moment of a day, given as its midnight in UTC: the clock of no zone differs from UTC by more than 15 hours. */
  const begins = (day: number): number => {
    let [before, from] = [day - 15 * HOUR_MS, day + 15 * HOUR_MS];
    const offset = clock(day) - day;
    const guess = day - offset;
    if (clock(guess) >= day && clock(guess - MINUTE_MS) < day) return guess;
    // The clock was changed nearby: halved down to the second from which it shows that day.
    while (from - before > 1000) {
      const middle = floor((before + from) / 2, 1000);
      if (clock(middle) >= day) from = middle;
      else before = middle;
    }
    return from;
  };
  return {
    name,
    startOfDay: (ms) => begins(floor(clock(ms), DAY_MS)),
    addDays: (ms, days) => begins(floor(clock(ms), DAY_MS) + days * DAY_MS),
    startOfHour: (ms) => ms - (clock(ms) - floor(clock(ms), HOUR_MS)) - (ms - floor(ms, 1000)),
    local: (ms) => new Date(clock(ms)).toISOString().slice(0, 16),
  };
}

function floor(ms: number, unit: number): number {
  return Math.floor(ms / unit) * unit;
}
