import { createHash } from 'node:crypto';
import type { ScanNode } from '../scan/keyspace-scan.js';
import type { KeyDetail, KeyInfo } from './key-info.js';
import type { KeySelection } from './selection.js';
import { walkNode } from './walk-keys.js';

/** Where a page begins: the server's number, its SCAN cursor, and which of the keys found from there were shown already. */
export interface PagePlace {
  node: number;
  cursor: string;
  /** `nameDigest` of each. */
  shown: string[];
}

export interface PageOptions {
  details: readonly KeyDetail[];
  /** Most keys of the page. */
  limit: number;
  from: PagePlace | null;
  keep: (key: KeyInfo) => boolean;
  signal?: AbortSignal | undefined;
  /** Told of each step how many keys it visited. */
  onVisited?: (visited: number) => void;
}

/** A page of keys, and where the next one begins; null when there is no more. */
export interface KeyPage {
  keys: KeyInfo[];
  next: PagePlace | null;
}

/**
 * The next keys, one server after the other. As SCAN does, it shows every key that is there from the first page to the
 * last at least once; a key may come again when a table is resized meanwhile.
 * @throws what the client throws; the signal's reason when it is aborted
 */
export async function readPage(
  nodes: readonly ScanNode[],
  selection: KeySelection,
  options: PageOptions,
): Promise<KeyPage> {
  const page = new PageInMaking(options.limit, options.from?.shown ?? []);
  let { node = 0, cursor = '0' } = options.from ?? {};
  for (; node < nodes.length; node += 1) {
    const { details, signal } = options;
    const walk = { details, signal, from: cursor, ahead: false, mostVisits: () => page.mostVisits() };
    for await (const step of walkNode(nodes[node] as ScanNode, selection, walk)) {
      options.onVisited?.(step.visited);
      const left = page.take(step.found.filter(options.keep), step.visited);
      if (left) return { keys: page.keys, next: { node, cursor, shown: page.shown() } };
      cursor = step.cursor;
      if (page.full && cursor !== '0') return { keys: page.keys, next: { node, cursor, shown: page.shown() } };
    }
    cursor = '0';
    page.nextServer();
    if (page.full && node + 1 < nodes.length) return { keys: page.keys, next: { node: node + 1, cursor, shown: [] } };
  }
  return { keys: page.keys, next: null };
}

/** A key's name, short: 48 bits, among the few dozen keys of one step. */
export function nameDigest(key: Buffer): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 8);
}

class PageInMaking {
  readonly keys: KeyInfo[] = [];
  /** Keys of the page before that SCAN has yet to pass, and those that it has not passed wholly. */
  #ahead: Set<string>;
  readonly #own = new Set<string>();
  #visited = 0;

  constructor(
    private readonly limit: number,
    shown: readonly string[],
  ) {
    this.#ahead = new Set(shown);
  }

  get full(): boolean {
    return this.keys.length >= this.limit;
  }

  /**
   * Half of what the page would need if keys went on to be as frequent: the last step finds few too many, and what they
   * are has to be in the cursor.
   */
  mostVisits(): number {
    const rarity = (this.#visited + 1) / (this.keys.length + 1);
    return Math.max(1, Math.floor(((this.limit - this.keys.length) * rarity) / 2));
  }

  /** Takes the keys of a step. true when it found more than the page holds: the next one begins with this step again. */
  take(found: readonly KeyInfo[], visited: number): boolean {
    this.#visited += visited;
    const met: string[] = [];
    for (const key of found) {
      const name = nameDigest(key.key);
      if (!this.#own.has(name) && !this.#ahead.has(name)) {
        if (this.full) {
          for (const one of met) this.#ahead.add(one);
          return true;
        }
        this.keys.push(key);
        this.#own.add(name);
      }
      met.push(name);
    }
    for (const name of met) this.#ahead.delete(name);
    return false;
  }

  /** Names for the cursor. */
  shown(): string[] {
    return [...this.#ahead];
  }

  nextServer(): void {
    this.#ahead = new Set();
  }
}
