import { COUNTER_NAMES, COUNTER_RETENTION_HOURS, type Counters } from './counters.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './units.js';

/** One company's counters of one whole UTC hour, as Redis held them. */
export interface CounterHour {
  companyId: string;
  /** Start of the hour. */
  hourMs: number;
  counters: Counters;
  /** Tells whether Redis's hash was written to since (its expiry); null where it cannot be told: then it is read again. */
  mark: number | null;
}

/** Counters over an hour, or over a UTC day where the hours were merged. */
export interface CounterSpan {
  fromMs: number;
  toMs: number;
  counters: Counters;
}

/** What a company's counters add up to over several spans. */
export interface CounterSum {
  counters: Counters;
  /** Start of the first span with anything in it. */
  firstMs: number;
}

/** The sums over all companies are kept as those of a company that has this id: none has. */
export const PLATFORM_ID = '';

/** An hour counts as closed so long after its end: applications flush late. */
export const CLOSED_AFTER_MS = 10 * MINUTE_MS;

/** Starts of the hours that are closed and that Redis may still hold, oldest first. */
export function closedHours(nowMs: number): number[] {
  const last = Math.floor((nowMs - CLOSED_AFTER_MS) / HOUR_MS) * HOUR_MS - HOUR_MS;
  // A hash expires 50 h after its last write, which was at most an hour and a late flush after the hour began.
  return Array.from({ length: COUNTER_RETENTION_HOURS + 1 }, (_, i) => last - (COUNTER_RETENTION_HOURS - i) * HOUR_MS);
}

/** The larger of each counter: counters only grow, so what is smaller was read earlier, or after Redis had lost some. */
export function largerCounters(a: Counters, b: Counters): Counters {
  const larger: Counters = { ...a };
  for (const name of COUNTER_NAMES) {
    const other = b[name];
    if (other !== undefined) larger[name] = Math.max(a[name] ?? other, other);
  }
  return larger;
}

/** Adds `more` to `sum`. */
export function addCounters(sum: Counters, more: Counters): void {
  for (const name of COUNTER_NAMES) {
    const amount = more[name];
    if (amount !== undefined) sum[name] = (sum[name] ?? 0) + amount;
  }
}

/** Whether anything was counted. */
export function hasCounts(counters: Counters): boolean {
  return COUNTER_NAMES.some((name) => counters[name] !== undefined);
}

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/**
 * Hours and merged days of one company as one list, oldest first. Where hours lie beside the day that they were merged to
 * (the clock was moved, or the merging was killed), the day is counted once: the larger of each counter.
 */
export function settledSpans(hours: readonly CounterSpan[], days: readonly CounterSpan[]): CounterSpan[] {
  if (days.length === 0) return [...hours].sort(byStart);
  const merged = new Map(days.map((day) => [dayOf(day.fromMs), day]));
  const beside = new Map<number, Counters>();
  const alone: CounterSpan[] = [];
  for (const hour of hours) {
    const day = dayOf(hour.fromMs);
    if (!merged.has(day)) {
      alone.push(hour);
      continue;
    }
    const sum = beside.get(day) ?? {};
    addCounters(sum, hour.counters);
    beside.set(day, sum);
  }
  const settled = [...merged].map(([day, span]) => ({
    ...span,
    counters: largerCounters(span.counters, beside.get(day) ?? {}),
  }));
  return [...alone, ...settled].sort(byStart);
}

/** Adds spans to a company's sum. */
export function addSpans(sums: Map<string, CounterSum>, companyId: string, spans: readonly CounterSpan[]): void {
  for (const { fromMs, counters } of spans) {
    const sum = sums.get(companyId) ?? { counters: {}, firstMs: fromMs };
    addCounters(sum.counters, counters);
    sum.firstMs = Math.min(sum.firstMs, fromMs);
    sums.set(companyId, sum);
  }
}

function byStart(a: CounterSpan, b: CounterSpan): number {
  return a.fromMs - b.fromMs;
}
