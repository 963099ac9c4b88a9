import type { CounterSpan } from './counter-hours.js';
import { type CounterSlot, SLOT_MS } from './counters.js';
import { avgResponseMs, hitRate, readMicros } from './hit-rate.js';
import type { CompanySnapshot } from './snapshot.js';
import { DAY_MS, HOUR_MS, SECOND_MS } from './units.js';
import type { Window } from './window.js';

/** What was recorded of the reads of one step of a curve, which begins at `at`. */
export interface ReadPoint {
  at: Date;
  hits: number;
  misses: number;
  /** Microseconds spent reading; null where reads were counted without their time. */
  readUs: number | null;
  /** Percent; null when nothing was read. */
  hitRate: number | null;
  avgResponseMs: number | null;
}

/** Reads over a window in even steps: every step has its point, those without a read too. */
export interface ReadCurve {
  stepSeconds: number;
  points: ReadPoint[];
}

/** How many points of a curve may become one: those that divide an hour or a day. */
const FACTORS = [1, 2, 3, 4, 6, 12, 24, 36, 48, 72, 144, 288];

/** Reads over a window, slot by slot. */
export function curveOfSlots(slots: readonly CounterSlot[], window: Window): ReadCurve {
  const bySlot = new Map(slots.map(({ slotMs, counters }) => [slotMs, counters]));
  const points: ReadPoint[] = [];
  const firstMs = Math.floor(window.from.getTime() / SLOT_MS) * SLOT_MS;
  for (let ms = firstMs; ms <= window.to.getTime(); ms += SLOT_MS) {
    const counters = bySlot.get(ms) ?? {};
    points.push(point(new Date(ms), counters.hit ?? 0, counters.miss ?? 0, readMicros(counters)));
  }
  return { stepSeconds: SLOT_MS / SECOND_MS, points };
}

/** Reads over a window, hour by hour, from hours that were kept; null where none was, or they were merged to days since. */
export function curveOfHours(spans: readonly CounterSpan[], window: Window): ReadCurve | null {
  if (spans.length === 0 || spans.some(({ fromMs, toMs }) => toMs - fromMs > HOUR_MS)) return null;
  const byHour = new Map(spans.map(({ fromMs, counters }) => [fromMs, counters]));
  const points: ReadPoint[] = [];
  for (let ms = Math.floor(window.from.getTime() / HOUR_MS) * HOUR_MS; ms < window.to.getTime(); ms += HOUR_MS) {
    const counters = byHour.get(ms) ?? {};
    points.push(point(new Date(ms), counters.hit ?? 0, counters.miss ?? 0, readMicros(counters)));
  }
  return { stepSeconds: HOUR_MS / SECOND_MS, points };
}

/**
 * Reads over a window day by day, from snapshots, which hold the 24 hours before them: the newest, then the newest that
 * does not overlap it, and so on.
 * @param rows one company's, oldest first
 */
export function curveOfSnapshots(rows: readonly CompanySnapshot[], window: Window): ReadCurve {
  const points: ReadPoint[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const row of rows.toReversed()) {
    const takenMs = row.takenAt.getTime();
    if (takenMs > end || takenMs - DAY_MS < window.from.getTime()) continue;
    end = takenMs - DAY_MS;
    points.unshift(point(new Date(end), row.hits ?? 0, row.misses ?? 0, row.readUs));
  }
  return { stepSeconds: DAY_MS / SECOND_MS, points };
}

/** The same reads in at most `mostPoints` (2 or more) longer steps: rates are of all the reads of a step, never means of means. */
export function coarser({ stepSeconds, points }: ReadCurve, mostPoints: number): ReadCurve {
  const steps = (factor: number) => Math.ceil((points.length + factor - 1) / factor);
  const factor = FACTORS.find((f) => steps(f) <= mostPoints) ?? points.length;
  if (factor <= 1) return { stepSeconds, points: [...points] };
  const stepMs = factor * stepSeconds * SECOND_MS;
  const merged = new Map<number, ReadPoint>();
  for (const p of points) {
    // Steps begin on whole multiples of their length, as people read clocks.
    const ms = Math.floor(p.at.getTime() / stepMs) * stepMs;
    const sum = merged.get(ms);
    const readUs = sum && (sum.readUs === null || p.readUs === null ? (sum.readUs ?? p.readUs) : sum.readUs + p.readUs);
    merged.set(
      ms,
      sum ? point(sum.at, sum.hits + p.hits, sum.misses + p.misses, readUs ?? null) : { ...p, at: new Date(ms) },
    );
  }
  return { stepSeconds: stepMs / SECOND_MS, points: [...merged.values()] };
}

function point(at: Date, hits: number, misses: number, readUs: number | null): ReadPoint {
  return {
    at,
    hits,
    misses,
    readUs,
    hitRate: hitRate(hits, misses),
    avgResponseMs: avgResponseMs(hits + misses, readUs),
  };
}
