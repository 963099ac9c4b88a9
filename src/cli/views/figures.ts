import { formatAge, formatBytes, formatDollars, formatPercent } from '../../core/domain/format.js';
import { formatDuration } from '../../core/domain/window.js';
import { UNKNOWN } from '../table/column.js';

export { formatAge as age, roundedMoney as money } from '../../core/domain/format.js';

/** Figures as people read them; unknown is a dash, never a zero. */

export function dollars(value: number | null): string {
  return value === null ? UNKNOWN : formatDollars(value);
}

export function percent(value: number | null): string {
  return value === null ? UNKNOWN : formatPercent(value);
}

export function count(value: number | null): string {
  if (value === null) return UNKNOWN;
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

export function milliseconds(value: number | null): string {
  return value === null ? UNKNOWN : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

export function duration(seconds: number): string {
  return formatDuration(seconds * 1000);
}

export function bytes(value: number | null): string {
  return value === null ? UNKNOWN : formatBytes(value);
}

/** When a snapshot was taken, and how old it is. */
export function snapshotTime({ takenAt, ageSeconds }: { takenAt: Date; ageSeconds: number }): string {
  return `${takenAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${formatAge(ageSeconds)} old`;
}
