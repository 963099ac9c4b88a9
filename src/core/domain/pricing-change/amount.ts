import { PRICES } from '../pricing.js';
import type { Setting } from './setting.js';

/** Above these a value is more likely a slip than meant: dollars per month, and percents. */
const HIGHEST_BUDGET = 1_000_000;
const HIGHEST_PERCENT = 10_000;

/** A number as people write amounts: `$0.27`, `0.27`, `1e-6`. @returns the number, or what is wrong with the text */
export function parseAmount(text: string): number | { wrong: string } {
  const plain = text.trim();
  if (plain === '') return { wrong: 'is empty' };
  if (/^-/.test(plain) || /^\$\s*-/.test(plain)) return { wrong: 'is negative' };
  if (plain.includes(',')) return { wrong: 'has a comma: write 1234.5, with a point and without separators' };
  if (!/^\$?\s*(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return { wrong: 'is no number' };
  const value = Number(plain.replace(/^\$\s*/, ''));
  return Number.isFinite(value) ? value : { wrong: 'is larger than any number can be' };
}

/** The highest value that is taken without being forced. */
export function ceilingOf(setting: Setting): number {
  if (setting.kind === 'threshold') return HIGHEST_PERCENT;
  if (setting.kind !== 'price') return HIGHEST_BUDGET;
  const prices = PRICES[setting.provider] as Record<string, { ceiling: number }>;
  return (prices[setting.name] as { ceiling: number }).ceiling;
}
