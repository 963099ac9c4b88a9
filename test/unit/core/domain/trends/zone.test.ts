import { describe, expect, it } from 'vitest';
import { stepAt, stepsBefore, stepsBetween } from '../../../../../src/core/domain/trends/steps.js';
import { type Zone, zoneOf } from '../../../../../src/core/domain/trends/zone.js';

const HOUR = 3_600_000;
const ms = (text: string) => Date.parse(text);
const iso = (at: number) => new Date(at).toISOString().slice(0, 16);
const zone = (name: string) => zoneOf(name) as Zone;
const days = (name: string, from: string, to: string) => stepsBetween(ms(from), ms(to), '1d', zone(name));

describe('days of a zone', () => {
  it('of 23 and 25 hours where the clock is changed', () => {
    const spring = days('Europe/Berlin', '2026-03-28T12:00Z', '2026-03-30T12:00Z');
    expect(spring.map(({ fromMs }) => iso(fromMs))).toEqual([
      '2026-03-27T23:00',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
    ]);
    expect(spring.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR)).toEqual([24, 23, 24]);
    const autumn = days('America/New_York', '2026-10-31T12:00Z', '2026-11-02T12:00Z');
    expect(autumn.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR)).toEqual([24, 25, 24]);
    expect(iso(autumn[1]?.fromMs ?? 0)).toBe('2026-11-01T04:00');
  });

  it('that have no midnight begin with their first moment', () => {
    // Beirut went from 00:00 to 01:00 on 27 March 2022 (summer time from UTC+2 to UTC+3).
    const [first, second] = days('Asia/Beirut', '2022-03-26T12:00Z', '2022-03-27T12:00Z');
    expect([iso(first?.fromMs ?? 0), iso(second?.fromMs ?? 0)]).toEqual(['2022-03-25T22:00', '2022-03-26T22:00']);
    expect(((second?.toMs ?? 0) - (second?.fromMs ?? 0)) / HOUR).toBe(23);
    expect(zone('Asia/Beirut').local(second?.fromMs ?? 0)).toBe('2022-03-27T01:00');
  });

  it('at the ends of the world, and of half and quarter hours', () => {
    expect(iso(zone('Pacific/Kiritimati').startOfDay(ms('2026-03-01T09:59Z')))).toBe('2026-02-28T10:00');
    expect(iso(zone('Pacific/Kiritimati').startOfDay(ms('2026-03-01T10:00Z')))).toBe('2026-03-01T10:00');
    expect(iso(zone('Pacific/Pago_Pago').startOfDay(ms('2026-03-01T10:59Z')))).toBe('2026-02-28T11:00');
    expect(iso(zone('Asia/Kolkata').startOfHour(ms('2026-03-01T10:29:59.999Z')))).toBe('2026-03-01T09:30');
    expect(iso(zone('Asia/Kathmandu').startOfHour(ms('2026-03-01T10:15Z')))).toBe('2026-03-01T10:15');
    expect(zone('Asia/Kathmandu').startOfHour(ms('2026-03-01T10:20:00.500Z'))).toBe(ms('2026-03-01T10:15Z'));
  });

  it('follow each other without a gap for a year, each 22 to 26 hours', () => {
    for (const name of ['UTC', 'America/Sao_Paulo', 'Australia/Lord_Howe']) {
      const all = days(name, '2018-01-01T12:00Z', '2019-01-01T12:00Z');
      expect(all).toHaveLength(366);
      for (const [i, { fromMs, toMs }] of all.entries()) {
        expect(toMs).toBe(all[i + 1]?.fromMs ?? toMs);
        expect((toMs - fromMs) / HOUR).toBeGreaterThanOrEqual(22);
        expect((toMs - fromMs) / HOUR).toBeLessThanOrEqual(26);
        expect(zone(name).local(fromMs).slice(0, 10)).not.toBe(
          zone(name)
            .local(fromMs - 1)
            .slice(0, 10),
        );
      }
    }
  });

  it('are found by a time, and have as many before them', () => {
    const all = days('Europe/Berlin', '2026-03-28T12:00Z', '2026-03-30T12:00Z');
    expect(stepAt(all, ms('2026-03-28T22:59Z'))).toBe(0);
    expect(stepAt(all, ms('2026-03-28T23:00Z'))).toBe(1);
    expect(stepAt(all, ms('2026-03-30T22:00Z'))).toBe(-1);
    expect(stepAt(all, 0)).toBe(-1);
    const before = stepsBefore(all, '1d', zone('Europe/Berlin'));
    expect(before.map(({ fromMs }) => iso(fromMs))).toEqual([
      '2026-03-24T23:00',
      '2026-03-25T23:00',
      '2026-03-26T23:00',
    ]);
    expect(before.at(-1)?.toMs).toBe(all[0]?.fromMs);
  });

  it('of no zone: none', () => {
    for (const name of ['', 'Europe/Nowhere', '+02:00', 'no such', "UTC'"]) expect(zoneOf(name)).toBeNull();
  });
});
