import { COUNTER_NAMES, type CounterName, latencyBucket, SLOT_MS } from '../core/domain/counters.js';

/** Counters that an application records, by their place in a tally; `expire` and `evict` are not among them. */
export const RECORDED: readonly CounterName[] = COUNTER_NAMES.filter((name) => name !== 'expire' && name !== 'evict');

const at = (name: CounterName): number => RECORDED.indexOf(name);
const HIT = at('hit');
const MISS = at('miss');
const HIT_US = at('hitUs');
const MISS_US = at('missUs');
const BUCKET_0 = at('b0');
const PLACES: Readonly<Record<'set' | 'del' | 'clear' | 'error' | 'bytes', number>> = {
  set: at('set'),
  del: at('del'),
  clear: at('clear'),
  error: at('error'),
  bytes: at('bytes'),
};

/** Slots kept while Redis is away: 16 hours of them; then the oldest go. */
const MOST_SLOTS = 192;

export interface SlotTally {
  slotMs: number;
  /** By place in RECORDED. */
  counts: Float64Array;
}

/** One company's counters, added up in the process, slot by slot, until they are written. */
export class Tally {
  readonly #slots = new Map<number, Float64Array>();
  #currentMs = Number.NEGATIVE_INFINITY;
  #current: Float64Array = new Float64Array(0);

  /** A read that took so many whole microseconds, a miss's load included. */
  read(hit: boolean, micros: number, nowMs: number): void {
    const counts = this.#countsAt(nowMs);
    addAt(counts, hit ? HIT : MISS, 1);
    addAt(counts, hit ? HIT_US : MISS_US, micros);
    addAt(counts, BUCKET_0 + latencyBucket(micros), 1);
  }

  add(name: keyof typeof PLACES, amount: number, nowMs: number): void {
    addAt(this.#countsAt(nowMs), PLACES[name], amount);
  }

  /** Puts back what could not be written. */
  putBack(slotMs: number, place: number, amount: number): void {
    addAt(this.#slot(slotMs), place, amount);
  }

  get empty(): boolean {
    return this.#slots.size === 0;
  }

  /** Everything added up so far, which is then no longer here. */
  drain(): SlotTally[] {
    const slots = [...this.#slots].map(([slotMs, counts]) => ({ slotMs, counts }));
    this.#slots.clear();
    this.#currentMs = Number.NEGATIVE_INFINITY;
    return slots;
  }

  #countsAt(nowMs: number): Float64Array {
    const since = nowMs - this.#currentMs;
    if (since >= 0 && since < SLOT_MS) return this.#current;
    this.#currentMs = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
    this.#current = this.#slot(this.#currentMs);
    return this.#current;
  }

  #slot(slotMs: number): Float64Array {
    let counts = this.#slots.get(slotMs);
    if (counts === undefined) {
      if (this.#slots.size >= MOST_SLOTS) this.#slots.delete(Math.min(...this.#slots.keys()));
      counts = new Float64Array(RECORDED.length);
      this.#slots.set(slotMs, counts);
    }
    return counts;
  }
}

function addAt(counts: Float64Array, place: number, amount: number): void {
  counts[place] = (counts[place] ?? 0) + amount;
}
