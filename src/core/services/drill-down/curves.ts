import { curveOfSlots, curveOfSnapshots, type ReadCurve } from '../../domain/curve.js';
import { formatBytes } from '../../domain/format.js';
import type { CompanySnapshot } from '../../domain/snapshot.js';
import { LONGEST_COUNTER_WINDOW_MS, type Window } from '../../domain/window.js';
import { messageOf, RcmError } from '../../errors.js';
import { readCounterSlots } from '../../redis/counters.js';
import type { Ports } from '../ports.js';

/** A cache's size at a time. */
export interface MemoryPoint {
  at: Date;
  cacheBytes: number;
  cacheSize: string;
  keys: number;
}

/** How reads and memory of one company went over a window. A history that cannot be read is left out, with a warning. */
export async function readCurves(
  ports: Ports,
  companyId: string,
  window: Window,
  now: { cacheBytes: number; keys: number },
  warnings: string[],
): Promise<{ reads: ReadCurve; memory: MemoryPoint[] }> {
  const rows = await snapshotRows(ports, companyId, window, warnings);
  const range = { fromMs: window.from.getTime(), toMs: window.to.getTime() };
  const reads =
    window.seconds * 1000 > LONGEST_COUNTER_WINDOW_MS
      ? curveOfSnapshots(rows, window)
      : curveOfSlots(await readCounterSlots(ports.redis.client, companyId, range), window);
  const memory = [...rows, { takenAt: window.to, ...now }].map(({ takenAt, cacheBytes, keys }) => ({
    at: takenAt,
    cacheBytes,
    cacheSize: formatBytes(cacheBytes),
    keys,
  }));
  return { reads, memory };
}

async function snapshotRows(
  { store }: Ports,
  companyId: string,
  { from, to }: Window,
  warnings: string[],
): Promise<CompanySnapshot[]> {
  // That there is no store is said already.
  if (store instanceof RcmError) return [];
  try {
    return await store.snapshots.companyRange(companyId, from, to);
  } catch (error) {
    warnings.push(`Snapshots could not be read, so earlier memory is not shown: ${messageOf(error)}`);
    return [];
  }
}
