import { expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../src/core/domain/activity.js';
import { type CounterHour, PLATFORM_ID } from '../../../src/core/domain/counter-hours.js';
import { COUNTER_NAMES, type Counters } from '../../../src/core/domain/counters.js';
import { at, HOSTILE } from './builders.js';
import type { ContractContext } from './contract.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T = at('2026-03-01T10:00:00.000Z').getTime();
const ALL = Object.fromEntries(COUNTER_NAMES.map((name, i) => [name, i * 1000 + 1])) as Counters;
const END = T + 1000 * DAY;

const hour = (companyId: string, hourMs: number, counters: Counters, mark: number | null = 1): CounterHour => ({
  companyId,
  hourMs,
  counters,
  mark,
});
const span = (fromMs: number, counters: Counters, ms = HOUR) => ({ fromMs, toMs: fromMs + ms, counters });

export function counterHourContract(context: ContractContext): void {
  it('gives back what was put, of every counter, and knows what was not counted', async () => {
    const { counterHours } = context.store;
    expect(await counterHours.oldest()).toBeNull();
    expect(await counterHours.range('acme', 0, END)).toEqual([]);
    await counterHours.put([
      hour('acme', T, ALL, 1_772_000_000_123),
      hour(HOSTILE, T, { hit: 0, bytes: 9_007_199_254_740_991 }, null),
      hour('acme', T + HOUR, { miss: 3 }, 7),
      hour('silent', T, {}),
    ]);
    const other = await context.harness.open();
    expect(await other.counterHours.range('acme', T, END)).toEqual([span(T, ALL), span(T + HOUR, { miss: 3 })]);
    expect(await other.counterHours.range(HOSTILE, T, T + 1)).toEqual([
      span(T, { hit: 0, bytes: 9_007_199_254_740_991 }),
    ]);
    expect(await other.counterHours.range('silent', 0, END)).toEqual([]);
    expect(await other.counterHours.oldest()).toBe(T);
    const marks = await other.counterHours.marks(T);
    expect(marks.get('acme')).toEqual(
      new Map([
        [T, 1_772_000_000_123],
        [T + HOUR, 7],
      ]),
    );
    expect((await other.counterHours.marks(T + HOUR)).get('acme')).toEqual(new Map([[T + HOUR, 7]]));
    expect(marks.has(PLATFORM_ID)).toBe(false);
    await other.close();
  });

  it('takes whole hours of a range: its start included, its end not', async () => {
    const { counterHours } = context.store;
    await counterHours.put([0, 1, 2].map((n) => hour('acme', T + n * HOUR, { hit: n + 1 })));
    const hits = async (from: number, to: number) =>
      (await counterHours.range('acme', from, to)).map(({ counters }) => counters.hit);
    expect(await hits(T, T + 2 * HOUR)).toEqual([1, 2]);
    expect(await hits(T + 1, T + 2 * HOUR + 1)).toEqual([2, 3]);
    expect(await hits(T + 3 * HOUR, END)).toEqual([]);
  });

  it('put twice changes nothing; what became more is more, what became less is not', async () => {
    const { counterHours } = context.store;
    const first = [hour('acme', T, { hit: 10, miss: 5 }), hour('beta', T, { hit: 1 })];
    await counterHours.put(first);
    await counterHours.put(first);
    expect(await counterHours.range('acme', T, END)).toEqual([span(T, { hit: 10, miss: 5 })]);
    await counterHours.put([hour('acme', T, { hit: 12, miss: 1, set: 4 }, 2)]);
    expect(await counterHours.range('acme', T, END)).toEqual([span(T, { hit: 12, miss: 5, set: 4 })]);
    expect((await counterHours.marks(T)).get('acme')?.get(T)).toBe(2);
    expect(await counterHours.range(PLATFORM_ID, T, END)).toEqual([span(T, { hit: 13, miss: 5, set: 4 })]);
  });

  it('adds up every company, and the platform beside them', async () => {
    const { counterHours } = context.store;
    await counterHours.put([hour('acme', T, { hit: 1, b7: 4 }), hour('beta', T + HOUR, { hit: 10 })]);
    await counterHours.put([hour('acme', T + HOUR, { hit: 100, miss: 2 }), hour('beta', T + 2 * HOUR, { hit: 1000 })]);
    expect(await counterHours.sums(T, T + 2 * HOUR)).toEqual(
      new Map([
        ['acme', { counters: { hit: 101, miss: 2, b7: 4 }, firstMs: T }],
        ['beta', { counters: { hit: 10 }, firstMs: T + HOUR }],
      ]),
    );
    expect(await counterHours.range(PLATFORM_ID, T, END)).toEqual([
      span(T, { hit: 1, b7: 4 }),
      span(T + HOUR, { hit: 110, miss: 2 }),
      span(T + 2 * HOUR, { hit: 1000 }),
    ]);
  });

  it('merges hours older than 35 days to UTC days, and days older than 400 go; twice is once', async () => {
    const { counterHours } = context.store;
    const day = at('2026-03-01T00:00:00.000Z').getTime();
    const hours = [-1, 0, 1, 23, 24].map((n, i) => hour('acme', day + n * HOUR, { hit: 10 ** i, b0: 1 }));
    await counterHours.put([...hours, hour('beta', day + 5 * HOUR, { miss: 7 })]);
    const now = new Date(day + 36 * DAY + 5 * HOUR); // 1 March is whole 35 days old, 2 March is not
    await counterHours.prune(now, DEFAULT_RETENTION);
    const merged = [
      span(day - DAY, { hit: 1, b0: 1 }, DAY),
      span(day, { hit: 1110, b0: 3 }, DAY),
      span(day + DAY, { hit: 10_000, b0: 1 }),
    ];
    expect(await counterHours.range('acme', day - DAY, END)).toEqual(merged);
    expect(await counterHours.prune(now, DEFAULT_RETENTION)).toBe(0);
    expect(await counterHours.range('acme', day - DAY, END)).toEqual(merged);
    expect(await counterHours.range(PLATFORM_ID, day, day + DAY)).toEqual([
      span(day, { hit: 1110, miss: 7, b0: 3 }, DAY),
    ]);
    expect((await counterHours.sums(day - DAY, END)).get('acme')).toEqual({
      counters: { hit: 11_111, b0: 5 },
      firstMs: day - DAY,
    });
    expect(await counterHours.oldest()).toBe(day - DAY);
    await counterHours.prune(new Date(day + 400 * DAY), DEFAULT_RETENTION);
    expect((await counterHours.range('acme', 0, END)).map(({ fromMs }) => fromMs)).toEqual([day, day + DAY]);
  });

  it('counts a day once whose hours come again after it was merged: the clock was moved', async () => {
    const { counterHours } = context.store;
    const day = at('2026-03-01T00:00:00.000Z').getTime();
    const put = (...ns: number[]) => counterHours.put(ns.map((n) => hour('acme', day + n * HOUR, { hit: 10 + n })));
    await put(0, 1);
    await counterHours.prune(new Date(day + 50 * DAY), DEFAULT_RETENTION); // much too early
    expect(await counterHours.range('acme', day, END)).toEqual([span(day, { hit: 21 }, DAY)]);
    await put(0, 1, 2, 3); // Redis holds them all
    const once = { hit: 10 + 11 + 12 + 13 };
    expect(await counterHours.range('acme', day, END)).toEqual([span(day, once, DAY)]);
    expect((await counterHours.sums(day, END)).get('acme')?.counters).toEqual(once);
    await counterHours.prune(new Date(day + 50 * DAY), DEFAULT_RETENTION);
    expect(await counterHours.range('acme', day, END)).toEqual([span(day, once, DAY)]);
  });

  it('takes two days of 300 companies in one call', async () => {
    const { counterHours } = context.store;
    const hours = Array.from({ length: 300 * 48 }, (_, i) =>
      hour(`company ${i % 300}`, T + Math.floor(i / 300) * HOUR, { hit: 1, hitUs: 300 }),
    );
    await counterHours.put(hours);
    expect((await counterHours.marks(T)).size).toBe(300);
    const platform = await counterHours.range(PLATFORM_ID, T, END);
    expect(platform).toHaveLength(48);
    expect(platform.every(({ counters }) => counters.hit === 300 && counters.hitUs === 90_000)).toBe(true);
  });
}
