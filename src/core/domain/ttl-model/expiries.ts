/**
 * When stored entries expire, soonest first. Entries that come in the order of their expiry (all live equally long) wait in a
 * line, which costs next to nothing; others in a binary heap.
 */
export class Expiries {
  /** Of the soonest; Infinity when there is none. */
  nextAt = Number.POSITIVE_INFINITY;

  readonly #line: { at: Float64Array; key: Int32Array };
  #lineStart = 0;
  #lineEnd = 0;
  readonly #heapAt: number[] = [];
  readonly #heapKey: number[] = [];

  /** @param most how many may be added */
  constructor(most: number) {
    this.#line = { at: new Float64Array(most), key: new Int32Array(most) };
  }

  add(at: number, key: number): void {
    const end = this.#lineEnd;
    if (end === this.#lineStart || at >= (this.#line.at[end - 1] as number)) {
      this.#line.at[end] = at;
      this.#line.key[end] = key;
      this.#lineEnd = end + 1;
    } else this.#push(at, key);
    if (at < this.nextAt) this.nextAt = at;
  }

  /** Takes the soonest away. @returns its key */
  take(): number {
    const { at, key } = this.#line;
    const lined = this.#lineStart < this.#lineEnd ? (at[this.#lineStart] as number) : Number.POSITIVE_INFINITY;
    let taken: number;
    if (lined <= (this.#heapAt[0] ?? Number.POSITIVE_INFINITY)) {
      taken = key[this.#lineStart] as number;
      this.#lineStart += 1;
    } else taken = this.#pop();
    const next = this.#lineStart < this.#lineEnd ? (at[this.#lineStart] as number) : Number.POSITIVE_INFINITY;
    this.nextAt = Math.min(next, this.#heapAt[0] ?? Number.POSITIVE_INFINITY);
    return taken;
  }

  #push(at: number, key: number): void {
    const [ats, keys] = [this.#heapAt, this.#heapKey];
    let place = ats.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((ats[parent] as number) <= at) break;
      ats[place] = ats[parent] as number;
      keys[place] = keys[parent] as number;
      place = parent;
    }
    ats[place] = at;
    keys[place] = key;
  }

  #pop(): number {
    const [ats, keys] = [this.#heapAt, this.#heapKey];
    const taken = keys[0] as number;
    const [at, key] = [ats.pop() as number, keys.pop() as number];
    const size = ats.length;
    if (size === 0) return taken;
    let place = 0;
    for (let child = 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && (ats[child + 1] as number) < (ats[child] as number)) child += 1;
      if ((ats[child] as number) >= at) break;
      ats[place] = ats[child] as number;
      keys[place] = keys[child] as number;
      place = child;
    }
    ats[place] = at;
    keys[place] = key;
    return taken;
  }
}
