import { type CounterSpan, PLATFORM_ID } from '../../domain/counter-hours.js';
import type { CompanySnapshot } from '../../domain/snapshot.js';
import { factsOfSteps, type Gauge, type StepFacts } from '../../domain/trends/series.js';
import { type Step, stepAt } from '../../domain/trends/steps.js';
import { DAY_MS } from '../../domain/units.js';
import type { Store } from '../../store/store.js';

/** A value that a forecast looks at, whenever a snapshot was taken. */
export interface GaugeValue {
  atMs: number;
  value: number | null;
  limit?: number | null;
}

/** What history knows of one company or of the platform over some steps. */
export interface History {
  facts: StepFacts[];
  /** The same as they were measured, for forecasts: by line of the budget, or Redis's memory. */
  values: { cache: GaugeValue[]; storage: GaugeValue[]; memory: GaugeValue[] };
  /** As the last snapshot has it; null where there is none. */
  companyName: string | null;
  /** Whether anything is known at all. */
  any: boolean;
}

type Read = Pick<Store, 'snapshots' | 'counterHours'>;

/** @throws RCM_STORE_*, RCM_MONGODB_* */
export async function companyHistory(store: Read, companyId: string, steps: readonly Step[]): Promise<History> {
  const [from, to] = [steps[0]?.fromMs ?? 0, steps.at(-1)?.toMs ?? 0];
  const [spans, rows, countedMs] = await Promise.all([
    spansOf(store, companyId, from, to),
    store.snapshots.companyRange(companyId, new Date(from), new Date(to - 1), (takenMs) => lastOfSteps(steps, takenMs)),
    countedSince(store),
  ]);
  const value = (row: CompanySnapshot, of: number | null): GaugeValue => ({ atMs: row.takenAt.getTime(), value: of });
  return {
    facts: factsOfSteps(steps, spans, rows.map(gaugeOf), countedMs),
    values: {
      cache: rows.map((row) => value(row, row.redisCost)),
      storage: rows.map((row) => value(row, row.mongodbCost)),
      memory: [],
    },
    companyName: rows.at(-1)?.companyName ?? null,
    any: spans.length + rows.length > 0,
  };
}

/** The platform's; keys and scores are added up only where they are wanted. @throws RCM_STORE_*, RCM_MONGODB_* */
export async function platformHistory(store: Read, steps: readonly Step[], withTotals: boolean): Promise<History> {
  const [from, to] = [steps[0]?.fromMs ?? 0, steps.at(-1)?.toMs ?? 0];
  const [spans, rows, countedMs] = await Promise.all([
    spansOf(store, PLATFORM_ID, from, to),
    store.snapshots.platformRange(new Date(from), new Date(to - 1)),
    countedSince(store),
  ]);
  // Only the last of each step is shown.
  const last = new Map(rows.map((row) => [stepAt(steps, row.takenAt.getTime()), row.takenAt]));
  const totals = withTotals ? await store.snapshots.totals([...last.values()]) : [];
  const byTime = new Map(totals.map((total) => [total.takenAt.getTime(), total]));
  const gauges = rows.map((row): Gauge => {
    const atMs = row.takenAt.getTime();
    const total = byTime.get(atMs);
    const { totalBytes: memoryBytes, totalCost: cost } = row;
    return { atMs, memoryBytes, cost, keys: total?.keys ?? null, score: total?.meanScore ?? null, day: null };
  });
  const memory = rows.map((row) => ({
    atMs: row.takenAt.getTime(),
    value: row.redisUsedMemoryBytes,
    limit: row.redisMaxMemoryBytes,
  }));
  return {
    facts: factsOfSteps(steps, spans, gauges, countedMs),
    values: { cache: [], storage: [], memory },
    companyName: null,
    any: spans.length + rows.length > 0,
  };
}

/** Only the last snapshot of each step is shown: indexes into ascending times. */
function lastOfSteps(steps: readonly Step[], takenMs: readonly number[]): number[] {
  return [...new Map(takenMs.map((ms, i) => [stepAt(steps, ms), i])).values()].sort((a, b) => a - b);
}

/** A merged day that began before the first step may still lie in it. */
async function spansOf(store: Read, companyId: string, from: number, to: number): Promise<CounterSpan[]> {
  const spans = await store.counterHours.range(companyId, from - DAY_MS, to);
  return spans.filter((span) => span.toMs > from);
}

/** Of a range alone this cannot be told: who reads nothing has no counters either. */
async function countedSince({ counterHours }: Read): Promise<number> {
  return (await counterHours.oldest()) ?? Number.POSITIVE_INFINITY;
}

function gaugeOf(row: CompanySnapshot): Gauge {
  const { hits, misses, readUs, coveredMs } = row;
  return {
    atMs: row.takenAt.getTime(),
    memoryBytes: row.cacheBytes,
    keys: row.keys,
    cost: row.redisCost + (row.mongodbCost ?? 0),
    score: row.score,
    day: hits === null || misses === null || coveredMs === 0 ? null : { hits, misses, readUs },
  };
}
