import { HOUR_MS, MINUTE_MS } from './units.js';

/**
 * Counters per company and 5-minute slot (DESIGN §4): one Redis hash an hour, fields `SLOT:NAME`, SLOT 0–11.
 * hitUs and missUs are microseconds spent (a miss's load included); bytes are bytes written; b0–b7 are the latency
 * buckets of reads.
 */
export const SLOT_MS = 5 * MINUTE_MS;
export const SLOTS_PER_HOUR = HOUR_MS / SLOT_MS;
export const COUNTER_RETENTION_HOURS = 50;

export const COUNTER_NAMES = [
  'hit', 'miss', 'set', 'del', 'clear', 'error', 'hitUs', 'missUs', 'bytes',
  'b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'expire', 'evict',
] as const; // biome-ignore format: a table
export type CounterName = (typeof COUNTER_NAMES)[number];
export type Counters = Partial<Record<CounterName, number>>;

/** Exclusive upper bounds, in microseconds, of the latency buckets b0…b6 (log2); b7 takes the rest. */
export const LATENCY_BUCKETS_US = [256, 512, 1024, 2048, 4096, 8192, 16_384] as const;

/** The latency bucket (0–7) of a read that took so many microseconds. */
export function latencyBucket(micros: number): number {
  return Math.min(7, Math.max(0, 24 - Math.clz32(micros)));
}

/** Index (0–11) of the slot within its hour, for a time in milliseconds since the epoch. */
export function slotOf(timestampMs: number): number {
  return Math.floor(timestampMs / SLOT_MS) % SLOTS_PER_HOUR;
}

/** The hour's name in counter keys: UTC, e.g. `2026-11-23T22`. */
export function hourName(timestampMs: number): string {
  return new Date(timestampMs).toISOString().slice(0, 13);
}

/** What one company's counters add up to over a window. */
export interface CounterTotals {
  counters: Counters;
  /** Start of the first slot of the window with anything recorded; null when nothing was. */
  firstSlotMs: number | null;
}

/** What one company's counters hold for one slot. */
export interface CounterSlot {
  /** Start of the slot. */
  slotMs: number;
  counters: Counters;
}
