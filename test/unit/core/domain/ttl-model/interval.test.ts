import { describe, expect, test } from 'vitest';
import { keyHash } from '../../../../../src/core/domain/access-event.js';
import { student975 } from '../../../../../src/core/domain/ttl-model/student.js';
import { simulateTtl, type TtlAccess } from '../../../../../src/core/index.js';

const HOUR_MS = 3_600_000;
type Result = NonNullable<ReturnType<typeof simulateTtl>[0]>;

/** Reads at random times of keys whose popularity falls with a power of their rank. */
class Traffic {
  #seed = 5;

  accesses(keys: number, count: number, power: number, spanMs: number): TtlAccess[] {
    const sums: number[] = [];
    for (let k = 0, sum = 0; k < keys; k += 1) {
      sum += (k + 1) ** -power;
      sums.push(sum);
    }
    let timestampMs = 0;
    return Array.from({ length: count }, () => {
      timestampMs += (-Math.log(1 - this.#random()) * spanMs) / count;
      const wanted = this.#random() * (sums.at(-1) as number);
      let [low, high] = [0, keys - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sums[middle] as number) < wanted) low = middle + 1;
        else high = middle;
      }
      return { timestampMs, key: String(low), op: 'get' };
    });
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }
}

/** Percent of the intervals that hold the truth. */
function coverage(
  results: { interval: { low: number; high: number } | null }[],
  truth: number | null | undefined,
): number {
  const held = results.filter(
    ({ interval }) => interval && interval.low <= (truth as number) && (truth as number) <= interval.high,
  );
  return (100 * held.length) / results.length;
}

describe('the interval of a hit rate', () => {
  test.each([
    [0, 0.1],
    [0.5, 0.1],
    [0.8, 0.1],
    [0.8, 0.3],
  ])('of samples holds that of all keys about 95 times of 100: popularity by rank^-%d, share %d', (power, share) => {
    const traffic = new Traffic();
    const samples: Result[] = [];
    let held = 0;
    for (let n = 0; n < 5; n += 1) {
      const all = traffic.accesses(2000, 10_000, power, 20 * HOUR_MS);
      const truth = simulateTtl(all, [1800])[0]?.hitRate;
      for (let salt = 0; salt < 20; salt += 1) {
        const chosen = all.filter(({ key }) => keyHash(`${n}:${salt}:${key}`) / 2 ** 32 < share);
        const sample = simulateTtl(chosen, [1800], { sampledShare: share })[0] as Result;
        held += coverage([sample], truth) / 100;
        samples.push(sample);
      }
    }
    expect(held).toBeGreaterThanOrEqual(90);
    // Not by being so wide that it says nothing.
    const widths = samples.map(({ interval }) => (interval ? interval.high - interval.low : 100)).sort((a, b) => a - b);
    expect(widths[50]).toBeLessThan(50);
  });

  test('of a limited time holds that of a very long one about 95 times of 100', () => {
    const traffic = new Traffic();
    const long = traffic.accesses(300, 100_000, 0.5, 1000 * HOUR_MS);
    const truth = simulateTtl(long, [3600], { warmUp: true })[0]?.hitRate;
    const short = Array.from({ length: 100 }, () => {
      const accesses = traffic.accesses(300, 2000, 0.5, 20 * HOUR_MS);
      return simulateTtl(accesses, [3600], { warmUp: true })[0] as Result;
    });
    const held = coverage(short, truth);
    expect(held).toBeGreaterThanOrEqual(90);
    expect(held).toBeLessThanOrEqual(100);
  });

  test('is too wide to go by where there is little, even if every read was a hit', () => {
    const few = Array.from(
      { length: 20 },
      (_, i): TtlAccess => ({ timestampMs: i * 60_000, key: 'a', op: i === 0 ? 'set' : 'get' }),
    );
    const [result] = simulateTtl(few, [36_000]);
    expect(result).toMatchObject({ hitRate: 100, enough: false, interval: { high: 100 } });
    expect(result?.interval?.low).toBeLessThan(90);
  });

  test('is everything where all reads were at one time, or of one sampled key', () => {
    const at = (ms: number): TtlAccess => ({ timestampMs: ms, key: 'a', op: 'get' });
    expect(simulateTtl([at(5), at(5)], [10])[0]?.interval).toEqual({ low: 0, high: 100 });
    const one = Array.from({ length: 5000 }, (_, i) => at(i * 1000));
    expect(simulateTtl(one, [600], { sampledShare: 0.5 })[0]).toMatchObject({
      enough: false,
      interval: { low: 0, high: 100 },
    });
    expect(simulateTtl(one, [600])[0]).toMatchObject({ enough: true });
  });

  test('rests on the quantiles of Student', () => {
    // Abramowitz and Stegun, table 26.10.
    for (const [freedom, t] of [
      [1, 12.706],
      [4, 2.776],
      [10, 2.228],
      [19, 2.093],
      [60, 2.0],
      [1e9, 1.96],
    ] as const)
      expect(student975(freedom)).toBeCloseTo(t, 2);
    expect(student975(4.5)).toBeCloseTo((2.776 + 2.571) / 2, 2);
  });
});

describe('a warm-up', () => {
  test('fills the cache and counts nothing, for one TTL, at most half of the time', () => {
    // One key, read every second from 0 to 40 s under 10 s: of 11 reads in a row the first is a miss.
    const accesses = Array.from(
      { length: 41 },
      (_, i): TtlAccess => ({ timestampMs: i * 1000, key: 'a', op: 'get', sizeBytes: 8 }),
    );
    const [cold] = simulateTtl(accesses, [10]);
    expect(cold).toMatchObject({ gets: 41, misses: 5, countedMs: 40_000, meanLiveKeys: 1, meanLiveBytes: 8 });
    const [warm, half] = simulateTtl(accesses, [10, 3600], { warmUp: true });
    expect(warm).toMatchObject({ gets: 31, misses: 4, countedMs: 30_000, meanLiveKeys: 1, stores: 4, expired: 3 });
    expect(half).toMatchObject({ gets: 21, misses: 0, hitRate: 100, countedMs: 20_000, meanLiveBytes: 8, stores: 0 });
  });
});
