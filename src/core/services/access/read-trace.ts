import type { Cluster, Redis } from 'ioredis';
import { type AccessEvent, eventKeyHash, THRESHOLD_STEPS } from '../../domain/access-event.js';
import type { TtlAccess } from '../../domain/ttl-model/access.js';
import { type RecordedEvent, readEvents } from '../../redis/events.js';

/** A company's recorded accesses, as the TTL model replays them. */
export interface RecordedTrace {
  /** In time order; all accesses of the keys that were recorded throughout, and every clear. */
  accesses: TtlAccess[];
  /** Share of the company's keys whose accesses these are. */
  sampledShare: number;
  /** Of the oldest and the newest event; null when there is none. */
  from: Date | null;
  to: Date | null;
  /** Events that were recorded, those of keys that were recorded only at times included. */
  events: number;
  /** Of these accesses' reads, how many found a value, and how many did not. */
  hits: number;
  misses: number;
  /** Milliseconds by which events that were written later are older at most: clocks that go apart. */
  disorderMs: number;
}

/** What Redis has of a company's accesses. @throws what Redis says */
export async function readTrace(redis: Redis | Cluster, companyId: string): Promise<RecordedTrace> {
  return traceOf(await readEvents(redis, companyId));
}

/**
 * Events as a trace: only of keys whose hash lies under the lowest threshold, as of others some accesses are missing.
 * @param events in the order in which they were written
 */
export function traceOf(events: readonly (AccessEvent | RecordedEvent)[]): RecordedTrace {
  const threshold = events.reduce((least, event) => Math.min(least, event.threshold), 1);
  const steps = Math.round(threshold * THRESHOLD_STEPS);
  const chosen = new Map<string, boolean>();
  const isChosen = (key: string): boolean => {
    const known = chosen.get(key);
    if (known !== undefined) return known;
    const own = eventKeyHash(key) >>> 8 < steps;
    chosen.set(key, own);
    return own;
  };
  const inTime = [...events].sort((a, b) => a.timestampMs - b.timestampMs);
  const [first, last] = [inTime[0], inTime.at(-1)];
  const kept = inTime.filter(({ op, key }) => op === 'clear' || isChosen(key));
  return {
    accesses: kept.map(accessOf),
    sampledShare: threshold,
    from: first === undefined ? null : new Date(first.timestampMs),
    to: last === undefined ? null : new Date(last.timestampMs),
    events: events.length,
    hits: kept.filter(({ op }) => op === 'hit').length,
    misses: kept.filter(({ op }) => op === 'miss').length,
    disorderMs: disorderOf(events),
  };
}

function disorderOf(events: readonly AccessEvent[]): number {
  let [newest, most] = [Number.NEGATIVE_INFINITY, 0];
  for (const { timestampMs } of events) {
    if (timestampMs > newest) newest = timestampMs;
    else if (newest - timestampMs > most) most = newest - timestampMs;
  }
  return most;
}

function accessOf({ timestampMs, key, op, sizeBytes, lifetimeMs }: AccessEvent): TtlAccess {
  // A miss of 0 bytes is one of which nobody told what it loaded.
  const known = op === 'hit' || op === 'set' || sizeBytes > 0;
  return {
    ...{ timestampMs, key, op: op === 'hit' || op === 'miss' ? 'get' : op },
    ...(known ? { sizeBytes } : {}),
    ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
  };
}
