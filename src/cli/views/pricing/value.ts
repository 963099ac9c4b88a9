import { formatExactDollars } from '../../../core/domain/format.js';

/** A setting's value as it was set: dollars, or percent of a threshold. Null: a company has the default budget. */
export function settingValue(path: string, value: number | null): string {
  if (value === null) return 'default';
  return /\.thresholds\.\w+Percent$/.test(path) ? `${value}%` : formatExactDollars(value);
}
