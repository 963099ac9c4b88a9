import { MissMatcher, type MissOrder } from '../../domain/observe/miss-matcher.js';
import { keysRead } from '../../domain/observe/monitor-line.js';
import { ObservedTally, type Sightings } from '../../domain/observe/tally.js';
import { NAMESPACE } from '../namespace.js';
import type { Listener } from './observer-stream.js';

/** How a key is counted: its company's id (a latin1 string), null for nobody's, undefined for what is left out. */
export type CompanyOf = (key: string) => string | null | undefined;

/** Told of each read of a company's key, as it is seen. */
export type ReadListener = (companyId: string, key: string, missed: boolean) => void;

/** Adds up what comes on an observer's stream. */
export class SightingCounter implements Listener {
  /** MONITOR is granted: a miss is looked for beside its command. Without it every key-miss counts. */
  monitoring = true;
  #order: MissOrder = 'before';
  #matcher: MissMatcher;
  #tally = new ObservedTally();
  #tooMuch = false;
  #probing: { key: string; seen: ('read' | 'miss')[] } | null = null;

  constructor(
    private readonly db: number,
    private readonly companyOf: CompanyOf,
    private readonly onRead: ReadListener | null,
  ) {
    this.#matcher = this.#newMatcher();
  }

  /** A new connection: what the old one told last has no sequel. */
  begin(): void {
    this.#matcher = this.#newMatcher();
    this.#tally = new ObservedTally();
    this.#tooMuch = false;
  }

  /** What was seen since the last call. `lost`: more came than could be kept. */
  take(): { tally: ObservedTally; lost: boolean } {
    const taken = { tally: this.#tally, lost: this.#tooMuch || this.#matcher.overflowed };
    this.#tally = new ObservedTally();
    this.#tooMuch = false;
    this.#matcher.overflowed = false;
    return taken;
  }

  /** Watches for a read of a key that nobody has. @returns what came of it, to be asked when it is over */
  probe(key: string): { missTold(): boolean; end(): void } {
    const probing = { key, seen: [] as ('read' | 'miss')[] };
    this.#probing = probing;
    return {
      missTold: () => probing.seen.includes('miss'),
      end: () => {
        this.#probing = null;
        if (probing.seen.length > 1) this.#order = probing.seen[0] === 'miss' ? 'before' : 'after';
        this.begin();
      },
    };
  }

  line(text: string): void {
    const keys = keysRead(text, this.db);
    if (this.#probing !== null && keys?.includes(this.#probing.key)) this.#probing.seen.push('read');
    this.#matcher.command(keys);
  }

  miss(key: string): void {
    if (this.#probing?.key === key) this.#probing.seen.push('miss');
    if (this.monitoring) this.#matcher.miss(key);
    else this.#add(key, 'misses');
  }

  expired(key: string): void {
    this.#add(key, 'expirations');
  }

  evicted(key: string): void {
    this.#add(key, 'evictions');
  }

  tooLong(): void {
    this.#tooMuch = true;
  }

  #newMatcher(): MissMatcher {
    return new MissMatcher(this.#order, (key, missed) => this.#read(key, missed));
  }

  #read(key: string, missed: boolean): void {
    if (key.startsWith(NAMESPACE)) return;
    const company = this.companyOf(key);
    if (company === undefined) return;
    const seen = this.#tally.of(company);
    seen.reads += 1;
    if (missed) seen.misses += 1;
    if (company !== null) this.onRead?.(company, key, missed);
  }

  #add(key: string, what: keyof Sightings): void {
    if (key.startsWith(NAMESPACE)) return;
    const company = this.companyOf(key);
    if (company !== undefined) this.#tally.of(company)[what] += 1;
  }
}
