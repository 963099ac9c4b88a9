import { keyHash } from '../core/domain/access-event.js';
import { MINUTE_MS } from '../core/domain/units.js';
import type { DemoCompany } from './companies.js';

/** The day is lived in steps of 15 minutes; the last is now. */
export const STEPS = 96;
export const STEP_MS = 15 * MINUTE_MS;

/** What one company does in one step, in this order. Keys are without the company's prefix. */
export interface PlannedStep {
  clear: boolean;
  /** Keys that are not in the cache, and are stored once loaded. */
  misses: string[];
  /** Keys that are in the cache by then. */
  hits: string[];
}

const KINDS = ['agent', 'contact', 'session', 'prompt', 'schedule'];

/** Name of a company's nth key. */
export function keyName(n: number): string {
  return `${KINDS[n % KINDS.length]}:${n}`;
}

/**
 * One company's day, step by step: always the same for the same company, with exactly its hits and misses. Chance is a
 * hash of what it is about, so that nothing depends on the order of things.
 */
export function planDay(company: DemoCompany): PlannedStep[] {
  const hits = spread(company.hits);
  const misses = spread(company.misses);
  const clearedAt = clearSteps(company.clears);
  let live = Array.from({ length: company.keys }, (_, n) => keyName(n));
  let cleared: string[] = [];
  let next = company.keys;
  // What was cleared is missed again first, and of that what was used last: so does an application.
  const missing = (): string => cleared.shift() ?? keyName(next++);
  return Array.from({ length: STEPS }, (_, step) => {
    const clear = clearedAt.has(step);
    if (clear) {
      cleared = [...live, ...cleared];
      live = [];
    }
    const missed = Array.from({ length: misses[step] ?? 0 }, missing);
    live.push(...missed);
    const read = Array.from({ length: hits[step] ?? 0 }, (_, n) => {
      // Squared: some keys are read much more often than others.
      const chance = keyHash(`${company.companyId}/${step}/${n}`) / 2 ** 32;
      return live[Math.floor(chance ** 2 * live.length)] as string;
    });
    return { clear, misses: missed, hits: read };
  });
}

/** Bytes of the value of a key: between half and one and a half of the company's mean. */
export function valueBytes(company: DemoCompany, key: string): number {
  return Math.round(company.valueBytes * (0.5 + keyHash(`${company.companyId}/${key}`) / 2 ** 32));
}

/** A day's total over its steps, busier in the middle of the day, without losing one to rounding. */
function spread(total: number): number[] {
  const weights = Array.from({ length: STEPS }, (_, step) => 1.2 - Math.cos((2 * Math.PI * (step + 0.5)) / STEPS));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let weight = 0;
  let given = 0;
  return weights.map((own, step) => {
    weight += own;
    const due = step === STEPS - 1 ? total : Math.round((total * weight) / whole);
    const share = due - given;
    given = due;
    return share;
  });
}

/** Evenly over the day, each in the middle of its share of it. */
function clearSteps(clears: number): Set<number> {
  return new Set(Array.from({ length: clears }, (_, n) => Math.floor(((n + 0.5) * STEPS) / clears)));
}
