import { describe, expect, test } from 'vitest';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { accessTrace } from '../../../../../src/core/domain/ttl-model/access-trace.js';
import { lifetimesUnder, observedLifetimes } from '../../../../../src/core/domain/ttl-model/lifetimes.js';
import { NO_BASIS, type Prediction, predictTtls } from '../../../../../src/core/domain/ttl-model/prediction.js';
import { candidatesOf, PRESETS, type PresetName, presetOf } from '../../../../../src/core/domain/ttl-model/presets.js';
import { simulateLifetime } from '../../../../../src/core/domain/ttl-model/simulate-ttl.js';
import type { TtlAccess } from '../../../../../src/core/index.js';

const prediction = (
  ttlSeconds: number,
  hitRate: number,
  totalCost: number | null,
  rest: Partial<Prediction> = {},
): Prediction => ({ ttlSeconds, hitRate, totalCost, enough: true, longerThanTrace: false, ...rest }) as Prediction;

describe('presets', () => {
  const candidates = [
    prediction(60, 40, 9),
    prediction(300, 72, 6),
    prediction(900, 86, 7),
    prediction(3600, 94.2, 7.5),
    prediction(7200, 95, 8),
  ];
  test.each<[PresetName, number | null]>([
    ['optimal', 900],
    ['high-performance', 3600],
    ['low-cost', 300],
    ['memory-saver', 300],
    ['fresh-data', 60],
  ])('%s chooses %d seconds', (name, seconds) => {
    expect(presetOf(name).choose(candidates)?.maxTtlSeconds).toBe(seconds);
  });

  test('optimal takes the highest hit rate where none is healthy; memory saver takes none', () => {
    const low = [prediction(60, 40, 1), prediction(300, 60, 2)];
    expect(presetOf('optimal').choose(low)).toEqual({ minTtlSeconds: 300, maxTtlSeconds: 300 });
    expect(presetOf('memory-saver').choose(low)).toBeNull();
  });

  test('what costs are needed for is not chosen without them', () => {
    const unpriced = [prediction(60, 90, null)];
    expect(presetOf('low-cost').choose(unpriced)).toBeNull();
    expect(presetOf('optimal').choose(unpriced)).toBeNull();
  });

  test('what is longer than the accesses span is not compared, and what is not well known is', () => {
    const unsure = prediction(60, 90, 1, { enough: false });
    expect(candidatesOf([unsure, prediction(900, 90, 1, { longerThanTrace: true })])).toEqual([unsure]);
    for (const { needsData, choose } of PRESETS) if (needsData) expect(choose([])).toBeNull();
  });
});

