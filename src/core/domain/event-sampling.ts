import { THRESHOLD_STEPS } from './access-event.js';
import { HOUR_MS, MINUTE_MS } from './units.js';

/** What a process knows about one company's sampling: the threshold in steps of 2^-24, and when it last raised it. */
export interface Sampling {
  steps: number;
  raisedAtMs: number;
}

/** What the stream looks like to whoever adapts the threshold. */
export interface StreamSight {
  length: number;
  eventsMax: number;
  oldest: StreamMark | null;
  /** The last few entries, newest first, whichever process wrote them. */
  recent: readonly StreamMark[];
}

export interface StreamMark {
  timestampMs: number;
  steps: number;
}

export const INITIAL_SAMPLING: Readonly<Sampling> = Object.freeze({ steps: THRESHOLD_STEPS, raisedAtMs: 0 });

const SHORTEST_SPAN_MS = HOUR_MS;
const TARGET_SPAN_MS = 2 * HOUR_MS;
const LONGEST_SPAN_MS = 4 * HOUR_MS;
const RAISE_EVERY_MS = 5 * MINUTE_MS;
const RAISE_FACTOR = 1.25;
/** One step lowers to a 256th at most: a burst must not silence a company for hours. */
const DEEPEST_STEP = 1 / 256;
const RECENT_MS = MINUTE_MS;
/** After a raise, entries of processes that have not raised yet are not followed down again for so long. */
const RAISE_GRACE_MS = MINUTE_MS;

/**
 * The sampling to go on with, so that a full stream spans between one and four hours and all processes agree:
 * the lowest recently written threshold is adopted; a full stream that is too short lowers it in proportion (only when
 * its oldest entry was written under no higher a threshold, else the change already made has not shown yet); one that
 * would span over four hours, at its length and at the recent rate, raises it by a quarter every five minutes.
 */
export function adaptSampling(current: Sampling, sight: StreamSight, nowMs: number): Sampling {
  const steps = adopt(current, sight, nowMs);
  const span = sight.oldest === null ? Number.POSITIVE_INFINITY : Math.max(1, nowMs - sight.oldest.timestampMs);
  const full = sight.length >= sight.eventsMax;
  if (full && sight.oldest !== null && span < SHORTEST_SPAN_MS) {
    if (sight.oldest.steps > steps) return { ...current, steps };
    const factor = Math.max(DEEPEST_STEP, span / TARGET_SPAN_MS);
    return { ...current, steps: Math.max(1, Math.floor(steps * factor)) };
  }
  const mayRaise = steps < THRESHOLD_STEPS && nowMs - current.raisedAtMs >= RAISE_EVERY_MS;
  if (mayRaise && span * fillFactor(sight) > LONGEST_SPAN_MS && spanAtRecentRate(sight, nowMs) > LONGEST_SPAN_MS)
    return { steps: Math.min(THRESHOLD_STEPS, Math.ceil(steps * RAISE_FACTOR)), raisedAtMs: nowMs };
  return { ...current, steps };
}

function adopt(current: Sampling, sight: StreamSight, nowMs: number): number {
  const since = Math.max(nowMs - RECENT_MS, current.raisedAtMs + RAISE_GRACE_MS);
  let lowest = current.steps;
  for (const mark of sight.recent) if (mark.timestampMs >= since && mark.steps < lowest) lowest = mark.steps;
  return lowest;
}

/** How many times longer the stream will be when it is full. */
function fillFactor(sight: StreamSight): number {
  return Math.max(1, sight.eventsMax / Math.max(1, sight.length));
}

function spanAtRecentRate(sight: StreamSight, nowMs: number): number {
  const last = sight.recent.at(-1);
  if (last === undefined) return Number.POSITIVE_INFINITY;
  return (Math.max(1, nowMs - last.timestampMs) / sight.recent.length) * sight.eventsMax;
}
