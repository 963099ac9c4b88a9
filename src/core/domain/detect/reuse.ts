import { type AccessEvent, eventKeyHash, THRESHOLD_STEPS } from '../access-event.js';
import { accessPatterns, type PatternAccess } from '../access-patterns.js';
import { SECOND_MS } from '../units.js';

/** Why a key that had been cached was missed. `expired_late`: nobody wanted it again before long. */
export const RE_MISS_CAUSES = [
  'cleared',
  'updated',
  'expired_early',
  'restarted',
  'evicted',
  'unknown',
  'expired_late',
] as const;
export type ReMissCause = (typeof RE_MISS_CAUSES)[number];

/** What else happened that can take a key away. */
export interface ReuseContext {
  /** When this tool, or whoever logged it, cleared the company's cache. */
  clearedAt: readonly Date[];
  /** When servers started. */
  startedAt: readonly Date[];
  /** Whether keys were evicted at about this time. */
  evictions: boolean;
  /** A key read again within so many lifetimes expired too early. */
  earlyLifetimes: number;
}

/** How a company's keys were read again, from the recorded accesses of the keys of which all were recorded. */
export interface ReuseStudy {
  /** 0 < threshold ≤ 1: the share of keys that were recorded. */
  threshold: number;
  keys: number;
  reads: number;
  misses: number;
  /** Misses of keys that had been cached, by why; `expired_late` apart. */
  reMisses: number;
  causes: Record<ReMissCause, number>;
  from: Date;
  to: Date;
  /** Percent of consecutive reads of one key that were a hit and a miss; null without any. */
  alternation: number | null;
  /** Median seconds between them, over the keys that alternate; null without any. */
  alternationSeconds: number | null;
  /** Medians, in seconds: the lifetimes that ended too early, and how long after being stored the key was wanted again. */
  lifetimeSeconds: number | null;
  wantedAfterSeconds: number | null;
  clears: number;
}

/** Clocks of server and application, and the time that a write takes, may make a lifetime seem this much longer. */
const SLACK_MS = SECOND_MS;

/**
 * Follows every completely recorded key from being stored to being missed again. What took it away is what happened
 * first after it was last seen alive: a clear, its own removal, the end of its lifetime, a server's start; where none of
 * these did, evictions if there were any.
 * @param events oldest first; of one instant in the order in which they were written
 * @returns null where there is no event of a key
 */
export function studyReuse(events: readonly AccessEvent[], context: ReuseContext): ReuseStudy | null {
  const accesses = events.filter((event): event is AccessEvent & PatternAccess => event.op !== 'clear');
  const [first] = accesses;
  if (first === undefined) return null;
  const threshold = events.reduce((lowest, event) => Math.min(lowest, event.threshold), 1);
  const steps = Math.round(threshold * THRESHOLD_STEPS);
  const complete = accesses.filter(({ key }) => eventKeyHash(key) >>> 8 < steps);
  const clears = events.filter(({ op }) => op === 'clear').map(({ timestampMs }) => timestampMs);
  const moments: Moments = {
    cleared: [...clears, ...context.clearedAt.map(Number)],
    started: context.startedAt.map(Number),
  };
  const study: ReuseStudy = {
    threshold,
    keys: 0,
    reads: 0,
    misses: 0,
    reMisses: 0,
    causes: Object.fromEntries(RE_MISS_CAUSES.map((cause) => [cause, 0])) as ReuseStudy['causes'],
    from: new Date(Math.min(...bounds(events))),
    to: new Date(Math.max(...bounds(events))),
    ...alternationOf(complete),
    lifetimeSeconds: null,
    wantedAfterSeconds: null,
    clears: moments.cleared.length,
  };
  const early: { lifetime: number; wanted: number }[] = [];
  for (const own of byKey(complete).values()) {
    study.keys += 1;
    followKey(own, moments, context, study, early);
  }
  study.lifetimeSeconds = middle(early.map(({ lifetime }) => lifetime));
  study.wantedAfterSeconds = middle(early.map(({ wanted }) => wanted));
  return study;
}

interface Moments {
  cleared: readonly number[];
  started: readonly number[];
}

/** A value as it was last stored. */
interface Stored {
  atMs: number;
  lifetimeMs: number | undefined;
  /** When it was last seen alive. */
  aliveMs: number;
  /** false where it was stored before the first event, or by somebody who records nothing. */
  seen: boolean;
}

