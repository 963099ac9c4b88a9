import { formatBytes } from '../../core/domain/format.js';
import { formatDuration } from '../../core/domain/window.js';
import { UNKNOWN } from '../table/column.js';

/** Figures as people read them; unknown is a dash, never a zero. */

export { formatAge as age } from '../../core/domain/format.js';

export function dollars(value: number | null): string {
  if (value === null) return UNKNOWN;
  const text = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${value < 0 && text !== '0.00' ? '-' : ''}$${text}`;
}

export function percent(value: number | null): string {
  return value === null ? UNKNOWN : `${value.toFixed(1)}%`;
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