describe('predictions', () => {
  // A key a second, 1,000 keys in turn: under 1,000 seconds every read misses; under more, none after the first round.
  const accesses = Array.from(
    { length: 20_000 },
    (_, i): TtlAccess => ({ timestampMs: i * 1000, key: `k${i % 1000}`, op: 'get', sizeBytes: 1024 }),
  );
  const trace = accessTrace(accesses);
  const basis = {
    memoryScale: 2,
    readsPerMonth: 1_000_000,
    costs: { baseShare: 3, storageBytes: 1024 ** 3 },
    prices: DEFAULT_PRICING.providers,
  };

  test('cost memory and misses at the prices that hold', () => {
    const [short, long] = predictTtls(trace, [100, 90_000], { warmUp: true }, basis) as [Prediction, Prediction];
    // 100 keys of 1 KB live at once, each taken twice: 200 KB at $0.08/MB; a million misses at $0.000001; 1 GB at $0.25.
    expect(short.memoryBytes / (2 * 100 * 1024)).toBeCloseTo(1, 2);
    expect(short.redisCost).toBeCloseTo(3 + (200 / 1024) * 0.08, 3);
    expect(short.mongodbCost).toBeCloseTo(1 + 0.25, 9);
    expect(short.totalCost).toBeCloseTo((short.redisCost as number) + (short.mongodbCost as number), 12);
    expect(long).toMatchObject({ hitRate: 100, missesPerMonth: 0 });
    // Longer than the trace: what it holds is not known to the end.
    expect([short.cheapest, long.cheapest, short.fastest, long.fastest]).toEqual([false, false, false, true]);
  });

  test('take reads from the trace where nothing counts them, and money is unknown without prices', () => {
    const [one] = predictTtls(trace, [100], { sampledShare: 0.5 }, { ...NO_BASIS, costs: basis.costs });
    // 2 reads a second in all.
    expect((one?.missesPerMonth as number) / (2 * 30 * 86_400)).toBeCloseTo(1, 3);
    expect(one).toMatchObject({ redisCost: null, totalCost: null });
  });

  test('name no cheapest and no fastest of too little', () => {
    const few = predictTtls(accessTrace(accesses.slice(0, 30)), [10, 100], {}, basis);
    expect(few.map(({ enough, cheapest, fastest }) => [enough, cheapest, fastest])).toEqual([
      [false, false, false],
      [false, false, false],
    ]);
  });

  test('name none where the one that seems to be the best is not well known', () => {
    // 5,000 keys read once each, then 40 of them 5 times more, an hour apart: little tells of an hour, much of a minute.
    const once = Array.from({ length: 5000 }, (_, i): TtlAccess => ({ timestampMs: i * 100, key: `o${i}`, op: 'get' }));
    const again = Array.from(
      { length: 200 },
      (_, i): TtlAccess => ({ timestampMs: 500_000 + i * 80_000, key: `a${i % 40}`, op: 'get' }),
    );
    const [short, long] = predictTtls(accessTrace([...once, ...again]), [60, 7200], { warmUp: true }, basis) as [
      Prediction,
      Prediction,
    ];
    expect([short.enough, long.enough]).toEqual([true, false]);
    expect(long.hitRate as number).toBeGreaterThan(short.hitRate as number);
    expect([short.fastest, long.fastest]).toEqual([false, false]);
  });

  test('name the cheapest of those that the trace spans', () => {
    let random = 1;
    const shuffled = accesses.map((access) => {
      random = (random * 48_271) % 2_147_483_647;
      return { ...access, key: `k${random % 100}` };
    });
    const [short, long] = predictTtls(accessTrace(shuffled), [100, 1000], { warmUp: true }, basis) as Prediction[];
    expect([short?.enough, long?.enough, long?.longerThanTrace]).toEqual([true, true, false]);
    expect([short?.cheapest, long?.cheapest]).toEqual([false, true]);
  });
});

describe('lifetimes', () => {
  const at = (timestampMs: number, key: string, lifetimeMs?: number): TtlAccess => ({
    timestampMs,
    key,
    op: 'get',
    lifetimeMs,
  });
  const accesses = [
    at(0, 'a:1', 10_000),
    at(1, 'a:2', 30_000),
    at(2, 'b:1', 90_000),
    at(3, 'a:1'),
    at(4, 'a:9'),
    at(5, 'c'),
  ];
  const observed = observedLifetimes(accesses, [':']);

  test('are as told, else as of the key, its segment, or all', () => {
    expect(accesses.map((access) => observed?.of(access))).toEqual([10_000, 30_000, 90_000, 10_000, 10_000, 30_000]);
    expect(observed?.medianMs).toBe(30_000);
    expect(observedLifetimes([at(0, 'a')], [':'])).toBeNull();
  });

  test('are bounded by policies, the segment first; what nobody knows is not made up', () => {
    const policy = {
      minTtlSeconds: 20,
      maxTtlSeconds: null,
      segments: [{ segment: 'b', minTtlSeconds: 60, maxTtlSeconds: 60 }],
    };
    const under = lifetimesUnder([policy, null], [':'], observed);
    expect(accesses.slice(0, 3).map(under)).toEqual([20_000, 30_000, 60_000]);
    const unknown = lifetimesUnder([policy, null], [':'], null);
    expect(accesses.slice(0, 3).map(unknown)).toEqual([null, null, 60_000]);
  });

  test('that differ from key to key are replayed exactly', () => {
    const reads = [0, 5, 9, 10, 15, 29, 30].flatMap((s) => ['x', 'y'].map((key) => at(s * 1000, key)));
    const lives = ({ key }: TtlAccess) => (key === 'x' ? 10_000 : 30_000);
    // x: stored at 0, 10, 29 (gone at 20), hits at 5, 9, 15, 30; y: stored at 0 and 30.
    expect(simulateLifetime(accessTrace(reads), lives)).toMatchObject({ gets: 14, hits: 4 + 5, stores: 5, expired: 3 });
    expect(simulateLifetime(accessTrace(reads), () => 0)).toMatchObject({ hits: 0, stores: 0, meanLiveKeys: 0 });
  });
});
