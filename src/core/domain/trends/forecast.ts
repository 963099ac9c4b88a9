import { DAY_MS } from '../units.js';

/** A value of one day. */
export interface DailyValue {
  atMs: number;
  value: number;
}

export const FORECAST_OUTCOMES = [
  'expected',
  'beyond a year',
  'not rising',
  'uncertain',
  'already reached',
  'too few days',
  'no limit',
] as const;

/** When a limit is reached if things go on as they did. */
export interface Forecast {
  outcome: (typeof FORECAST_OUTCOMES)[number];
  /** Daily values it rests on, and the days between the first and the last. */
  values: number;
  days: number;
  /** The last of them. */
  current: number | null;
  limit: number | null;
  /** Theil–Sen slope, and its 95 % interval; null where there are too few values. */
  perDay: number | null;
  perDayLow: number | null;
  perDayHigh: number | null;
  /** When the trend line reaches the limit; only with `expected`. */
  at: Date | null;
  /** The 95 % interval of that: by the steeper and the flatter slope; `latest` is null where it may never be, or not within a year. */
  earliest: Date | null;
  latest: Date | null;
}

export const FORECAST_METHOD =
  'Theil–Sen slope of daily values through their median; 95 % interval of the slope by Sen’s method (Kendall’s rank variance, normal approximation), taken as independent from day to day';

/** Fewer tell nothing. */
export const FEWEST_VALUES = 7;
const FEWEST_DAYS = 6;
const YEAR_DAYS = 365;
const Z95 = 1.959964;
/** More days than this are thinned evenly: pairs grow with the square. */
const MOST_VALUES = 400;

/**
 * When daily values reach a limit. Sources: Theil 1950; Sen 1968, J. Am. Stat. Assoc. 63, 1379–1389; Gilbert 1987,
 * Statistical Methods for Environmental Pollution Monitoring, §16.5.
 * @param values one a day, in any order; days without one are left out
 * @param limit null: there is none
 */
export function forecast(values: readonly DailyValue[], limit: number | null): Forecast {
  const sorted = thinned([...values].sort((a, b) => a.atMs - b.atMs));
  const [first, last] = [sorted[0], sorted.at(-1)];
  const days = first && last ? (last.atMs - first.atMs) / DAY_MS : 0;
  const nothing: Forecast = {
    outcome: 'no limit',
    values: sorted.length,
    days,
    current: last?.value ?? null,
    limit,
    perDay: null,
    perDayLow: null,
    perDayHigh: null,
    at: null,
    earliest: null,
    latest: null,
  };
  if (limit === null) return nothing;
  if (first === undefined || last === undefined || sorted.length < FEWEST_VALUES || days < FEWEST_DAYS)
    return { ...nothing, outcome: last !== undefined && last.value >= limit ? 'already reached' : 'too few days' };
  const { slope, low, high } = senSlope(sorted);
  const known: Forecast = { ...nothing, perDay: slope, perDayLow: low, perDayHigh: high };
  if (last.value >= limit) return { ...known, outcome: 'already reached' };
  // The line through the medians, so that one odd last day does not shift the answer.
  const level = median(sorted.map(({ atMs, value }) => value + (slope * (last.atMs - atMs)) / DAY_MS));
  const daysAt = (perDay: number) => (perDay > 0 ? Math.max(0, (limit - level) / perDay) : Number.POSITIVE_INFINITY);
  const within = (d: number): Date | null => (d <= YEAR_DAYS ? new Date(last.atMs + d * DAY_MS) : null);
  const earliest = within(daysAt(high));
  if (slope <= 0) return { ...known, outcome: earliest === null || high <= 0 ? 'not rising' : 'uncertain', earliest };
  if (low <= 0) return { ...known, outcome: 'uncertain', earliest };
  const at = within(daysAt(slope));
  if (at === null) return { ...known, outcome: 'beyond a year', earliest };
  return { ...known, outcome: 'expected', at, earliest, latest: within(daysAt(low)) };
}

/** The median of the slopes of all pairs, and the slopes that bound it at 95 %, per day. */
export function senSlope(values: readonly DailyValue[]): { slope: number; low: number; high: number } {
  const slopes: number[] = [];
  for (const [i, a] of values.entries())
    for (const b of values.slice(i + 1))
      if (b.atMs > a.atMs) slopes.push(((b.value - a.value) / (b.atMs - a.atMs)) * DAY_MS);
  slopes.sort((a, b) => a - b);
  const count = slopes.length;
  const half = (Z95 * Math.sqrt(kendallVariance(values))) / 2;
  const at = (rank: number): number => {
    const bounded = Math.min(count, Math.max(1, rank)) - 1;
    const [floor, ceil] = [Math.floor(bounded), Math.ceil(bounded)];
    const [a, b] = [slopes[floor] as number, slopes[ceil] as number];
    return a + (b - a) * (bounded - floor);
  };
  return { slope: median(slopes), low: at(count / 2 - half), high: at(count / 2 + half + 1) };
}

/** Variance of Kendall's S, with equal values taken into account. */
function kendallVariance(values: readonly DailyValue[]): number {
  const term = (n: number) => n * (n - 1) * (2 * n + 5);
  const ties = new Map<number, number>();
  for (const { value } of values) ties.set(value, (ties.get(value) ?? 0) + 1);
  const tied = [...ties.values()].reduce((sum, n) => sum + term(n), 0);
  return (term(values.length) - tied) / 18;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function thinned(values: readonly DailyValue[]): DailyValue[] {
  const every = Math.ceil(values.length / MOST_VALUES);
  // Counted from the end: the last value stays.
  return values.filter((_, i) => (values.length - 1 - i) % every === 0);
}
