import type { Replayed } from './replay.js';

/** Keys whose gets tell how the most used ones go on: a fifth of all, so many at most. */
const MOST_TOP = 50;
const LEAST_TOP = 5;
/** Keys whose hit rate stands for that of the most used. */
const HOTTEST = 3;
/** Points of the sum over unseen keys. */
const STEPS = 64;

/**
 * How much higher the hit rate may be than in a sample of keys because keys that are used more than any in it are likely to be
 * missing: of what is used most, a sample of a tenth sees one in ten. Gets by rank are taken to go on as they do among the most used
 * that are there (Zipf's law; its exponent by Hill's estimator), and the hit rate of a key that is used q times as much as one with
 * x hits a miss to be qx ÷ (1 + qx), which is that of reads at random times under a TTL.
 * Sources: Hill 1975, A simple general approach to inference about the tail of a distribution; Waldspurger et al., SHARDS (FAST '15), 4.3,
 * for what a missing hot key does to a sample.
 * @returns a share of 1, at least 0
 */
export function unseenKeysMargin({ keyGets, keyHits, gets, hits }: Replayed, share: number): number {
  const order = [...keyGets.keys()].filter((key) => (keyGets[key] as number) > 0);
  order.sort((a, b) => (keyGets[b] as number) - (keyGets[a] as number));
  const top = order.slice(0, Math.max(LEAST_TOP, Math.min(MOST_TOP, Math.floor(order.length / 5))));
  const [largest, smallest] = [top[0], top.at(-1)].map((key) => (key === undefined ? 0 : (keyGets[key] as number)));
  if (!largest || !smallest) return 0;
  const exponent = top.reduce((sum, key) => sum + Math.log((keyGets[key] as number) / smallest), 0) / top.length;
  const hottest = order.slice(0, HOTTEST);
  const hotGets = hottest.reduce((sum, key) => sum + (keyGets[key] as number), 0);
  const hotHits = hottest.reduce((sum, key) => sum + (keyHits[key] as number), 0);
  const hitsPerMiss = hotHits / Math.max(1, hotGets - hotHits);
  const perKey = hotGets / hottest.length;
  const [mass, hit] = unseen(largest, exponent, share, (keyed) => {
    const x = (hitsPerMiss * keyed) / perKey;
    return x / (1 + x);
  });
  const all = gets / share;
  const rate = hits / gets;
  return Math.max(0, (hits / share + hit) / (all + mass) - rate);
}

/** Gets, and hits, of the keys before the first one of the sample: by its rank, which 19 times of 20 is lower than this. */
function unseen(
  largest: number,
  exponent: number,
  share: number,
  hitRateOf: (gets: number) => number,
): [gets: number, hits: number] {
  const ranks = Math.max(1, Math.log(0.05) / Math.log(1 - share));
  let [mass, hit] = [0, 0];
  // Over ranks in equal steps of their logarithm: there may be millions.
  for (let i = 0; i < STEPS; i += 1) {
    const [from, to] = [ranks ** (i / STEPS), ranks ** ((i + 1) / STEPS)];
    const gets = largest * (Math.sqrt(from * to) / ranks) ** -exponent;
    mass += gets * (to - from);
    hit += gets * (to - from) * hitRateOf(gets);
  }
  return [mass, hit];
}
