import type { Replayed } from './replay.js';
import { student975 } from './student.js';
import { unseenKeysMargin } from './unseen-keys.js';

/** Percent. */
export interface Interval {
  low: number;
  high: number;
}

/** A hit rate that may lie further than this from the truth, in percentage points, is too little to go by. */
export const ENOUGH_POINTS = 2;

/**
 * The 95 % interval of a replayed hit rate, in percent; null without reads. The half width is the root of the sum of the squares of
 * - what the choice of keys leaves open: the hit rate is the ratio of two sums over keys, and keys are the clusters of a random
 *   sample without replacement: var = (1 − share) · n/(n−1) · Σ(hits − rate · gets)² ÷ (Σ gets)², zero when every key is there;
 * - what the limited time leaves open: the same ratio over blocks of equal time, without the correction (batch means);
 * each times the 97.5 % quantile of Student's t with one degree of freedom less than there are clusters, by their weight:
 * (Σ gets)² ÷ Σ gets². Of a sample the upper end is higher by what keys may add that are used more than any in it (`unseenKeysMargin`):
 * without that, samples of skewed accesses would be too sure. Never narrower than Wilson's interval of as many independent reads, which is what tells that three hits
 * out of three are not 100 % ± 0.
 * Sources: Cochran, Sampling Techniques, 3rd ed., 6.4 and 9A (ratio to size in clusters); Law, Simulation Modeling and Analysis,
 * 9.5.3 (batch means); Wilson 1927; Kish, Survey Sampling (effective sample size).
 * @param share of the keys that the trace has, 0 < share ≤ 1
 */
export function hitRateInterval(replayed: Replayed, share: number): Interval | null {
  const { gets, hits } = replayed;
  if (gets === 0) return null;
  const byKeys = share < 1 ? Math.sqrt(1 - share) * ratioMargin(replayed.keyGets, replayed.keyHits, gets, hits) : 0;
  const byTime = ratioMargin(replayed.blockGets, replayed.blockHits, gets, hits);
  const half = Math.hypot(byKeys, byTime);
  const rate = hits / gets;
  const wilson = wilsonInterval(hits, gets);
  const unseen = share < 1 ? unseenKeysMargin(replayed, share) : 0;
  return {
    low: 100 * Math.max(0, Math.min(rate - half, wilson.low)),
    high: 100 * Math.min(1, Math.max(rate + Math.hypot(half, unseen), wilson.high)),
  };
}

/** Whether both ends lie within ENOUGH_POINTS of the rate. */
export function isEnough(rate: number | null, interval: Interval | null): boolean {
  if (rate === null || interval === null) return false;
  return Math.max(interval.high - rate, rate - interval.low) <= ENOUGH_POINTS;
}

/** Half the 95 % interval of Σhits ÷ Σgets over clusters; Infinity (anything) where there are not two of them. */
function ratioMargin(gets: ArrayLike<number>, hits: ArrayLike<number>, allGets: number, allHits: number): number {
  const rate = allHits / allGets;
  let [clusters, squares, weights] = [0, 0, 0];
  for (let i = 0; i < gets.length; i += 1) {
    const own = gets[i] as number;
    if (own === 0) continue;
    clusters += 1;
    squares += ((hits[i] as number) - rate * own) ** 2;
    weights += own ** 2;
  }
  if (clusters < 2) return Number.POSITIVE_INFINITY;
  const error = Math.sqrt((clusters / (clusters - 1)) * squares) / allGets;
  return error * student975(Math.max(1, allGets ** 2 / weights - 1));
}

function wilsonInterval(hits: number, gets: number): Interval {
  const z = 1.959964;
  const [rate, z2] = [hits / gets, z * z];
  const middle = (rate + z2 / (2 * gets)) / (1 + z2 / gets);
  const half = (z / (1 + z2 / gets)) * Math.sqrt((rate * (1 - rate)) / gets + z2 / (4 * gets * gets));
  return { low: middle - half, high: middle + half };
}
