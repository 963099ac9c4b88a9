import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './units.js';

/** A key as a breakdown needs it. Unknown figures are null. */
export interface MeasuredKey {
  bytes: number | null;
  type: string | null;
  /** Milliseconds left; -1 when it never expires. */
  ttlMs: number | null;
  /** What stands after the company's id up to the next separator. */
  segment: string;
}

/** Keys that have something in common. */
export interface KeyGroup {
  name: string;
  keys: number;
  bytes: number;
}

/** Keys by the time they have left: more than `fromSeconds`, at most `toSeconds`; both null for keys that never expire. */
export interface TtlGroup extends KeyGroup {
  fromSeconds: number | null;
  toSeconds: number | null;
}

/** Upper bounds, in milliseconds, of the groups by time left; the last takes the rest. */
export const TTL_BOUNDS = [
  ['≤ 1m', MINUTE_MS],
  ['≤ 5m', 5 * MINUTE_MS],
  ['≤ 15m', 15 * MINUTE_MS],
  ['≤ 1h', HOUR_MS],
  ['≤ 6h', 6 * HOUR_MS],
  ['≤ 24h', DAY_MS],
  ['≤ 7d', 7 * DAY_MS],
  ['> 7d', Number.POSITIVE_INFINITY],
] as const;
export const NEVER = 'never';

/** Segments told apart at a time: where each key has one of its own, memory must not grow with the keys. */
const MOST_SEGMENTS = 2000;
export const OTHER_SEGMENTS = '(other)';

/** Adds keys up by type, by segment and by time left, in memory that does not grow with the number of keys. */
export class KeyBreakdown {
  keys = 0;
  bytes = 0;
  readonly #types = new Map<string, KeyGroup>();
  readonly #segments = new Map<string, KeyGroup>();
  readonly #ttls = new Map<string, KeyGroup>();

  add(key: MeasuredKey): void {
    const bytes = key.bytes ?? 0;
    this.keys += 1;
    this.bytes += bytes;
    count(this.#types, key.type ?? 'unknown', bytes);
    const known = this.#segments.has(key.segment) || this.#segments.size < MOST_SEGMENTS;
    count(this.#segments, known ? key.segment : OTHER_SEGMENTS, bytes);
    count(this.#ttls, ttlGroup(key.ttlMs), bytes);
  }

  /** Largest first. */
  byType(): KeyGroup[] {
    return largestFirst(this.#types.values());
  }

  /** The largest `most`, largest first; what the others hold is added up as `(other)`, which stands last. */
  bySegment(most: number): KeyGroup[] {
    const other = { ...(this.#segments.get(OTHER_SEGMENTS) ?? { name: OTHER_SEGMENTS, keys: 0, bytes: 0 }) };
    const named = largestFirst([...this.#segments.values()].filter(({ name }) => name !== OTHER_SEGMENTS));
    for (const { keys, bytes } of named.splice(most)) {
      other.keys += keys;
      other.bytes += bytes;
    }
    return other.keys > 0 ? [...named, other] : named;
  }

  /** Every group with keys in it, the shortest time first, those that never expire last. */
  byTtl(): TtlGroup[] {
    let fromMs = 0;
    const groups = TTL_BOUNDS.map(([name, toMs]): TtlGroup => {
      const bounds = { fromSeconds: fromMs / SECOND_MS, toSeconds: Number.isFinite(toMs) ? toMs / SECOND_MS : null };
      fromMs = toMs;
      return { ...(this.#ttls.get(name) ?? { name, keys: 0, bytes: 0 }), ...bounds };
    });
    const never = this.#ttls.get(NEVER) ?? { name: NEVER, keys: 0, bytes: 0 };
    return [...groups, { ...never, fromSeconds: null, toSeconds: null }].filter(({ keys }) => keys > 0);
  }
}

function count(groups: Map<string, KeyGroup>, name: string, bytes: number): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, { name, keys: 1, bytes });
  else {
    group.keys += 1;
    group.bytes += bytes;
  }
}

function ttlGroup(ttlMs: number | null): string {
  if (ttlMs === null || ttlMs < 0) return NEVER;
  return (TTL_BOUNDS.find(([, toMs]) => ttlMs <= toMs) ?? TTL_BOUNDS[0])[0];
}

function largestFirst(groups: Iterable<KeyGroup>): KeyGroup[] {
  return [...groups].sort((a, b) => b.bytes - a.bytes || b.keys - a.keys || (a.name < b.name ? -1 : 1));
}
