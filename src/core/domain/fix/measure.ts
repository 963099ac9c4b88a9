import type { AccessEvent } from '../access-event.js';
import type { CounterSlot } from '../counters.js';
import { SLOT_MS } from '../counters.js';
import { hitRate } from '../hit-rate.js';
import { DAY_MS } from '../units.js';

/** The hit rate since a fix. */
export interface Measured {
  /** Percent. */
  hitRate: number;
  reads: number;
  from: string;
  to: string;
  /** counters: all reads of whole 5-minute slots; events: a sample, where no slot lies wholly after the fix yet. */
  source: 'counters' | 'events';
}

/** How long a fix is measured: counters are kept for two days. */
export const MEASURED_MS = DAY_MS;

export interface MeasureInput {
  slots: readonly CounterSlot[];
  events: readonly AccessEvent[];
  /** When applications obeyed: the fix's end and the seconds they are given. */
  fromMs: number;
  toMs: number;
  /** Fewer reads tell nothing. */
  minReads: number;
}

/** What was read since a fix. @returns null: too few reads yet */
export function measuredHitRate({ slots, events, fromMs, toMs, minReads }: MeasureInput): Measured | null {
  const whole = slots.filter(({ slotMs }) => slotMs >= fromMs && slotMs < toMs);
  const sum = (name: 'hit' | 'miss') => whole.reduce((total, { counters }) => total + (counters[name] ?? 0), 0);
  const counted = rateOf(sum('hit'), sum('miss'), minReads);
  if (counted !== null) {
    const from = Math.ceil(fromMs / SLOT_MS) * SLOT_MS;
    return { ...counted, from: iso(from), to: iso(toMs), source: 'counters' };
  }
  const after = events.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs);
  const of = (op: AccessEvent['op']) => after.filter((event) => event.op === op).length;
  const sampled = rateOf(of('hit'), of('miss'), minReads);
  return sampled && { ...sampled, from: iso(fromMs), to: iso(toMs), source: 'events' };
}

function rateOf(hits: number, misses: number, minReads: number): { hitRate: number; reads: number } | null {
  const rate = hitRate(hits, misses);
  return rate === null || hits + misses < minReads ? null : { hitRate: rate, reads: hits + misses };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
