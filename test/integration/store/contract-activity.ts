import { expect, it } from 'vitest';
import type { ActivityType } from '../../../src/core/domain/activity.js';
import { DEFAULT_RETENTION } from '../../../src/core/domain/activity.js';
import { at, entry, HOSTILE } from './builders.js';
import type { ContractContext } from './contract.js';

const NOW = at('2026-03-31T12:00:00.000Z');

export function activityContract(context: ContractContext): void {
  const append = (...entries: Parameters<typeof entry>[0][]) => context.store.activity.append(entries.map(entry));
  const reasons = async (filter: Parameters<typeof context.store.activity.list>[0]) =>
    (await context.store.activity.list(filter)).map((e) => e.metadata.reason);

  it('gives back what was appended', async () => {
    const full = entry({
      companyId: HOSTILE,
      key: HOSTILE,
      eventType: 'set',
      timestamp: at('2026-03-01T10:00:00.123Z'),
      details: { ttl: 60, size: 1.5, nested: { 'a.b': [1, null, HOSTILE], $set: { x: 1 } }, empty: {} },
      metadata: { actor: 'ann', reason: HOSTILE },
    });
    await context.store.activity.append([full]);
    await context.store.activity.append([]);
    expect(await context.store.activity.list({ limit: 10 })).toEqual([full]);
    expect(await context.store.activity.list({ companyId: HOSTILE, key: HOSTILE, limit: 10 })).toEqual([full]);
  });

  it('lists the newest first, the last written first within an instant, up to the limit', async () => {
    await append(
      { timestamp: at('2026-03-01T10:00:01Z'), metadata: { reason: 'b1' } },
      { timestamp: at('2026-03-01T10:00:01Z'), metadata: { reason: 'b2' } },
      { timestamp: at('2026-03-01T10:00:00Z'), metadata: { reason: 'a' } },
      { timestamp: at('2026-03-01T10:00:02Z'), metadata: { reason: 'c' } },
    );
    expect(await reasons({ limit: Number.POSITIVE_INFINITY })).toEqual(['c', 'b2', 'b1', 'a']);
    expect(await reasons({ limit: 2 })).toEqual(['c', 'b2']);
    expect(await reasons({ limit: 0 })).toEqual([]);
  });

  it('filters by company, type, time (both ends included) and exact key, together', async () => {
    await append(
      { metadata: { reason: 'clear' } },
      { companyId: 'acme2', metadata: { reason: 'other' } },
      { eventType: 'hit', key: 'company:acme:a', metadata: { reason: 'hit a' } },
      {
        eventType: 'miss',
        key: 'company:acme:ab',
        timestamp: at('2026-03-01T10:00:01Z'),
        metadata: { reason: 'miss' },
      },
    );
    expect(await reasons({ companyId: 'acme', limit: 9 })).toEqual(['miss', 'hit a', 'clear']);
    expect(await reasons({ types: ['hit', 'miss'], limit: 9 })).toEqual(['miss', 'hit a']);
    expect(await reasons({ types: [], limit: 9 })).toEqual([]);
    expect(await reasons({ key: 'company:acme:a', limit: 9 })).toEqual(['hit a']);
    expect(await reasons({ since: at('2026-03-01T10:00:01Z'), limit: 9 })).toEqual(['miss']);
    expect(await reasons({ until: at('2026-03-01T10:00:00Z'), companyId: 'acme', limit: 9 })).toEqual([
      'hit a',
      'clear',
    ]);
    const bounds = { since: at('2026-03-01T10:00:00Z'), until: at('2026-03-01T10:00:00.999Z') };
    expect(await reasons({ ...bounds, companyId: 'acme', types: ['hit', 'miss'], limit: 9 })).toEqual(['hit a']);
    expect(await reasons({ companyId: '$ne', limit: 9 })).toEqual([]);
  });

  it('keeps acts 90 days and access events 7 days, to the millisecond', async () => {
    const cases: [ActivityType, string, boolean][] = [
      ['clear', '2025-12-31T12:00:00.000Z', true],
      ['clear', '2025-12-31T11:59:59.999Z', false],
      ['command', '2025-12-31T12:00:00.000Z', true],
      ['hit', '2026-03-24T12:00:00.000Z', true],
      ['hit', '2026-03-24T11:59:59.999Z', false],
      ['evict', '2026-01-01T00:00:00.000Z', false],
      ['evict', '2025-01-01T00:00:00.000Z', false],
      ['undo', '2026-03-24T11:59:59.999Z', true],
    ];
    await append(...cases.map(([eventType, iso]) => ({ eventType, timestamp: at(iso) })));
    expect(await context.store.activity.prune(NOW, DEFAULT_RETENTION)).toBe(4);
    const left = (await context.store.activity.list({ limit: 99 })).map((e) => [
      e.eventType,
      e.timestamp.toISOString(),
    ]);
    const kept = cases.filter(([, , stays]) => stays).map(([type, iso]) => [type, iso]);
    expect(left.sort()).toEqual(kept.sort());
    expect(await context.store.activity.prune(NOW, DEFAULT_RETENTION)).toBe(0);
  });

  it('keeps 10,000 access events of a company and UTC day, the newest', async () => {
    const day = at('2026-03-30T00:00:00.000Z').getTime();
    const access = (companyId: string, ms: number) =>
      entry({ companyId, eventType: 'hit', timestamp: new Date(day + ms) });
    const busy = Array.from({ length: 10_003 }, (_, i) => access('busy', i));
    const others = [
      ...Array.from({ length: 10 }, (_, i) => access('calm', i)),
      access('busy', -1), // the day before
      access('busy', 24 * 3600 * 1000), // the day after
      entry({ companyId: 'busy', timestamp: new Date(day) }), // an act
    ];
    await context.store.activity.append([...busy, ...others]);
    expect(await context.store.activity.prune(NOW, DEFAULT_RETENTION)).toBe(3);
    const left = await context.store.activity.list({ companyId: 'busy', limit: 20_000 });
    expect(left).toHaveLength(10_003);
    const ofTheDay = left.filter((e) => e.eventType === 'hit' && e.timestamp.getTime() >= day);
    expect(Math.min(...ofTheDay.map((e) => e.timestamp.getTime()))).toBe(day + 3);
    expect(await context.store.activity.list({ companyId: 'calm', limit: 99 })).toHaveLength(10);
    const few = { ...DEFAULT_RETENTION, accessEventsPerDay: 4 };
    expect(await context.store.activity.prune(NOW, few)).toBe(10_000 - 4 + 6);
    const calm = await context.store.activity.list({ companyId: 'calm', limit: 99 });
    expect(calm.map((e) => e.timestamp.getTime() - day)).toEqual([9, 8, 7, 6]);
  });

  it('copies events once, however often, and from several processes', async () => {
    const { activity } = context.store;
    expect(await activity.eventMarks()).toEqual(new Map());
    const access = (n: number, companyId = 'acme') => ({
      streamId: `1772359200000-${n}`,
      entry: entry({
        companyId,
        eventType: 'hit' as const,
        key: HOSTILE,
        details: { size: n, of: HOSTILE },
        timestamp: NOW,
      }),
    });
    const batch = { companyId: 'acme', after: null, upTo: '1772359200000-1', entries: [access(0), access(1)] };
    const beta = { companyId: 'beta', after: null, upTo: '1772359200000-0', entries: [access(0, 'beta')] };
    const other = await context.harness.open();
    const copied = await Promise.all([activity.copyEvents([batch, beta]), other.activity.copyEvents([batch, beta])]);
    expect(copied[0] + copied[1]).toBe(3);
    await activity.copyEvents([batch]);
    const listed = await other.activity.list({ limit: 99 });
    const sorted = (all: object[]) => all.map((one) => JSON.stringify(one)).sort();
    const wanted = [access(0), access(1), access(0, 'beta')].map((one) => one.entry);
    expect(sorted(listed)).toEqual(sorted(wanted));
    expect(await other.activity.eventMarks()).toEqual(
      new Map([
        ['acme', '1772359200000-1'],
        ['beta', '1772359200000-0'],
      ]),
    );
    const next = { companyId: 'acme', after: '1772359200000-1', upTo: '1772359200001-0', entries: [access(2)] };
    expect(await other.activity.copyEvents([next])).toBe(1);
    expect(await activity.list({ companyId: 'acme', limit: 99 })).toHaveLength(3);
    await other.close();
  });
}
