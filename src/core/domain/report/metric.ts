import { DAY_MS } from '../units.js';

export const METRIC_GROUPS = ['operations', 'cost', 'performance', 'adoption'] as const;
export const METRIC_UNITS = [
  'minutes',
  'percent',
  'per week',
  'dollars per month',
  'milliseconds',
  'days per week',
] as const;

/** One success metric of the platform, over the report's time. */
export interface SuccessMetric {
  /** Machine name. */
  name: string;
  title: string;
  group: (typeof METRIC_GROUPS)[number];
  /** null: it is only followed. */
  target: { text: string; value: number; direction: 'at least' | 'at most' } | null;
  /** null is unknown. */
  value: number | null;
  unit: (typeof METRIC_UNITS)[number];
  /** The same at the start of the time, where it was measured then. */
  before: number | null;
  /** null where it is unknown, or there is no target. */
  met: boolean | null;
  /** What it was worked out from. */
  basis: string;
  /** Why it is unknown; null where it is known. */
  unknown: string | null;
}

/** The time that a report looks back on. */
export interface Range {
  since: Date;
  until: Date;
}

/** A figure and what it rests on, or why there is none. */
export type Finding = { value: number; basis: string; before?: number | null } | { unknown: string; basis?: string };

type Head = Pick<SuccessMetric, 'name' | 'title' | 'group' | 'unit' | 'target'>;

/** Judges a finding by its target. */
export function metricOf(head: Head, finding: Finding): SuccessMetric {
  if ('unknown' in finding)
    return { ...head, value: null, before: null, met: null, basis: finding.basis ?? '', unknown: finding.unknown };
  const { value, basis, before = null } = finding;
  const { target } = head;
  const met = target === null ? null : target.direction === 'at least' ? value >= target.value : value <= target.value;
  return { ...head, value, before, met, basis, unknown: null };
}

/** Weeks of a range; less than a day counts as a day, so that an hour is not taken for a rate. */
export function weeksOf({ since, until }: Range): number {
  return Math.max(DAY_MS, until.getTime() - since.getTime()) / (7 * DAY_MS);
}

/** The part of a range that the log covers: what happened before it was forgotten, and must not count as time without acts. */
export function loggedRange(range: Range, keptDays: number): Range {
  const since = new Date(range.until.getTime() - keptDays * DAY_MS);
  return range.since >= since ? range : { since, until: range.until };
}

export function isWithin(time: Date, { since, until }: Range): boolean {
  return time >= since && time <= until;
}

/** `1 fix`, `3 fixes`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
