import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer, type StepPlan } from '../../../../../src/core/redis/scan/pacer.js';

/** A server where each key takes so many microseconds; no other wait. */
function step(pacer: Pacer, usPerKey: number, plan: StepPlan = pacer.plan()): { keys: number; us: number } {
  // As the script does: SCANs of COUNT keys until the budget is used or there were enough of them.
  let keys = 0;
  let scans = 0;
  do {
    keys += plan.count;
    scans += 1;
  } while (keys * usPerKey < plan.budgetUs && scans < plan.maxScans);
  const us = keys * usPerKey;
  pacer.report({ serverUs: us, keys, scans, roundTripUs: us });
  return { keys, us };
}

function paced(load: number | null, maxRate?: number): Pacer {
  const pacer = new Pacer(maxRate);
  pacer.observe(load);
  return pacer;
}

describe('load', () => {
  it.each([
    [null, 'busy'],
    [0, 'idle'],
    [49, 'idle'],
    [50, 'light'],
    [499, 'light'],
    [500, 'busy'],
    [1e6, 'busy'],
  ] as const)('%s requests a second of others are %s', (others, load) => {
    expect(paced(others).load).toBe(load);
  });

  it('is taken as busy until it is known', () => {
    expect(new Pacer().load).toBe('busy');
  });
});

describe('plan', () => {
  it('begins with a single key, whatever the load', () => {
    for (const others of [0, 100, null]) {
      expect(paced(others).plan()).toMatchObject({ count: 1, maxScans: 1 });
      expect(paced(others).planSingle()).toMatchObject({ count: 1 });
    }
  });

  it.each([
    [0, 3000],
    [100, 1000],
    [null, 1000],
  ])('with %s requests a second of others may take %d µs', (others, budgetUs) => {
    expect(paced(others).plan().budgetUs).toBe(budgetUs);
  });

  it('grows twofold at most, up to where ten SCANs fill the step', () => {
    const pacer = paced(0);
    const counts = Array.from({ length: 12 }, () => {
      const { count } = pacer.plan();
      step(pacer, 5);
      return count;
    });
    // 3,000 µs ÷ 10 SCANs ÷ 5 µs a key = 60
    expect(counts).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
  });

  it('never asks for more than 200 keys a SCAN, however cheap they are', () => {
    const pacer = paced(0);
    for (let i = 0; i < 50; i++) step(pacer, 0.01);
    expect(pacer.plan().count).toBe(200);
  });

  it('shrinks at once on slow keys, and grows again slowly', () => {
    const pacer = paced(0);
    for (let i = 0; i < 10; i++) step(pacer, 5);
    step(pacer, 1000);
    expect(pacer.plan()).toMatchObject({ count: 1 });
    step(pacer, 5);
    // The mean falls by a fifth a step: 0.8 × 1000 + 0.2 × 5 = 801 µs a key, still no second key.
    expect(pacer.plan().count).toBe(1);
    for (let i = 0; i < 60; i++) step(pacer, 5);
    expect(pacer.plan().count).toBeGreaterThan(54);
  });

  it('shrinks when others come', () => {
    const pacer = paced(0);
    for (let i = 0; i < 10; i++) step(pacer, 5);
    pacer.observe(1000);
    step(pacer, 5);
    // 1,000 µs ÷ 10 ÷ 5
    expect(pacer.plan().count).toBe(20);
  });

  it('bounds a step on a server whose clock stands still inside a script', () => {
    const pacer = paced(null);
    for (let i = 0; i < 20; i++)
      pacer.report({ serverUs: 0, keys: pacer.plan().count, scans: 1, roundTripUs: 5 * pacer.plan().count });
    const { count, maxScans, budgetUs } = pacer.plan();
    expect(count * maxScans * 5).toBeLessThanOrEqual(2 * budgetUs + count * 5);
  });

  it('keeps a steady server within the budget, one SCAN more at most', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 100, null), fc.double({ min: 0.1, max: 90, noNaN: true }), (others, usPerKey) => {
        const pacer = paced(others);
        for (let i = 0; i < 40; i++) {
          const { count, budgetUs } = pacer.plan();
          expect(step(pacer, usPerKey).us).toBeLessThanOrEqual(budgetUs + count * usPerKey);
          // A SCAN is a tenth of the step, or one key.
          expect(count === 1 || count * usPerKey <= budgetUs / 10).toBe(true);
        }
      }),
    );
  });

  it('of a single SCAN fills the budget and stays within it', () => {
    const pacer = paced(null);
    for (let i = 0; i < 20; i++) step(pacer, 5, pacer.planSingle());
    expect(pacer.planSingle().count).toBe(200); // 1,000 µs ÷ 5
  });

  it('asks for whole keys and at least one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 100, null),
        fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double({ min: 0.5, max: 1e5, noNaN: true })),
        fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { maxLength: 30 }),
        (others, maxRate, costs) => {
          const pacer = paced(others, maxRate);
          for (const cost of costs) {
            for (const plan of [pacer.plan(), pacer.planSingle()]) {
              expect(Number.isInteger(plan.count) && plan.count >= 1).toBe(true);
              expect(Number.isInteger(plan.maxScans) && plan.maxScans >= 1).toBe(true);
            }
            step(pacer, cost);
          }
        },
      ),
    );
  });
});

