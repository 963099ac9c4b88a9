import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './units.js';

/** A span of time that figures cover. */
export interface Window {
  from: Date;
  to: Date;
  /** Length in seconds. */
  seconds: number;
}

const UNITS: Record<string, number> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/** Counters in Redis reach back this far; longer windows are read from snapshots. */
export const LONGEST_COUNTER_WINDOW_MS = 48 * HOUR_MS;

/** Milliseconds in `90s`, `30m`, `24h`, `7d` or `2w`; null when it is nothing of the kind, or zero. */
export function parseDuration(text: string): number | null {
  const found = /^(\d{1,6})\s*([smhdw])$/.exec(text.trim());
  const ms = found ? Number(found[1]) * (UNITS[found[2] as string] as number) : 0;
  return ms > 0 ? ms : null;
}

/** The shortest exact text for a duration: 5400000 → `90m`. */
export function formatDuration(ms: number): string {
  for (const [unit, size] of [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['m', MINUTE_MS],
  ] as const) {
    // A day is called 24h, as everybody calls that window.
    if (ms >= (unit === 'd' ? 2 * size : size) && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${Math.round(ms / SECOND_MS)}s`;
}

export function windowEndingAt(to: Date, ms: number): Window {
  return { from: new Date(to.getTime() - ms), to, seconds: ms / SECOND_MS };
}
