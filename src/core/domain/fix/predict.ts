import { boundedTtl, ttlBoundsOf } from '../policy.js';
import type { TtlAccess } from '../ttl-model/access.js';
import { accessTrace } from '../ttl-model/access-trace.js';
import { type Simulated, simulateLifetime } from '../ttl-model/simulate-ttl.js';
import { isTrueToLife } from '../ttl-model/true-to-life.js';
import { SECOND_MS } from '../units.js';
import type { PolicyContent } from './plan.js';

/** What a replay of the recorded accesses says of a change of policy. Hit rates in percent. */
export interface Prediction {
  /** Replayed as it is today; beside what was recorded, it tells how true the replay is. */
  before: number;
  after: number;
  low: number;
  high: number;
  reads: number;
}

export interface PredictInput {
  accesses: readonly TtlAccess[];
  sampledShare: number;
  /** What was recorded of the same reads, in percent; null without any. */
  recordedHitRate: number | null;
  /** Own policy first, then the default one; as now. */
  before: readonly (PolicyContent | null)[];
  /** As they shall be. */
  after: readonly (PolicyContent | null)[];
  /** Characters that end a segment of a key. */
  separators: readonly string[];
}

/** Fewer reads tell nothing. */
const FEWEST_READS = 100;
/** A wider interval (percentage points) tells nothing. */
const WIDEST = 30;

/**
 * Replays today's lifetimes, and then the bounded ones with config updates at most once in the policy's interval.
 * @returns null: too little was recorded, or the replay of today is not near what was
 */
export function predictHitRate(input: PredictInput): Prediction | null {
  const { accesses, sampledShare, recordedHitRate, before, after, separators } = input;
  const known = knownLifetimes(accesses);
  const replayed = (policies: readonly (PolicyContent | null)[]): Simulated => {
    const [own, fallback] = policies;
    if (own?.cachingEnabled === false || fallback?.cachingEnabled === false)
      return simulateLifetime(accessTrace(accesses), () => 0, { sampledShare });
    const intervalMs = (own?.minUpdateIntervalSeconds ?? fallback?.minUpdateIntervalSeconds ?? 0) * SECOND_MS;
    return simulateLifetime(
      accessTrace(thinned(accesses, intervalMs)),
      (access) => {
        const today = access.lifetimeMs ?? known(access.key);
        const bounds = ttlBoundsOf([...policies], access.key, separators);
        const seconds = boundedTtl(today === null ? null : today / SECOND_MS, bounds);
        return seconds === null ? Number.POSITIVE_INFINITY : seconds * SECOND_MS;
      },
      { sampledShare, refreshOnWrite: true },
    );
  };
  // Today's lifetimes are what the present policy made of them: bounding them by it again changes nothing.
  const [today, then] = [replayed(before), replayed(after)];
  const { interval } = then;
  if (today.hitRate === null || then.hitRate === null || interval === null) return null;
  if (recordedHitRate === null || !isTrueToLife(today.hitRate, recordedHitRate)) return null;
  if (today.gets < FEWEST_READS || interval.high - interval.low > WIDEST) return null;
  return { before: today.hitRate, after: then.hitRate, ...interval, reads: then.gets };
}

/**
 * Config updates as a limit leaves them: the first of an interval at once, those after it as one at its end.
 * @param intervalMs 0: no limit
 */
export function thinned(accesses: readonly TtlAccess[], intervalMs: number): TtlAccess[] {
  if (intervalMs <= 0) return [...accesses];
  const kept: TtlAccess[] = [];
  let opened = Number.NEGATIVE_INFINITY;
  let waits = false;
  const runUntil = (nowMs: number): void => {
    while (waits && opened + intervalMs <= nowMs) {
      opened += intervalMs;
      waits = false;
      kept.push({ timestampMs: opened, key: '', op: 'clear' });
    }
  };
  for (const access of accesses) {
    runUntil(access.timestampMs);
    if (access.op !== 'clear') kept.push(access);
    else if (access.timestampMs - opened >= intervalMs) {
      opened = access.timestampMs;
      kept.push(access);
    } else waits = true;
  }
  return kept;
}

/** What a key's values were given to live, where an access does not tell: as the key's last, else as most keys'. null: without end. */
function knownLifetimes(accesses: readonly TtlAccess[]): (key: string) => number | null {
  const byKey = new Map<string, number>();
  const counts = new Map<number, number>();
  for (const { key, lifetimeMs } of accesses) {
    if (lifetimeMs === undefined) continue;
    byKey.set(key, lifetimeMs);
    counts.set(lifetimeMs, (counts.get(lifetimeMs) ?? 0) + 1);
  }
  const usual = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  return (key) => byKey.get(key) ?? usual;
}
