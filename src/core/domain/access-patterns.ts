import { type AccessEvent, type AccessOp, eventKeyHash, THRESHOLD_STEPS } from './access-event.js';
import { hitRate } from './hit-rate.js';

export type PatternAccess = Pick<AccessEvent, 'timestampMs' | 'key' | 'threshold'> & { op: AccessOp };

/** How one key of a company was used, as far as it was recorded. */
export interface KeyPattern {
  key: string;
  /** Reads, writes and deletions. */
  accesses: number;
  hits: number;
  misses: number;
  sets: number;
  deletes: number;
  /** Percent of the reads; null without any. */
  hitRate: number | null;
  /**
   * Percent of consecutive reads of which one was a hit and the other a miss; null under two reads. A key that is read
   * again just after it has gone alternates: 100.
   */
  alternation: number | null;
  /** Milliseconds between consecutive reads (the write after a miss is no use of its own); null under two reads. */
  meanIntervalMs: number | null;
  medianIntervalMs: number | null;
  firstAt: Date;
  lastAt: Date;
  /** Whether all of its accesses in this time were recorded: its hash lies under every threshold. */
  complete: boolean;
}

/** How the keys of one company were used, and which share of its keys was recorded all the time: the lowest threshold. */
export interface CompanyPatterns {
  /** 0 < threshold ≤ 1; null where nothing was recorded. */
  threshold: number | null;
  /** Most accesses first. */
  patterns: KeyPattern[];
}

/** The use of each key of one company. @param accesses in any order; those of one instant in the order in which they took place */
export function accessPatterns(accesses: readonly PatternAccess[]): CompanyPatterns {
  const byKey = new Map<string, PatternAccess[]>();
  let threshold: number | null = null;
  for (const access of accesses) {
    threshold = Math.min(threshold ?? 1, access.threshold);
    const own = byKey.get(access.key);
    if (own === undefined) byKey.set(access.key, [access]);
    else own.push(access);
  }
  const steps = Math.round((threshold ?? 1) * THRESHOLD_STEPS);
  const patterns = [...byKey].map(([key, own]) => patternOf(key, own, eventKeyHash(key) >>> 8 < steps));
  return { threshold, patterns: patterns.sort((a, b) => b.accesses - a.accesses || (a.key < b.key ? -1 : 1)) };
}

function patternOf(key: string, accesses: readonly PatternAccess[], complete: boolean): KeyPattern {
  const inTime = [...accesses].sort((a, b) => a.timestampMs - b.timestampMs);
  const countOf = (op: PatternAccess['op']) => inTime.filter((access) => access.op === op).length;
  const [hits, misses] = [countOf('hit'), countOf('miss')];
  const reads = inTime.filter(({ op }) => op === 'hit' || op === 'miss');
  const pairs = reads.slice(1).map((read, i) => [reads[i] as PatternAccess, read] as const);
  const intervals = pairs.map(([before, after]) => after.timestampMs - before.timestampMs);
  const changes = pairs.filter(([before, after]) => before.op !== after.op).length;
  const some = pairs.length > 0;
  return {
    key,
    accesses: inTime.length,
    hits,
    misses,
    sets: countOf('set'),
    deletes: countOf('delete'),
    hitRate: hitRate(hits, misses),
    alternation: some ? (changes / pairs.length) * 100 : null,
    meanIntervalMs: some ? intervals.reduce((sum, ms) => sum + ms, 0) / intervals.length : null,
    medianIntervalMs: some ? median(intervals) : null,
    firstAt: new Date(inTime[0]?.timestampMs as number),
    lastAt: new Date(inTime.at(-1)?.timestampMs as number),
    complete,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
