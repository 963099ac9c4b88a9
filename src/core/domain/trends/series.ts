import { addCounters, type CounterSpan, hasCounts } from '../counter-hours.js';
import type { Counters } from '../counters.js';
import { avgResponseMs, hitRate, readMicros } from '../hit-rate.js';
import { DAY_MS, HOUR_MS } from '../units.js';
import { latencyPercentile } from './percentile.js';
import { type Step, stepAt } from './steps.js';

/** Figures that are measured at a time, not counted over one. */
export interface Gauge {
  atMs: number;
  memoryBytes: number;
  keys: number | null;
  /** Dollars per month: Redis and MongoDB. */
  cost: number | null;
  score: number | null;
  /** The reads of the 24 hours before, where no counters were kept of them. */
  day: { hits: number; misses: number; readUs: number | null } | null;
}

/** What is known of one step, before any figure is worked out: several can be added up to one. */
export interface StepFacts extends Step {
  /** null where nothing was counted. */
  counters: Counters | null;
  /** The last of the step. */
  gauge: Gauge | null;
}

/** The figures of one step; null is unknown. */
export interface TrendPoint {
  at: Date;
  until: Date;
  reads: number | null;
  /** Percent. */
  hitRate: number | null;
  avgResponseMs: number | null;
  p95ResponseMs: number | null;
  /** Whether the p95 is only known to be at least that. */
  p95AtLeast: boolean;
  memoryBytes: number | null;
  keys: number | null;
  cost: number | null;
  score: number | null;
}

/**
 * Counters and gauges by steps. A merged day belongs to the step that its middle lies in; by the hour it belongs to none.
 * Gauges count with the last of a step.
 * @param countedMs since when counters are kept, of whatever company; Infinity: none are
 */
export function factsOfSteps(
  steps: readonly Step[],
  spans: readonly CounterSpan[],
  gauges: readonly Gauge[],
  countedMs: number,
): StepFacts[] {
  const facts = steps.map((step): StepFacts => ({ ...step, counters: null, gauge: null }));
  for (const { fromMs, toMs, counters } of spans) {
    const isDay = toMs - fromMs > HOUR_MS;
    const fact = facts[stepAt(steps, isDay ? (fromMs + toMs) / 2 : fromMs)];
    if (fact === undefined || !hasCounts(counters) || toMs - fromMs > fact.toMs - fact.fromMs + 2 * HOUR_MS) continue;
    fact.counters ??= {};
    addCounters(fact.counters, counters);
  }
  for (const gauge of gauges) {
    const fact = facts[stepAt(steps, gauge.atMs)];
    if (fact === undefined || (fact.gauge !== null && fact.gauge.atMs > gauge.atMs)) continue;
    // The reads of the 24 hours before stand for a whole day, and only from before counters were kept.
    const stands = fact.toMs - fact.fromMs > DAY_MS / 2 && fact.toMs <= countedMs;
    fact.gauge = stands ? gauge : { ...gauge, day: null };
  }
  return facts;
}

/** The same in fewer, longer steps: at most so many. */
export function coarserFacts(facts: readonly StepFacts[], most: number): StepFacts[] {
  const together = Math.ceil(facts.length / Math.max(1, most));
  if (together <= 1) return [...facts];
  const merged: StepFacts[] = [];
  for (let i = 0; i < facts.length; i += together) merged.push(mergedFacts(facts.slice(i, i + together)));
  return merged;
}

function mergedFacts(group: readonly StepFacts[]): StepFacts {
  const first = group[0] as StepFacts;
  const merged: StepFacts = { ...first, counters: null };
  for (const { toMs, counters, gauge } of group) {
    merged.toMs = toMs;
    if (counters !== null) {
      merged.counters ??= {};
      addCounters(merged.counters, counters);
    }
    merged.gauge = gauge ?? merged.gauge;
  }
  // Of several days without counters no one day's reads stand for all.
  if (merged.counters === null && merged.gauge?.day != null && group.length > 1) {
    const days = group.flatMap(({ gauge }) => (gauge?.day ? [gauge.day] : []));
    merged.gauge = { ...merged.gauge, day: days.reduce(addedDays) };
  }
  return merged;
}

function addedDays(a: NonNullable<Gauge['day']>, b: NonNullable<Gauge['day']>): NonNullable<Gauge['day']> {
  const readUs = a.readUs === null || b.readUs === null ? null : a.readUs + b.readUs;
  return { hits: a.hits + b.hits, misses: a.misses + b.misses, readUs };
}

/** The figures of a step. Rates are of all its reads, so that a mean over a day weighs every read alike. */
export function pointOf({ fromMs, toMs, counters, gauge }: StepFacts): TrendPoint {
  const reads = counters === null ? (gauge?.day ?? null) : readsOf(counters);
  const p95 = counters === null ? null : latencyPercentile(counters, 0.95);
  const n = reads === null ? null : reads.hits + reads.misses;
  return {
    at: new Date(fromMs),
    until: new Date(toMs),
    reads: n,
    hitRate: reads === null ? null : hitRate(reads.hits, reads.misses),
    avgResponseMs: reads === null ? null : avgResponseMs(reads.hits + reads.misses, reads.readUs),
    p95ResponseMs: p95?.ms ?? null,
    p95AtLeast: p95?.atLeast ?? false,
    memoryBytes: gauge?.memoryBytes ?? null,
    keys: gauge?.keys ?? null,
    cost: gauge?.cost ?? null,
    score: gauge?.score ?? null,
  };
}

/** null where nothing of reads was counted, e.g. only clears. */
function readsOf(counters: Counters): { hits: number; misses: number; readUs: number | null } | null {
  if (counters.hit === undefined && counters.miss === undefined) return null;
  return { hits: counters.hit ?? 0, misses: counters.miss ?? 0, readUs: readMicros(counters) };
}