describe('pause', () => {
  const pauseAfter = (others: number | null, us: number, roundTripUs = us) => {
    const pacer = paced(others);
    pacer.report({ serverUs: us, keys: 10, scans: 1, roundTripUs });
    return pacer.pauseMs(0);
  };

  it('is none on an idle server, the step again on a lightly used one, fourteen times the step on a busy one', () => {
    expect(pauseAfter(0, 5000)).toBe(0);
    expect(pauseAfter(100, 1000)).toBe(1);
    expect(pauseAfter(500, 1000)).toBe(14);
    expect(pauseAfter(null, 2500)).toBe(35);
  });

  it('grows when requests wait at the server', () => {
    // A fifth of the wait counts at first: 0.2 × 50 ms = 10 ms, of which four times is waited.
    expect(pauseAfter(100, 1000, 51_000)).toBeCloseTo(40, 6);
    // Under 2 ms of mean wait nothing is added.
    expect(pauseAfter(100, 1000, 10_900)).toBe(1);
    expect(pauseAfter(0, 1000, 51_000)).toBe(0);
  });

  it('is never over a second for that', () => {
    expect(pauseAfter(500, 1000, 60_000_000)).toBe(1000);
  });

  it('takes the round trip for the cost where the server does not say', () => {
    const pacer = paced(null);
    pacer.report({ serverUs: 0, keys: 1, scans: 1, roundTripUs: 2000 });
    expect(pacer.pauseMs(0)).toBe(28);
  });
});

describe('max rate', () => {
  it('waits until the keys so far were due', () => {
    const pacer = paced(0, 1000);
    pacer.report({ serverUs: 100, keys: 50, scans: 1, roundTripUs: 100 });
    expect(pacer.pauseMs(0)).toBe(50);
    expect(pacer.pauseMs(30)).toBe(20);
    expect(pacer.pauseMs(80)).toBe(0);
  });

  it('takes a twentieth of a second at once at most, in one SCAN', () => {
    const pacer = paced(0, 400);
    for (let i = 0; i < 20; i++) pacer.report({ serverUs: 1, keys: 20, scans: 1, roundTripUs: 1 });
    expect(pacer.plan()).toMatchObject({ count: 20, maxScans: 1 });
    expect(pacer.planSingle().count).toBe(20);
  });

  it.each([7, 100, 5000, 100_000])('of %d keys a second is never exceeded', (maxRate) => {
    for (const others of [0, 100, null]) {
      const pacer = paced(others, maxRate);
      let clockMs = 0;
      let keys = 0;
      for (let i = 0; i < 300; i++) {
        const done = step(pacer, 2);
        keys += done.keys;
        clockMs += done.us / 1000;
        clockMs += pacer.pauseMs(clockMs);
        expect(keys / (clockMs / 1000)).toBeLessThanOrEqual(maxRate * (1 + 1e-9));
      }
    }
  });
});
