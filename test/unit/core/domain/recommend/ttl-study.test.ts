import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { hitRateGain } from '../../../../../src/core/domain/recommend/gain.js';
import { type Studied, studyTtls } from '../../../../../src/core/domain/recommend/ttl-study.js';
import type { TtlAccess } from '../../../../../src/core/domain/ttl-model/access.js';
import { accessTrace } from '../../../../../src/core/domain/ttl-model/access-trace.js';
import { observedLifetimes } from '../../../../../src/core/domain/ttl-model/lifetimes.js';
import { replay } from '../../../../../src/core/domain/ttl-model/replay.js';
import { simulateLifetime } from '../../../../../src/core/domain/ttl-model/simulate-ttl.js';
import { generator } from '../../../../support/random.js';

const SECOND = 1000;

/** Every key is read every `everySeconds`, for a while; each value lives so long today. */
function regular(keys: number, everySeconds: number, times: number, livesSeconds: number): TtlAccess[] {
  const accesses: TtlAccess[] = [];
  for (let n = 0; n < times; n += 1)
    for (let key = 0; key < keys; key += 1)
      accesses.push({
        timestampMs: n * everySeconds * SECOND + key,
        key: `k${key}`,
        op: 'get',
        sizeBytes: 1000,
        lifetimeMs: livesSeconds * SECOND,
      });
  return accesses;
}

function studied(accesses: readonly TtlAccess[], own: Partial<Studied> = {}): Studied {
  const trace = accessTrace(accesses);
  const observed = observedLifetimes(accesses, [':']) as NonNullable<ReturnType<typeof observedLifetimes>>;
  return {
    companyId: '42',
    companyName: null,
    recordedHitRate: 0,
    trace,
    today: simulateLifetime(trace, observed.of, { refreshOnWrite: true }),
    options: { refreshOnWrite: true, sampledShare: 1 },
    observed,
    lifetimesWith: (ttl) => ttl * SECOND,
    basis: {
      memoryScale: 1,
      readsPerMonth: 10_000_000,
      costs: { baseShare: 0, storageBytes: 0 },
      prices: DEFAULT_PRICING.providers,
    },
    fixedCost: 7,
    ...own,
  };
}

describe('hitRateGain', () => {
  it('is the difference of two replays of the same reads', () => {
    // Reads at 0, 10, 20, 30 s: all miss with 5 s; with 15 s the second and the fourth hit.
    const trace = accessTrace([0, 10, 20, 30].map((s) => ({ timestampMs: s * SECOND, key: 'a', op: 'get' })));
    const gain = hitRateGain(replay(trace, 5 * SECOND), replay(trace, 15 * SECOND), 1);
    expect(gain?.points).toBe(50);
    // Four reads, two of them better: nothing is certain.
    expect(gain?.low).toBeLessThan(0);
  });

  it('is certain where both are the same, and null without reads', () => {
    const trace = accessTrace(regular(10, 90, 50, 60));
    const same = replay(trace, 60 * SECOND);
    expect(hitRateGain(same, same, 0.1)).toEqual({ points: 0, low: 0, high: 0 });
    const none = accessTrace([{ timestampMs: 0, key: 'a', op: 'set' }]);
    expect(hitRateGain(replay(none, 1), replay(none, 2), 1)).toBeNull();
  });

  it('covers the truth about 95 times of 100, of a fifth of the keys', () => {
    const random = generator(7);
    // Keys that are read with rates of their own, so that a sample of them may be luckier than another.
    const keys = 200;
    const all: TtlAccess[] = [];
    for (let key = 0; key < keys; key += 1) {
      const mean = 40 + 400 * random() ** 2;
      for (let at = random() * mean; at < 2 * 3600; at += -Math.log(1 - random()) * mean)
        all.push({ timestampMs: Math.round(at * SECOND), key: `k${key}`, op: 'get' });
    }
    all.sort((a, b) => a.timestampMs - b.timestampMs);
    const gainOf = (accesses: TtlAccess[], share: number) => {
      const trace = accessTrace(accesses);
      return hitRateGain(replay(trace, 30 * SECOND), replay(trace, 120 * SECOND), share);
    };
    const truth = gainOf(all, 1)?.points as number;
    let covered = 0;
    const rounds = 100;
    for (let round = 0; round < rounds; round += 1) {
      const chosen = new Set(Array.from({ length: keys }, (_, key) => `k${key}`).filter(() => random() < 0.2));
      const gain = gainOf(
        all.filter(({ key }) => chosen.has(key)),
        0.2,
      );
      if (gain !== null && gain.low <= truth && truth <= gain.high) covered += 1;
    }
    expect(covered / rounds).toBeGreaterThanOrEqual(0.9);
  });
});

