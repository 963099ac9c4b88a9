import { HOUR, MINUTE, type Op } from './plan.js';

/** What was counted: names as they are documented, in the order of nothing. */
export type Counts = Record<string, number>;

interface Held {
  text: string;
  expiresMs: number;
}

/** What an access must have given. */
export interface Expected {
  /** The value that is found; null: none. */
  found: string | null;
  /** How many keys went. */
  removed: number;
}

const SLOT = 5 * MINUTE;
/** Upper bounds of the latency buckets b0–b6, in microseconds. */
export const BOUNDS = [256, 512, 1024, 2048, 4096, 8192, 16_384];

/**
 * The independent truth: a model of the cache and of what is counted, made from the planned accesses alone. It shares no code
 * with what it is compared with.
 */
export class Ledger {
  readonly keys = new Map<string, Map<string, Held>>();
  /** By company and start of the 5 minutes: what Redis must hold of it. */
  readonly held = new Map<string, Map<number, Counts>>();
  /** By company and start of the hour: what the durable history must hold. */
  readonly kept = new Map<string, Map<number, Counts>>();
  /** When each hour of each company was last written to. */
  readonly #written = new Map<string, Map<number, number>>();

  /** @param commandMs what a command to Redis takes */
  apply(id: string, op: Op, atMs: number, commandMs: number): Expected {
    const cache = this.#cache(id);
    const found = cache.get(op.key)?.text ?? null;
    switch (op.kind) {
      case 'get':
        this.#read(id, atMs, found !== null, commandMs * 1000);
        return { found, removed: 0 };
      case 'wrap':
        this.#read(id, atMs, found !== null, (found !== null ? commandMs : commandMs + op.loadMs) * 1000);
        if (found === null) this.#store(id, op, atMs);
        return { found, removed: 0 };
      case 'set':
        this.#store(id, op, atMs);
        this.#count(id, atMs, { set: 1 });
        return { found: null, removed: 0 };
      case 'delete':
        this.#count(id, atMs, { del: 1 });
        return { found: null, removed: cache.delete(op.key) ? 1 : 0 };
      case 'invalidate': {
        const removed = cache.size;
        cache.clear();
        this.#count(id, atMs, { clear: 1 });
        return { found: null, removed };
      }
    }
  }

  /** The value that an access stores: it tells which access that was. */
  static valueOf(op: Op, atMs: number): string {
    return `${atMs}:`.padEnd(op.chars, 'x');
  }

  /** Removes what has expired. @returns counter hashes that Redis forgets, 50 hours after they were written last */
  pass(nowMs: number): string[] {
    for (const cache of this.keys.values())
      for (const [key, { expiresMs }] of cache) if (expiresMs <= nowMs) cache.delete(key);
    const forgotten: string[] = [];
    for (const [id, hours] of this.#written)
      for (const [hourMs, atMs] of hours) {
        if (atMs + 50 * HOUR > nowMs) continue;
        hours.delete(hourMs);
        this.forget(id, hourMs);
        forgotten.push(counterKey(id, hourMs));
      }
    return forgotten;
  }

  /** Redis has lost everything. */
  flushAll(): void {
    this.keys.clear();
    this.held.clear();
    this.#written.clear();
  }

  /** Redis has lost one hour of one company. */
  forget(id: string, hourMs: number): void {
    const slots = this.held.get(id);
    for (const slotMs of slots?.keys() ?? []) if (hourOf(slotMs) === hourMs) slots?.delete(slotMs);
    this.#written.get(id)?.delete(hourMs);
  }

  /** Every hour of counters that Redis holds, by the key that it must have there. */
  counterKeys(): Map<string, [id: string, hourMs: number]> {
    const keys = new Map<string, [string, number]>();
    for (const [id, slots] of this.held)
      for (const slotMs of slots.keys()) keys.set(counterKey(id, hourOf(slotMs)), [id, hourOf(slotMs)]);
    return keys;
  }

  /** A snapshot copies the hours that ended ten minutes ago or earlier; of what it has already each counter only grows. */
  keep(nowMs: number): void {
    for (const [id, slots] of this.held) {
      const hours = new Map<number, Counts>();
      for (const [slotMs, counts] of slots) {
        if (hourOf(slotMs) + HOUR + 10 * MINUTE > nowMs) continue;
        hours.set(hourOf(slotMs), add(hours.get(hourOf(slotMs)) ?? {}, counts));
      }
      const kept = this.kept.get(id) ?? new Map<number, Counts>();
      this.kept.set(id, kept);
      for (const [hourMs, counts] of hours) {
        const before = kept.get(hourMs) ?? {};
        const names = [...Object.keys(counts), ...Object.keys(before)];
        kept.set(hourMs, Object.fromEntries(names.map((n) => [n, Math.max(counts[n] ?? 0, before[n] ?? 0)])));
      }
    }
  }

  /** What Redis holds of the 24 hours before, whole 5 minutes. `firstMs`: the first with anything; null where there is none. */
  lastDay(id: string, nowMs: number): { counts: Counts; firstMs: number | null } {
    const from = Math.floor((nowMs - 24 * HOUR) / SLOT) * SLOT;
    let firstMs: number | null = null;
    const sum: Counts = {};
    for (const [slotMs, counts] of this.held.get(id) ?? []) {
      if (slotMs < from || slotMs > nowMs) continue;
      add(sum, counts);
      firstMs = Math.min(firstMs ?? slotMs, slotMs);
    }
    return { counts: sum, firstMs };
  }

  #cache(id: string): Map<string, Held> {
    const cache = this.keys.get(id) ?? new Map<string, Held>();
    this.keys.set(id, cache);
    return cache;
  }

  #read(id: string, atMs: number, hit: boolean, micros: number): void {
    const us = Math.round(micros);
    const bucket = BOUNDS.filter((bound) => us >= bound).length;
    this.#count(id, atMs, { [hit ? 'hit' : 'miss']: 1, [hit ? 'hitUs' : 'missUs']: us, [`b${bucket}`]: 1 });
  }

  #store(id: string, op: Op, atMs: number): void {
    const text = Ledger.valueOf(op, atMs);
    this.#cache(id).set(op.key, { text, expiresMs: op.ttl === null ? Number.POSITIVE_INFINITY : atMs + op.ttl * 1000 });
    // As JSON: two quotes more.
    this.#count(id, atMs, { bytes: text.length + 2 });
  }

  #count(id: string, atMs: number, counts: Counts): void {
    const slotMs = Math.floor(atMs / SLOT) * SLOT;
    const slots = this.held.get(id) ?? new Map<number, Counts>();
    this.held.set(id, slots);
    slots.set(slotMs, add(slots.get(slotMs) ?? {}, counts));
    const written = this.#written.get(id) ?? new Map<number, number>();
    this.#written.set(id, written.set(hourOf(atMs), atMs));
  }
}

export function add(sum: Counts, more: Counts): Counts {
  for (const [name, n] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}

export const hourOf = (ms: number): number => Math.floor(ms / HOUR) * HOUR;

const counterKey = (id: string, hourMs: number): string =>
  `rcm:{${id}}:counters:${new Date(hourMs).toISOString().slice(0, 13)}`;
