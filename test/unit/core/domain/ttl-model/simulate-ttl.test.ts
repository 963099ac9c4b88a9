import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulateTtl, type TtlAccess } from '../../../../../src/core/index.js';

const get = (timestampMs: number, key = 'a', sizeBytes?: number): TtlAccess => ({
  timestampMs,
  key,
  op: 'get',
  sizeBytes,
});
const set = (timestampMs: number, key = 'a', sizeBytes?: number): TtlAccess => ({
  timestampMs,
  key,
  op: 'set',
  sizeBytes,
});
const remove = (timestampMs: number, key = 'a'): TtlAccess => ({ timestampMs, key, op: 'delete' });
const clear = (timestampMs: number): TtlAccess => ({ timestampMs, key: '', op: 'clear' });

describe('simulateTtl', () => {
  test('an entry lives from the miss that stored it until just before its TTL has passed', () => {
    // Stored at 0, there at 9,999 and gone at 10,000; stored again, and there at 15,000.
    const [result] = simulateTtl([get(0), get(9999), get(10_000), get(15_000)], [10]);
    expect(result).toMatchObject({ gets: 4, hits: 2, misses: 2, hitRate: 50, stores: 2, expired: 1, meanLiveKeys: 1 });
  });

  test('a read does not refresh', () => {
    const [result] = simulateTtl([get(0), get(8000), get(12_000)], [10]);
    expect(result).toMatchObject({ hits: 1, misses: 2 });
  });

  test('a set stores where there is none; a set on a live key refreshes only when asked', () => {
    const accesses = [set(0), set(8000), get(12_000)];
    expect(simulateTtl(accesses, [10])[0]).toMatchObject({ hits: 0, misses: 1 });
    expect(simulateTtl(accesses, [10], { refreshOnWrite: true })[0]).toMatchObject({ hits: 1, misses: 0 });
  });

  test('a delete removes one key, a clear all of them', () => {
    const stored = [set(0, 'a'), set(0, 'b')];
    expect(simulateTtl([...stored, remove(1), get(2, 'a'), get(2, 'b')], [10])[0]).toMatchObject({
      hits: 1,
      misses: 1,
    });
    expect(simulateTtl([...stored, clear(1), get(2, 'a'), get(2, 'b')], [10])[0]).toMatchObject({ hits: 0, misses: 2 });
  });

  test('means are over the time from the first access to the last, bytes follow what is written', () => {
    // `a`: 100 bytes from 0 to 4 s, 300 until its end at 10 s; `b`: 50 bytes from 2 s to 12 s. Until 20 s.
    const accesses = [get(0, 'a', 100), get(2000, 'b', 50), set(4000, 'a', 300), remove(20_000, 'c')];
    const [result] = simulateTtl(accesses, [10]);
    expect(result?.meanLiveKeys).toBeCloseTo((10 + 10) / 20, 12);
    expect(result?.meanLiveBytes).toBeCloseTo((100 * 4 + 300 * 6 + 50 * 10) / 20, 9);
    expect(result).toMatchObject({ peakLiveKeys: 2, peakLiveBytes: 350, expired: 2 });
  });

  test('what outlives the trace counts until its last access only', () => {
    const [result] = simulateTtl([set(0, 'a', 10), set(5000, 'b', 30), remove(10_000, 'c')], [3600]);
    expect(result).toMatchObject({ meanLiveKeys: 1.5, meanLiveBytes: 25, longerThanTrace: true });
  });

  test('a miss without a size stores the last known one', () => {
    const [result] = simulateTtl([set(0, 'a', 80), get(20_000, 'a'), remove(30_000, 'c')], [10]);
    expect(result?.meanLiveBytes).toBeCloseTo((80 * 20) / 30, 9);
  });

  test('where no time passes, the means are what is there', () => {
    const [result] = simulateTtl([set(7, 'a', 10), set(7, 'b', 30)], [10]);
    expect(result).toMatchObject({ meanLiveKeys: 2, meanLiveBytes: 40, hitRate: null, interval: null, enough: false });
  });

  test('without accesses nothing is known', () => {
    const [result] = simulateTtl([], [10]);
    expect(result).toMatchObject({ gets: 0, hitRate: null, meanLiveKeys: 0, meanLiveBytes: 0, enough: false });
  });

  test('of a sample of keys, keys and bytes are divided by its share', () => {
    const accesses = [set(0, 'a', 10), get(1000, 'a', 10)];
    const [result] = simulateTtl(accesses, [10], { sampledShare: 0.25 });
    expect(result).toMatchObject({ gets: 1, meanLiveKeys: 4, meanLiveBytes: 40, peakLiveKeys: 4, peakLiveBytes: 40 });
  });

  test('an iterable is read once, and the results are in the order asked', () => {
    function* once() {
      yield* [get(0), get(5000), get(30_000)];
    }
    expect(simulateTtl(once(), [60, 1, 10]).map(({ ttlSeconds, hits }) => [ttlSeconds, hits])).toEqual([
      [60, 2],
      [1, 0],
      [10, 1],
    ]);
  });

  test.each([
    ['a TTL of 0', [get(0)], [0], 'A TTL of 0 seconds'],
    ['a TTL that is no number', [get(0)], [Number.NaN], 'A TTL of NaN seconds'],
    ['accesses out of order', [get(5), get(7), get(6)], [1], 'Access 3 is older (6) than the one before (7)'],
    ['no time', [get(Number.NaN)], [1], 'Access 1 has the time NaN'],
    ['a negative size', [get(0, 'a', -1)], [1], 'Access 1 has the size -1'],
    [
      'an unknown operation',
      [{ timestampMs: 0, key: 'a', op: 'peek' as 'get' }],
      [1],
      'Access 1 has the operation "peek"',
    ],
  ])('refuses %s', (_what, accesses, ttls, message) => {
    expect(() => simulateTtl(accesses, ttls)).toThrow(expect.objectContaining({ code: 'RCM_VALUE_INVALID', message }));
  });

  test('refuses a share outside (0, 1]', () => {
    for (const sampledShare of [0, -1, 1.1, Number.NaN])
      expect(() => simulateTtl([], [1], { sampledShare })).toThrow(/sampled share/);
  });

  test('agrees with a cache that is simulated second by second', () => {
    const access = fc.record({
      wait: fc.integer({ min: 0, max: 4 }),
      key: fc.constantFrom('a', 'b', 'c'),
      op: fc.constantFrom('get', 'get', 'get', 'set', 'delete', 'clear') as fc.Arbitrary<TtlAccess['op']>,
      sizeBytes: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(access, { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        (steps, ttl, refreshOnWrite) => {
          let second = 0;
          const accesses = steps.map(({ wait, ...rest }) => {
            second += wait;
            return { timestampMs: second * 1000, ...rest };
          });
          const { hits, gets, meanLiveKeys, meanLiveBytes } = bySeconds(accesses, ttl, refreshOnWrite);
          const [result] = simulateTtl(accesses, [ttl], { refreshOnWrite });
          expect(result).toMatchObject({ hits, gets });
          expect(result?.meanLiveKeys).toBeCloseTo(meanLiveKeys, 9);
          expect(result?.meanLiveBytes).toBeCloseTo(meanLiveBytes, 9);
        },
      ),
      { seed: 11, numRuns: 400 },
    );
  });
});

/** The same by brute force: a cache whose content is looked at every second. */
function bySeconds(accesses: readonly TtlAccess[], ttl: number, refreshOnWrite: boolean) {
  const cache = new Map<string, { until: number; size: number }>();
  const lastSize = new Map<string, number>();
  const [from, to] = [(accesses[0]?.timestampMs ?? 0) / 1000, (accesses.at(-1)?.timestampMs ?? 0) / 1000];
  let [hits, gets, keySeconds, byteSeconds] = [0, 0, 0, 0];
  const bytes = () => [...cache.values()].reduce((sum, { size }) => sum + size, 0);
  for (let second = from; second <= to; second += 1) {
    for (const [key, { until }] of cache) if (until <= second) cache.delete(key);
    for (const { key, op, sizeBytes } of accesses.filter(({ timestampMs }) => timestampMs === second * 1000)) {
      if (op === 'clear') {
        cache.clear();
        continue;
      }
      const there = cache.get(key);
      if (op === 'get') gets += 1;
      if (op === 'delete') cache.delete(key);
      else if (there === undefined) {
        const size = sizeBytes ?? lastSize.get(key) ?? 0;
        cache.set(key, { until: second + ttl, size });
      } else if (op === 'get') hits += 1;
      else {
        if (sizeBytes !== undefined) there.size = sizeBytes;
        if (refreshOnWrite) there.until = second + ttl;
      }
      if (op !== 'delete' && sizeBytes !== undefined) lastSize.set(key, sizeBytes);
    }
    if (second === to) break;
    keySeconds += cache.size;
    byteSeconds += bytes();
  }
  const span = to - from;
  return {
    hits,
    gets,
    meanLiveKeys: span > 0 ? keySeconds / span : cache.size,
    meanLiveBytes: span > 0 ? byteSeconds / span : bytes(),
  };
}
