import type { Retention } from './activity.js';
import { DAY_MS, HOUR_MS } from './units.js';

/**
 * Which snapshots go (docs/history.md): all are kept for `allSnapshotsHours`, then the last of each UTC hour until
 * `hourlySnapshotsDays`, then the last of each UTC day until `snapshotDays`. One from the future (the clock was moved) stays; the newest of all is
 * the last of its hour and day, so that only its age may remove it.
 * @param takenMs when each was taken, in any order
 * @returns indexes into `takenMs`, the oldest first
 */
export function snapshotsToRemove(takenMs: readonly number[], nowMs: number, retention: Retention): number[] {
  const order = takenMs.map((_, i) => i).sort((a, b) => time(a) - time(b) || a - b);
  const kept = new Set<string>();
  const remove: number[] = [];
  // From the newest back: the first that is met of an hour or a day is its last.
  for (const i of order.toReversed()) {
    const age = nowMs - time(i);
    if (age <= retention.allSnapshotsHours * HOUR_MS) continue;
    const hourly = age <= retention.hourlySnapshotsDays * DAY_MS;
    const period = hourly ? `h${Math.floor(time(i) / HOUR_MS)}` : `d${Math.floor(time(i) / DAY_MS)}`;
    const tooOld = age > retention.snapshotDays * DAY_MS;
    if (tooOld || kept.has(period)) remove.push(i);
    else kept.add(period);
  }
  return remove.toReversed();

  function time(i: number): number {
    return takenMs[i] as number;
  }
}
