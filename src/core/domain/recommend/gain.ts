import type { Replayed } from '../ttl-model/replay.js';
import { student975 } from '../ttl-model/student.js';

/** How much higher one hit rate is than another, in percentage points, and the 95 % interval of that. */
export interface Gain {
  points: number;
  low: number;
  high: number;
}

/**
 * The gain of hit rate between two replays of the same accesses; null without reads. Both are compared read by read (keys and
 * blocks of time as clusters, as `hitRateInterval` has them), so that what moves both does not count as uncertainty: a change
 * is told surer than either hit rate.
 * @param before over the same time as `after`
 * @param share of the keys that the trace has, 0 < share ≤ 1
 */
export function hitRateGain(before: Replayed, after: Replayed, share: number): Gain | null {
  const { gets } = after;
  if (gets === 0) return null;
  const gained = after.hits - before.hits;
  const byKeys =
    share < 1 ? Math.sqrt(1 - share) * margin(after.keyGets, after.keyHits, before.keyHits, gets, gained) : 0;
  const byTime = margin(after.blockGets, after.blockHits, before.blockHits, gets, gained);
  const points = (100 * gained) / gets;
  const half = 100 * Math.hypot(byKeys, byTime);
  return { points, low: Math.max(-100, points - half), high: Math.min(100, points + half) };
}

/** Half the 95 % interval of Σ(after − before) ÷ Σ gets over clusters; 1 (anything) where there are not two of them. */
function margin(
  gets: ArrayLike<number>,
  after: ArrayLike<number>,
  before: ArrayLike<number>,
  allGets: number,
  allGained: number,
): number {
  const rate = allGained / allGets;
  let [clusters, squares, weights] = [0, 0, 0];
  for (let i = 0; i < gets.length; i += 1) {
    const own = gets[i] as number;
    if (own === 0) continue;
    clusters += 1;
    squares += ((after[i] as number) - (before[i] as number) - rate * own) ** 2;
    weights += own ** 2;
  }
  if (clusters < 2) return 1;
  const error = Math.sqrt((clusters / (clusters - 1)) * squares) / allGets;
  return error * student975(Math.max(1, allGets ** 2 / weights - 1));
}
