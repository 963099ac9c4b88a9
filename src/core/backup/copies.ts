/** Tells which names stand more than once in a file, at 8 bytes a name. */
export class NameHashes {
  #hashes = new Float64Array(1024);
  #count = 0;

  add(name: Buffer): void {
    if (this.#count === this.#hashes.length) {
      const more = new Float64Array(2 * this.#count);
      more.set(this.#hashes);
      this.#hashes = more;
    }
    this.#hashes[this.#count++] = hashOf(name);
  }

  /** The hashes of names that stand more than once; by chance that of another name too. */
  repeated(): ReadonlySet<number> {
    const sorted = this.#hashes.subarray(0, this.#count).sort();
    const found = new Set<number>();
    for (let i = 1; i < sorted.length; i += 1) if (sorted[i] === sorted[i - 1]) found.add(sorted[i] as number);
    return found;
  }
}

/** Tells the last copy of each name from the older ones, asked from the end of the file to its beginning. */
export class LastCopies {
  readonly #seen = new Set<string>();

  /** @param repeated what `NameHashes` found: only such names are kept */
  constructor(private readonly repeated: ReadonlySet<number>) {}

  isLast(name: Buffer): boolean {
    if (this.repeated.size === 0 || !this.repeated.has(hashOf(name))) return true;
    const text = name.toString('latin1');
    if (this.#seen.has(text)) return false;
    this.#seen.add(text);
    return true;
  }
}

/** 53 bits: two FNV-1a hashes of different beginnings, as much of them as a number holds exactly. */
function hashOf(name: Buffer): number {
  let [low, high] = [0x811c9dc5, 0x9747b28c];
  // Not for…of: several times slower, and a file may hold millions of names.
  for (let i = 0; i < name.length; i += 1) {
    const byte = name[i] as number;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
}
