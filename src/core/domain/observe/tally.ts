/** What was seen of one company. */
export interface Sightings {
  reads: number;
  misses: number;
  expirations: number;
  evictions: number;
}

export function noSightings(): Sightings {
  return { reads: 0, misses: 0, expirations: 0, evictions: 0 };
}

/** Ids come from keys, which anybody may make: more companies than this are counted together with what is nobody's. */
export const MOST_COMPANIES = 100_000;

/** Sums per company id (a latin1 string of its bytes) over one interval or several. */
export class ObservedTally {
  readonly companies = new Map<string, Sightings>();
  /** What belongs to no company: keys that no template matches. */
  readonly others = noSightings();
  /** Companies were left out, being too many. */
  full = false;

  /** The sums of a company, to be added to. @param id null where a key is nobody's */
  of(id: string | null): Sightings {
    if (id === null) return this.others;
    const known = this.companies.get(id);
    if (known !== undefined) return known;
    if (this.companies.size >= MOST_COMPANIES) {
      this.full = true;
      return this.others;
    }
    const fresh = noSightings();
    // A piece of a text keeps all of that text in memory: ids are kept as texts of their own.
    this.companies.set(Buffer.from(id, 'latin1').toString('latin1'), fresh);
    return fresh;
  }

  add(other: ObservedTally): void {
    for (const [id, seen] of other.companies) addSightings(this.of(id), seen);
    addSightings(this.others, other.others);
    this.full ||= other.full;
  }

  /** Of all companies. */
  sum(): Sightings {
    const sum = noSightings();
    for (const seen of this.companies.values()) addSightings(sum, seen);
    return sum;
  }
}

export function addSightings(to: Sightings, more: Sightings): void {
  to.reads += more.reads;
  to.misses += more.misses;
  to.expirations += more.expirations;
  to.evictions += more.evictions;
}
