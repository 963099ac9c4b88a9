import type { CounterTotals } from '../../domain/counters.js';
import { readMicros } from '../../domain/hit-rate.js';
import { DAY_MS } from '../../domain/units.js';
import { formatDuration, type Window } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
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
 * Reads over a window that is longer than counters live, from snapshots: each holds the 24 hours before it, so the
 * newest is taken, then the newest that does not overlap it, and so on back to the window's start.
 */
export async function readsFromSnapshots(
  ports: Ports,
  window: Window,
  warnings: string[],
): Promise<Map<string, RecordedReads>> {
  const sums = new Map<string, RecordedReads>();
  if (ports.store instanceof RcmError) return sums;
  let covered = 0;
  let at = window.to;
  while (at.getTime() - DAY_MS >= window.from.getTime()) {
    const snapshot = await ports.store.snapshots.latest(at);
    if (snapshot === null || snapshot.platform.takenAt.getTime() - DAY_MS < window.from.getTime()) break;
    covered += DAY_MS;
    for (const company of snapshot.companies) {
      if (company.hits === null || company.misses === null) continue;
      const sum = sums.get(company.companyId) ?? { hits: 0, misses: 0, errors: 0, readUs: 0, coveredMs: 0 };
      sum.hits += company.hits;
      sum.misses += company.misses;
      sum.errors += company.errors ?? 0;
      sum.readUs = sum.readUs === null || company.readUs === null ? null : sum.readUs + company.readUs;
      sum.coveredMs += company.coveredMs;
      sums.set(company.companyId, sum);
    }
    at = new Date(snapshot.platform.takenAt.getTime() - DAY_MS);
  }
  if (covered < window.seconds * 1000)
    warnings.push(
      `Hit rates cover ${formatDuration(covered)} of ${formatDuration(window.seconds * 1000)}: there are no more snapshots (run \`rcm snapshot\` hourly).`,
    );
  return sums;
}