describe('studyTtls', () => {
  it('tells hit rate, memory and money of each TTL that was recorded for long enough', () => {
    // 20 keys, each read every 90 s for 4 hours, living 60 s: all miss. From 2 minutes on every other read hits, with 5 minutes 3 of 4.
    const found = studyTtls(studied(regular(20, 90, 160, 60)));
    expect(found).toMatchObject({ replayedHitRate: 0, medianMs: 60_000, reads: 3200 });
    const byTtl = new Map(found?.outcomes.map((one) => [one.ttlSeconds, one]));
    expect([...byTtl.keys()].slice(0, 3)).toEqual([60, 120, 300]);
    // Accesses of 4 hours tell nothing of 6.
    expect(Math.max(...byTtl.keys())).toBeLessThanOrEqual(4 * 3600);
    expect(byTtl.get(60)?.gain).toEqual({ points: 0, low: 0, high: 0 });
    expect(byTtl.get(120)?.hitRate).toBe(50);
    expect(byTtl.get(300)?.hitRate).toBe(75);
    // Half of 10 million reads are no queries any more, at a millionth of a dollar each: $5 less the dearer memory.
    const { saving, memoryBytes } = byTtl.get(120) ?? {};
    const today = byTtl.get(120)?.before as NonNullable<typeof found>['outcomes'][number]['before'];
    const memory = ((memoryBytes as number) - today.memoryBytes) / 1024 ** 2;
    expect(saving?.dollars).toBeCloseTo(5 - memory * DEFAULT_PRICING.providers.redis.storageCostPerMB, 9);
    // 7 dollars that no TTL changes, and 10 of queries.
    expect(today.totalCost).toBeCloseTo(17 + (today.memoryBytes / 1024 ** 2) * 0.08, 9);
  });

  it('memory is as Redis has it: scaled by what the model holds today', () => {
    const accesses = regular(20, 90, 160, 60);
    const [plain, scaled] = [
      studyTtls(studied(accesses)),
      studyTtls(studied(accesses, { basis: { ...studied(accesses).basis, memoryScale: 3 } })),
    ];
    expect(scaled?.outcomes[0]?.memoryBytes).toBeCloseTo(3 * (plain?.outcomes[0]?.memoryBytes ?? 0), 6);
  });

  it('what a warm cache does is counted, not how it filled; of both lifetimes the same time', () => {
    // 20 keys every 90 s for 4 hours, living an hour: from cold every 41st read misses, the first of each key, too.
    const accesses = regular(20, 90, 160, 3600);
    const options = { refreshOnWrite: true, sampledShare: 1 };
    const of = (warmUp: boolean, ttl: number) =>
      studyTtls(studied(accesses, { options: { ...options, warmUp } }))?.outcomes.find((o) => o.ttlSeconds === ttl);
    // Stored after 0, 123, 246 and 369 minutes at 41 reads each: 4 of 160 reads miss; of the last 3 hours' 120, 3 do.
    expect(of(false, 120)?.before.hitRate).toBe(97.5);
    expect(of(true, 120)?.before.hitRate).toBeCloseTo(100 - 100 / 40, 0);
    expect(of(true, 120)?.gain.points).toBeCloseTo(
      (of(true, 120)?.hitRate ?? 0) - (of(true, 120)?.before.hitRate ?? 0),
      9,
    );
  });

  it('a sample makes the saving by memory less certain', () => {
    const accesses = regular(20, 90, 160, 60);
    const marginOf = (sampledShare: number) =>
      studyTtls(studied(accesses, { options: { refreshOnWrite: true, sampledShare } }))?.outcomes.find(
        ({ ttlSeconds }) => ttlSeconds === 300,
      )?.saving?.margin ?? 0;
    expect(marginOf(0.5)).toBeGreaterThan(marginOf(1));
  });

  it('says nothing where nothing was recorded for long enough, or without prices of money', () => {
    expect(studyTtls(studied(regular(5, 10, 5, 60)))).toBeNull();
    const without = studyTtls(
      studied(regular(20, 90, 160, 60), { basis: { ...studied(regular(1, 1, 2, 1)).basis, prices: null } }),
    );
    expect(without?.outcomes.every(({ saving, totalCost }) => saving === null && totalCost === null)).toBe(true);
  });
});
