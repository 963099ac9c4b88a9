import { describe, expect, it } from 'vitest';
import { DEMO_COMPANIES } from '../../../src/demo/companies.js';
import { planDay, STEPS, valueBytes } from '../../../src/demo/plan.js';

describe.each(DEMO_COMPANIES)('the day of $companyId ($story)', (company) => {
  const day = planDay(company);

  it('has the hits, misses and clears that it should', () => {
    expect(day).toHaveLength(STEPS);
    expect(day.flatMap((step) => step.hits)).toHaveLength(company.hits);
    expect(day.flatMap((step) => step.misses)).toHaveLength(company.misses);
    expect(day.filter((step) => step.clear)).toHaveLength(company.clears);
  });

  it('reads only what is there, and misses only what is not', () => {
    // The names of a company's first keys are the plan's own matter: what is hit before it is missed was there before.
    const before = new Set<string>();
    const seen = new Set<string>();
    for (const { misses, hits } of day) {
      for (const key of misses) seen.add(key);
      for (const key of hits) if (!seen.has(key)) before.add(key);
    }
    expect(before.size).toBeLessThanOrEqual(company.keys);
    let live = new Set(before);
    for (const step of day) {
      if (step.clear) live = new Set();
      for (const key of step.misses) {
        expect(live.has(key)).toBe(false);
        live.add(key);
      }
      for (const key of step.hits) expect(live.has(key)).toBe(true);
    }
  });

  it('is the same every time, and busier at noon than at its ends', () => {
    expect(planDay(company)).toEqual(day);
    const reads = (from: number, to: number) =>
      day.slice(from, to).reduce((sum, step) => sum + step.hits.length + step.misses.length, 0);
    if (company.hits > 0) expect(reads(36, 60)).toBeGreaterThan(reads(0, 12) + reads(84, 96));
  });

  it('stores values between half and one and a half of their mean', () => {
    const sizes = day.flatMap((step) => step.misses).map((key) => valueBytes(company, key));
    for (const size of sizes) {
      expect(size).toBeGreaterThanOrEqual(Math.floor(company.valueBytes * 0.5));
      expect(size).toBeLessThanOrEqual(Math.ceil(company.valueBytes * 1.5));
    }
    expect(new Set(sizes).size > 1 || sizes.length === 0).toBe(true);
  });
});

it('misses again what was cleared, what was used last first', () => {
  const day = planDay({
    ...(DEMO_COMPANIES[0] as (typeof DEMO_COMPANIES)[0]),
    keys: 3,
    hits: 0,
    misses: 960,
    clears: 2,
  });
  const clears = day.flatMap((step, n) => (step.clear ? [n] : []));
  const between = day.slice(clears[0], clears[1]).flatMap((step) => step.misses);
  const after = day.slice(clears[1]).flatMap((step) => step.misses);
  expect(after.length).toBeGreaterThan(100);
  expect(after.slice(0, 100).every((key) => between.includes(key))).toBe(true);
});

describe('the companies', () => {
  it('have ids and names of their own, and every story is told', () => {
    const names = DEMO_COMPANIES.flatMap((c) => c.companyName ?? []);
    expect(DEMO_COMPANIES).toHaveLength(12);
    expect(new Set(DEMO_COMPANIES.map((c) => c.companyId)).size).toBe(12);
    expect(new Set(names).size).toBe(11);
    expect([...new Set(DEMO_COMPANIES.map((c) => c.story))].sort()).toEqual([
      'empty',
      'healthy',
      'idle',
      'leaking',
      'orphan',
      'over budget',
      'thrashing',
    ]);
  });
});
