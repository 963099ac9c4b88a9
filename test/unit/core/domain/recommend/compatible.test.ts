import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Advice,
  bestFirst,
  EFFORTS,
  RISKS,
  type Touched,
} from '../../../../../src/core/domain/recommend/advice.js';
import { totalOf, weigh } from '../../../../../src/core/domain/recommend/compatible.js';
import { advice } from './builders.js';

const ids = (advices: readonly { id: string }[]) => advices.map(({ id }) => id);

describe('the order of advices', () => {
  it('is by saving (known first), gain, risk, effort, id', () => {
    const wanted = [
      advice('saves most', { savingPerMonth: 2, risk: 'high' }),
      advice('gains more', { savingPerMonth: 1, hitRateGain: 20 }),
      advice('gains less', { savingPerMonth: 1, hitRateGain: 10, risk: 'low' }),
      advice('riskier', { savingPerMonth: 1, hitRateGain: 10, risk: 'medium', effort: 'one command' }),
      advice('takes longer', { savingPerMonth: 1, hitRateGain: 10, risk: 'medium', effort: 'minutes' }),
      advice('takes longer too', { savingPerMonth: 1, hitRateGain: 10, risk: 'medium', effort: 'minutes' }),
      advice('gain unknown', { savingPerMonth: 1 }),
      advice('saves nothing', { savingPerMonth: 0 }),
      advice('costs', { savingPerMonth: -1, hitRateGain: 50 }),
      advice('saving unknown', { hitRateGain: 90 }),
    ];
    expect(ids([...wanted].reverse().sort(bestFirst))).toEqual(ids(wanted));
  });
});

describe('advices that overlap', () => {
  it('name each other, and the set that saves most is the total', () => {
    // Turning caching off saves 5; a TTL 3, and smaller values 1: 4 together. The TTL alone and what queries cost: 3 + 2.5.
    const off = advice('off', { savingPerMonth: 5, touches: ['lifetimes', 'memory', 'queries'] });
    const ttl = advice('ttl', { savingPerMonth: 3, touches: ['lifetimes', 'memory'], atMost: true });
    const queries = advice('queries', { savingPerMonth: 2.5, touches: ['queries'] });
    const { recommendations, total } = weigh([queries, ttl, off]);
    expect(recommendations.map(({ id, insteadOf, inTotal }) => [id, insteadOf, inTotal])).toEqual([
      ['off', ['queries', 'ttl'], false],
      ['ttl', ['off'], true],
      ['queries', ['off'], true],
    ]);
    expect(total).toEqual({ savingPerMonth: 5.5, atMost: true });
  });

  it('are of one company: what another saves is added', () => {
    const touches: Touched[] = ['memory'];
    const { recommendations, total } = weigh([
      advice('a', { savingPerMonth: 1, touches, companyId: '1' }),
      advice('b', { savingPerMonth: 2, touches, companyId: '2' }),
      advice('c', { savingPerMonth: 1.5, touches, companyId: '2' }),
      advice('d', { savingPerMonth: 9, touches, companyId: null }),
    ]);
    expect(recommendations.map(({ id, insteadOf }) => [id, insteadOf])).toEqual([
      ['d', []],
      ['b', ['c']],
      ['c', ['b']],
      ['a', []],
    ]);
    expect(total.savingPerMonth).toBe(12);
  });

  it('count nothing where nothing is saved, or nobody knows', () => {
    const { recommendations, total } = weigh([
      advice('unknown'),
      advice('dearer', { savingPerMonth: -3 }),
      advice('free', { savingPerMonth: 0 }),
    ]);
    expect(recommendations.some(({ inTotal }) => inTotal)).toBe(false);
    expect(total).toEqual({ savingPerMonth: 0, atMost: false });
  });
});

const TOUCHED: Touched[] = ['lifetimes', 'memory', 'queries'];
const advices = fc
  .array(
    fc.record({
      companyId: fc.constantFrom('1', '2', null),
      savingPerMonth: fc.option(fc.integer({ min: -200, max: 1000 }).map((cents) => cents / 100)),
      hitRateGain: fc.option(fc.integer({ min: -50, max: 50 })),
      risk: fc.constantFrom(...RISKS),
      effort: fc.constantFrom(...EFFORTS),
      touches: fc.uniqueArray(fc.constantFrom(...TOUCHED), { minLength: 1 }),
    }),
    { maxLength: 12 },
  )
  .map((all) => all.map((own, i): Advice => advice(`advice-${i}`, own)));

describe('the total, whatever the advices', () => {
  it('never counts what overlaps, and no set that goes together saves more', () => {
    fc.assert(
      fc.property(advices, (all) => {
        const { recommendations, total } = weigh(all);
        const byId = new Map(all.map((one) => [one.id, one]));
        const counted = recommendations.filter(({ inTotal }) => inTotal).map(({ id }) => byId.get(id) as Advice);
        for (const [i, a] of counted.entries()) for (const b of counted.slice(i + 1)) expect(clash(a, b)).toBe(false);
        const best = ['1', '2', null].reduce(
          (sum, companyId) => sum + bruteForce(all.filter((one) => one.companyId === companyId)),
          0,
        );
        expect(total.savingPerMonth).toBeCloseTo(best, 9);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('is the same in whatever order they come, to the last bit', () => {
    fc.assert(
      fc.property(
        advices.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(JSON.stringify(weigh(shuffled))).toBe(JSON.stringify(weigh(all)));
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  it('of some is that of those which it holds', () => {
    const { recommendations } = weigh([
      advice('a', { savingPerMonth: 1, touches: ['memory'] }),
      advice('b', { savingPerMonth: 2, touches: ['queries'] }),
    ]);
    expect(totalOf(recommendations.slice(1))).toEqual({ savingPerMonth: 1, atMost: false });
  });
});

/** Two of one company that touch the same. */
function clash(a: Advice, b: Advice): boolean {
  return a.companyId === b.companyId && a.touches.some((touched) => b.touches.includes(touched));
}

/** The most that a set without two that clash saves, by trying all. */
function bruteForce(all: readonly Advice[]): number {
  let best = 0;
  for (let chosen = 0; chosen < 2 ** all.length; chosen += 1) {
    const set = all.filter((_, i) => (chosen & (1 << i)) !== 0);
    if (set.some((a, i) => set.slice(i + 1).some((b) => clash(a, b)))) continue;
    best = Math.max(
      best,
      set.reduce((sum, { savingPerMonth }) => sum + (savingPerMonth ?? 0), 0),
    );
  }
  return best;
}
