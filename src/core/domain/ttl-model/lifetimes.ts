import { keySegment } from '../key-segment.js';
import { boundedTtl, type CachePolicy, ttlBoundsOf } from '../policy.js';
import { SECOND_MS } from '../units.js';
import type { TtlAccess } from './access.js';

/** How long values lived that the application stored, as far as its accesses tell. */
export interface ObservedLifetimes {
  /** Over all that was stored. */
  medianMs: number;
  /** Of what an access would store: as told, else as of the same key, else the median of its segment, else of all. */
  of: (access: TtlAccess) => number;
}

/** @param separators characters that end a segment (`keySegment`) @returns null when no access tells a lifetime */
export function observedLifetimes(
  accesses: readonly TtlAccess[],
  separators: readonly string[],
): ObservedLifetimes | null {
  const all: number[] = [];
  const byKey = new Map<string, number>();
  const bySegment = new Map<string, number[]>();
  for (const { key, lifetimeMs } of accesses) {
    if (lifetimeMs === undefined) continue;
    all.push(lifetimeMs);
    byKey.set(key, lifetimeMs);
    const segment = keySegment(key, separators);
    const own = bySegment.get(segment);
    if (own === undefined) bySegment.set(segment, [lifetimeMs]);
    else own.push(lifetimeMs);
  }
  if (all.length === 0) return null;
  const medianMs = lowerMedian(all);
  const medians = new Map([...bySegment].map(([segment, own]) => [segment, lowerMedian(own)]));
  return {
    medianMs,
    of: ({ key, lifetimeMs }) => lifetimeMs ?? byKey.get(key) ?? medians.get(keySegment(key, separators)) ?? medianMs,
  };
}

/** Policies whose bounds hold, the company's first (`ttlBoundsOf`). */
export type BoundingPolicies = readonly (Pick<CachePolicy, 'minTtlSeconds' | 'maxTtlSeconds' | 'segments'> | null)[];

/**
 * Milliseconds that values live under policies.
 * @param observed what the application asks for; null where nobody knows
 * @returns null where nobody knows and no policy fixes it
 */
export function lifetimesUnder(
  policies: BoundingPolicies,
  separators: readonly string[],
  observed: ObservedLifetimes | null,
): (access: TtlAccess) => number | null {
  return (access) => {
    const bounds = ttlBoundsOf(policies, access.key, separators);
    const { minTtlSeconds: least, maxTtlSeconds: most } = bounds;
    if (most !== null && least !== null && least >= most) return most * SECOND_MS;
    if (observed === null) return null;
    return (boundedTtl(observed.of(access) / SECOND_MS, bounds) as number) * SECOND_MS;
  };
}

/** The median lifetime of what the reads of a trace would store; null where one is not known. */
export function typicalLifetime(
  accesses: readonly TtlAccess[],
  lifetimeOf: (access: TtlAccess) => number | null,
): number | null {
  const lifetimes = accesses.filter(({ op }) => op === 'get').map(lifetimeOf);
  return lifetimes.length === 0 || lifetimes.includes(null) ? null : lowerMedian(lifetimes as number[]);
}

/** The middle one; of two, the lower: a lifetime that there really was. */
function lowerMedian(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)] as number;
}
