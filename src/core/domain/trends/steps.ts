import { DEFAULT_RETENTION } from '../activity.js';
import { DAY_MS, HOUR_MS } from '../units.js';
import type { Zone } from './zone.js';

export const STEPS = ['1h', '1d'] as const;
export type StepLength = (typeof STEPS)[number];

/** One step of a series; its end is the next one's start. */
export interface Step {
  fromMs: number;
  toMs: number;
}

/** The longest range that is shown by the hour unless asked otherwise. */
const HOURLY_UP_TO_MS = 4 * DAY_MS;

/** Hours of short ranges, as long as hours are kept. */
export function stepFor(fromMs: number, toMs: number, nowMs: number): StepLength {
  const kept = nowMs - fromMs <= DEFAULT_RETENTION.hourlySnapshotsDays * DAY_MS;
  return kept && toMs - fromMs <= HOURLY_UP_TO_MS ? '1h' : '1d';
}

/** Whole hours or days of a zone, from the one that contains the start to the one that contains the end. */
export function stepsBetween(fromMs: number, toMs: number, length: StepLength, zone: Zone): Step[] {
  const steps: Step[] = [];
  let start = length === '1d' ? zone.startOfDay(fromMs) : zone.startOfHour(fromMs);
  while (start <= toMs) {
    const end = length === '1d' ? zone.addDays(start, 1) : start + HOUR_MS;
    steps.push({ fromMs: start, toMs: end });
    start = end;
  }
  return steps;
}

/** As many steps of the same length that end where the given ones begin. */
export function stepsBefore(steps: readonly Step[], length: StepLength, zone: Zone): Step[] {
  const first = steps[0];
  if (first === undefined) return [];
  const start = length === '1d' ? zone.addDays(first.fromMs, -steps.length) : first.fromMs - steps.length * HOUR_MS;
  return stepsBetween(start, first.fromMs - 1, length, zone);
}

/** Index of the step that contains a time; -1 where none does. Steps follow each other. */
export function stepAt(steps: readonly Step[], ms: number): number {
  let [low, high] = [0, steps.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const step = steps[middle] as Step;
    if (ms < step.fromMs) high = middle - 1;
    else if (ms >= step.toMs) low = middle + 1;
    else return middle;
  }
  return -1;
}
