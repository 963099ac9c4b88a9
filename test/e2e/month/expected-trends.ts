import { add, BOUNDS, type Counts } from './ledger.js';
import type { ExpectedSnapshot, Month } from './month.js';
import { HOUR } from './plan.js';

/** A step of a trend as it must be. */
export interface ExpectedPoint {
  at: number;
  reads: number | null;
  hitRate: number | null;
  avgResponseMs: number | null;
  p95ResponseMs: number | null;
  p95AtLeast: boolean;
  memoryBytes: number | null;
  keys: number | null;
  cost: number | null;
  score: number | null;
}

/** Trends of one company, or (null) of the platform, from the hours and snapshots that the ledger has. Steps begin at `fromMs`. */
export function expectedPoints(
  month: Month,
  id: string | null,
  fromMs: number,
  toMs: number,
  stepMs: number,
): ExpectedPoint[] {
  const points: ExpectedPoint[] = [];
  for (let at = fromMs; at < toMs; at += stepMs) {
    const counts = keptBetween(month, id, at, at + stepMs);
    const snapshot = month.snapshots.findLast(({ atMs }) => atMs >= at && atMs < at + stepMs);
    points.push({ at, ...readsOf(counts), ...(snapshot ? gaugesOf(snapshot, id) : NO_GAUGES) });
  }
  return points;
}

/** The sum of the kept hours that begin within a time. */
export function keptBetween({ ledger }: Month, id: string | null, fromMs: number, toMs: number): Counts {
  const sum: Counts = {};
  for (const [companyId, hours] of ledger.kept) {
    if (id !== null && companyId !== id) continue;
    for (let hourMs = Math.ceil(fromMs / HOUR) * HOUR; hourMs < toMs; hourMs += HOUR) add(sum, hours.get(hourMs) ?? {});
  }
  return sum;
}

function readsOf(counts: Counts): Omit<ExpectedPoint, 'at' | keyof typeof NO_GAUGES> {
  const { hit = 0, miss = 0, hitUs = 0, missUs = 0 } = counts;
  const reads = hit + miss;
  if (reads === 0) return { reads: null, hitRate: null, avgResponseMs: null, p95ResponseMs: null, p95AtLeast: false };
  return {
    reads,
    hitRate: (hit / reads) * 100,
    avgResponseMs: (hitUs + missUs) / reads / 1000,
    ...p95Of(counts, reads),
  };
}

/** The bucket that 95 % of the reads reach into, taken as even; beyond the last bound at least that. */
function p95Of(counts: Counts, reads: number): { p95ResponseMs: number; p95AtLeast: boolean } {
  const rank = 0.95 * reads;
  let below = 0;
  for (const [i, high] of BOUNDS.entries()) {
    const n = counts[`b${i}`] ?? 0;
    if (n > 0 && below + n >= rank) {
      const low = i === 0 ? 0 : high / 2;
      return { p95ResponseMs: (low + ((high - low) * (rank - below)) / n) / 1000, p95AtLeast: false };
    }
    below += n;
  }
  return { p95ResponseMs: 16.384, p95AtLeast: true };
}

const NO_GAUGES = { memoryBytes: null, keys: null, cost: null, score: null };

function gaugesOf({ figures }: ExpectedSnapshot, id: string | null): Pick<ExpectedPoint, keyof typeof NO_GAUGES> {
  const of = id === null ? figures : figures.filter((one) => one.id === id);
  if (id !== null && of.length === 0) return NO_GAUGES;
  const sum = (value: (one: (typeof of)[number]) => number): number => of.reduce((total, one) => total + value(one), 0);
  const scores = of.flatMap(({ score }) => (score === null ? [] : [score]));
  return {
    memoryBytes: sum(({ bytes }) => bytes),
    keys: sum(({ keys }) => keys),
    cost: sum(({ redisCost, mongodbCost }) => redisCost + (mongodbCost ?? 0)),
    score: scores.length === 0 ? null : scores.reduce((a, b) => a + b) / scores.length,
  };
}