function followKey(
  accesses: readonly AccessEvent[],
  moments: Moments,
  context: ReuseContext,
  study: ReuseStudy,
  early: { lifetime: number; wanted: number }[],
): void {
  let stored: Stored | null = null;
  let deletedMs: number | null = null;
  for (const { op, timestampMs: atMs, sizeBytes, lifetimeMs } of accesses) {
    if (op === 'hit') {
      study.reads += 1;
      const before: Omit<Stored, 'aliveMs'> = stored ?? {
        atMs: Number.NEGATIVE_INFINITY,
        lifetimeMs: undefined,
        seen: false,
      };
      stored = { ...before, aliveMs: atMs };
      deletedMs = null;
    } else if (op === 'miss') {
      study.reads += 1;
      study.misses += 1;
      if (stored !== null) {
        const cause = causeOf(stored, atMs, deletedMs, moments, context);
        study.causes[cause] += 1;
        if (cause !== 'expired_late') study.reMisses += 1;
        if (cause === 'expired_early')
          early.push({ lifetime: (stored.lifetimeMs as number) / SECOND_MS, wanted: (atMs - stored.atMs) / SECOND_MS });
      }
      stored = sizeBytes > 0 ? { atMs, lifetimeMs, aliveMs: atMs, seen: true } : null;
      deletedMs = null;
    } else if (op === 'set') {
      stored = { atMs, lifetimeMs, aliveMs: atMs, seen: true };
      deletedMs = null;
    } else deletedMs ??= atMs;
  }
}

function causeOf(
  { atMs, lifetimeMs, aliveMs, seen }: Stored,
  missedMs: number,
  deletedMs: number | null,
  { cleared, started }: Moments,
  { evictions, earlyLifetimes }: ReuseContext,
): ReMissCause {
  // What happened in the very millisecond of storing happened before it.
  const within = (times: readonly number[]) =>
    times.reduce(
      (least, ms) => (ms >= aliveMs && ms > atMs && ms <= missedMs ? Math.min(least, ms) : least),
      Number.POSITIVE_INFINITY,
    );
  const ends = lifetimeMs === undefined ? Number.POSITIVE_INFINITY : atMs + lifetimeMs;
  const expired = ends <= missedMs + SLACK_MS ? ends : Number.POSITIVE_INFINITY;
  const happened: [ReMissCause, number][] = [
    ['cleared', within(cleared)],
    ['updated', deletedMs ?? Number.POSITIVE_INFINITY],
    ['expired_early', expired],
    ['restarted', within(started)],
  ];
  const [cause, firstMs] = happened.reduce((a, b) => (b[1] < a[1] ? b : a));
  if (firstMs === Number.POSITIVE_INFINITY) return seen && evictions ? 'evicted' : 'unknown';
  if (cause !== 'expired_early') return cause;
  return missedMs - atMs <= earlyLifetimes * (lifetimeMs as number) + SLACK_MS ? 'expired_early' : 'expired_late';
}

function byKey(accesses: readonly AccessEvent[]): Map<string, AccessEvent[]> {
  const keys = new Map<string, AccessEvent[]>();
  for (const access of accesses) {
    const own = keys.get(access.key);
    if (own === undefined) keys.set(access.key, [access]);
    else own.push(access);
  }
  for (const own of keys.values()) own.sort((a, b) => a.timestampMs - b.timestampMs);
  return keys;
}

/** Over all keys together: a key read twice says little, many of them much. */
function alternationOf(
  accesses: readonly (AccessEvent & PatternAccess)[],
): Pick<ReuseStudy, 'alternation' | 'alternationSeconds'> {
  let pairs = 0;
  let changes = 0;
  const intervals: number[] = [];
  for (const { alternation, hits, misses, medianIntervalMs } of accessPatterns(accesses).patterns) {
    if (alternation === null) continue;
    const own = hits + misses - 1;
    pairs += own;
    changes += (alternation / 100) * own;
    if (alternation >= 50 && misses > 1) intervals.push((medianIntervalMs as number) / SECOND_MS);
  }
  return { alternation: pairs === 0 ? null : (changes / pairs) * 100, alternationSeconds: middle(intervals) };
}

function middle(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function bounds(events: readonly AccessEvent[]): [number, number] {
  return events.reduce<[number, number]>(
    ([least, most], { timestampMs }) => [Math.min(least, timestampMs), Math.max(most, timestampMs)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
