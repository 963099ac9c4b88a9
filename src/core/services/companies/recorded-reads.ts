import { addCounters } from '../../domain/counter-hours.js';
import { COUNTER_RETENTION_HOURS, type Counters, type CounterTotals } from '../../domain/counters.js';
import { coveredMs, coveredParts } from '../../domain/coverage.js';
import { readMicros } from '../../domain/hit-rate.js';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../domain/units.js';
import { formatDuration, type Window } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import { readCounterTotals } from '../../redis/counters.js';
import type { Store } from '../../store/store.js';
import type { Ports } from '../ports.js';

/** What was recorded of one company's reads over a window. */
export interface RecordedReads {
  hits: number;
  misses: number;
  errors: number;
  readUs: number | null;
  /** From the first recorded slot of the window to its end, in milliseconds. */
  coveredMs: number;
}

/** Companies whose counters hold no read at all are left out: nothing recorded them. */
export function readsOfCounters(
  totals: ReadonlyMap<string, CounterTotals>,
  window: Window,
): Map<string, RecordedReads> {
  const reads = new Map<string, RecordedReads>();
  for (const [companyId, { counters, firstSlotMs }] of totals) {
    const recorded = counters.hit !== undefined || counters.miss !== undefined;
    if (!recorded || firstSlotMs === null) continue;
    reads.set(companyId, {
      hits: counters.hit ?? 0,
      misses: counters.miss ?? 0,
      errors: counters.error ?? 0,
      readUs: readMicros(counters),
      coveredMs: window.to.getTime() - firstSlotMs,
    });
  }
  return reads;
}

/**
 * Reads over a window that is longer than counters live: of the last 46 hours from Redis, before that from the hours that
 * `snapshot` kept, and before the first of those from snapshots. Where there are no hours yet, all from snapshots.
 */
export async function readsOfHistory(
  ports: Ports,
  companyIds: readonly string[],
  window: Window,
  warnings: string[],
): Promise<Map<string, RecordedReads>> {
  const { store } = ports;
  if (store instanceof RcmError) return new Map();
  const [fromMs, toMs] = [window.from.getTime(), window.to.getTime()];
  const liveMs = Math.floor((toMs - LIVE_HOURS * HOUR_MS) / HOUR_MS) * HOUR_MS;
  const oldest = await store.counterHours.oldest();
  if (oldest === null || oldest >= liveMs) {
    const { sums, coveredMs: covered } = await readsFromSnapshots(store, window);
    tellCoverage(covered, window, warnings);
    return sums;
  }
  const hoursMs = Math.max(oldest, Math.ceil(fromMs / HOUR_MS) * HOUR_MS);
  const before = { from: window.from, to: new Date(hoursMs), seconds: (hoursMs - fromMs) / SECOND_MS };
  const [live, kept, runs, old] = await Promise.all([
    readCounterTotals(ports.redis.client, companyIds, { fromMs: liveMs, toMs }),
    store.counterHours.sums(hoursMs, liveMs),
    store.snapshots.platformRange(new Date(hoursMs), new Date(toMs)),
    readsFromSnapshots(store, before),
  ]);
  // Each run kept the hours that Redis still held.
  const reach = COUNTER_RETENTION_HOURS * HOUR_MS;
  const parts = coveredParts(
    runs.map(({ takenAt }) => ({ fromMs: takenAt.getTime() - reach, toMs: takenAt.getTime() })),
    hoursMs,
    liveMs,
  );
  tellCoverage(old.coveredMs + coveredMs(parts) + (toMs - liveMs), window, warnings);
  const sums = old.sums;
  const lived = readsOfCounters(live, window);
  for (const companyId of new Set([...lived.keys(), ...kept.keys()])) {
    const hours = kept.get(companyId);
    const now = live.get(companyId);
    const counters: Counters = {};
    addCounters(counters, hours?.counters ?? {});
    addCounters(counters, now?.counters ?? {});
    if (counters.hit === undefined && counters.miss === undefined) continue;
    add(sums, companyId, {
      hits: counters.hit ?? 0,
      misses: counters.miss ?? 0,
      errors: counters.error ?? 0,
      readUs: readMicros(counters),
      coveredMs:
        hours === undefined
          ? (lived.get(companyId)?.coveredMs ?? 0)
          : coveredMs(parts, hours.firstMs) + (toMs - liveMs),
    });
  }
  return sums;
}

/** So much of a long window is read from Redis: counters of a quiet hour live for 49 at least, closed ones are kept for the rest. */
const LIVE_HOURS = 46;

function tellCoverage(covered: number, window: Window, warnings: string[]): void {
  const asked = window.seconds * SECOND_MS;
  // What is left of the first hour of a window is no gap.
  if (covered >= asked - HOUR_MS) return;
  const hours = Math.max(0, Math.round(covered / HOUR_MS));
  warnings.push(
    `Hit rates cover ${hours === 0 ? '0h' : formatDuration(hours * HOUR_MS)} of ${formatDuration(asked)}: there are no more snapshots (run \`rcm snapshot\` hourly).`,
  );
}

/**
 * Reads from snapshots, each of which holds the 24 hours before it: the newest is taken, then the newest that does not
 * overlap it, and so on back to the window's start.
 */
async function readsFromSnapshots(
  store: Store,
  window: Window,
): Promise<{ sums: Map<string, RecordedReads>; coveredMs: number }> {
  const sums = new Map<string, RecordedReads>();
  let covered = 0;
  let at = window.to;
  while (at.getTime() - DAY_MS >= window.from.getTime()) {
    const snapshot = await store.snapshots.latest(at);
    if (snapshot === null || snapshot.platform.takenAt.getTime() - DAY_MS < window.from.getTime()) break;
    covered += DAY_MS;
    for (const { companyId, hits, misses, errors, readUs, coveredMs: own } of snapshot.companies)
      if (hits !== null && misses !== null)
        add(sums, companyId, { hits, misses, errors: errors ?? 0, readUs, coveredMs: own });
    at = new Date(snapshot.platform.takenAt.getTime() - DAY_MS);
  }
  return { sums, coveredMs: covered };
}

/** The time of reads is known only where it is known of all. */
function add(sums: Map<string, RecordedReads>, companyId: string, more: RecordedReads): void {
  const sum = sums.get(companyId) ?? { hits: 0, misses: 0, errors: 0, readUs: 0, coveredMs: 0 };
  sums.set(companyId, {
    hits: sum.hits + more.hits,
    misses: sum.misses + more.misses,
    errors: sum.errors + more.errors,
    readUs: sum.readUs === null || more.readUs === null ? null : sum.readUs + more.readUs,
    coveredMs: sum.coveredMs + more.coveredMs,
  });
}
