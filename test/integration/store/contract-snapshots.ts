import { expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../src/core/domain/activity.js';
import type { CompanySnapshot, Snapshot } from '../../../src/core/domain/snapshot.js';
import { at, companyRow, HOSTILE, platformRow, snapshot, unknownRow } from './builders.js';
import type { ContractContext } from './contract.js';

const T1 = at('2026-03-01T10:00:00.000Z');
const T2 = at('2026-03-01T11:00:00.000Z');
const T3 = at('2026-03-01T12:00:00.000Z');

const byId = (a: CompanySnapshot, b: CompanySnapshot) => (a.companyId < b.companyId ? -1 : 1);
const sorted = (s: Snapshot | null) => s && { ...s, companies: [...s.companies].sort(byId) };

export function snapshotContract(context: ContractContext): void {
  it('has none, then gives back what was inserted, unknown as unknown', async () => {
    expect(await context.store.snapshots.latest()).toBeNull();
    const companies = [
      companyRow('acme', T1),
      companyRow('zero', T1, { cacheBytes: 0, keys: 0, hits: 0, misses: 0, score: 0, orphan: true, companyName: '' }),
      unknownRow(HOSTILE, T1),
      companyRow('large', T1, { storageBytes: 9_007_199_254_740_991, recordingBytes: 1e20, redisCost: 1e-7 }),
    ];
    const platform = platformRow(T1, { warnings: ['one', HOSTILE], companySource: 'keys', redisUsedMemoryBytes: null });
    await context.store.snapshots.insert({ platform, companies });
    const other = await context.harness.open();
    expect(sorted(await other.snapshots.latest())).toEqual({ platform, companies: [...companies].sort(byId) });
    await other.close();
    expect(await context.store.snapshots.companyRange(HOSTILE, T1, T1)).toEqual([unknownRow(HOSTILE, T1)]);
  });

  it('gives the newest taken at or before a time, in whatever order they were written', async () => {
    for (const t of [T2, T1, T3]) await context.store.snapshots.insert(snapshot(t, ['acme']));
    const latest = async (t?: Date) => (await context.store.snapshots.latest(t))?.platform.takenAt;
    expect(await latest()).toEqual(T3);
    expect(await latest(T2)).toEqual(T2);
    const { snapshots } = context.store;
    expect(await snapshots.latestPlatform()).toEqual(platformRow(T3));
    expect(await snapshots.latestPlatform(new Date(T3.getTime() - 1))).toEqual(platformRow(T2));
    expect(await snapshots.latestPlatform(new Date(T1.getTime() - 1))).toBeNull();
    expect(await latest(new Date(T3.getTime() - 1))).toEqual(T2);
    expect(await latest(new Date(T1.getTime() - 1))).toBeUndefined();
  });

  it('reads ranges with both ends included, oldest first', async () => {
    for (const t of [T3, T1, T2])
      await context.store.snapshots.insert(snapshot(t, ['acme', 'beta'], { totalCost: t.getTime() }));
    const { snapshots } = context.store;
    expect((await snapshots.platformRange(T1, T2)).map((p) => p.takenAt)).toEqual([T1, T2]);
    expect(await snapshots.companyRange('acme', T2, T3)).toEqual([companyRow('acme', T2), companyRow('acme', T3)]);
    expect(await snapshots.companyRange('none', T1, T3)).toEqual([]);
    expect(await snapshots.platformRange(T3, T1)).toEqual([]);
  });

  it('does not mix a company that was renamed', async () => {
    const rename = (t: Date, companyName: string | null): Snapshot => ({
      platform: platformRow(t),
      companies: [companyRow('acme', t, { companyName })],
    });
    await context.store.snapshots.insert(rename(T1, 'Old'));
    await context.store.snapshots.insert(rename(T2, null));
    await context.store.snapshots.insert(rename(T3, ''));
    const names = (await context.store.snapshots.companyRange('acme', T1, T3)).map((row) => row.companyName);
    expect(names).toEqual(['Old', null, '']);
  });

  it('does not count an interrupted snapshot', async () => {
    await context.store.snapshots.insert(snapshot(T1, ['acme']));
    await context.harness.interruptSnapshot([companyRow('acme', T2), companyRow('beta', T2)]);
    const { snapshots } = context.store;
    expect((await snapshots.latest())?.platform.takenAt).toEqual(T1);
    expect(await snapshots.companyRange('acme', T1, T3)).toEqual([companyRow('acme', T1)]);
    expect(await snapshots.platformRange(T1, T3)).toHaveLength(1);
    await snapshots.insert(snapshot(T2, ['gamma']));
    expect((await snapshots.latest())?.companies.map((c) => c.companyId)).toEqual(['gamma']);
  });

  it('keeps two snapshots of the same instant apart', async () => {
    const other = await context.harness.open();
    await Promise.all([
      context.store.snapshots.insert(snapshot(T1, ['acme', 'beta'])),
      other.snapshots.insert(snapshot(T1, ['acme', 'beta'])),
    ]);
    await other.close();
    expect((await context.store.snapshots.latest())?.companies).toHaveLength(2);
    expect(await context.store.snapshots.platformRange(T1, T1)).toHaveLength(2);
    expect(await context.store.snapshots.companyRange('acme', T1, T1)).toHaveLength(2);
  });

  it('prunes what is older than 400 days, to the millisecond, and counts the rows', async () => {
    const now = at('2026-03-01T12:00:00.000Z');
    const edge = at('2025-01-25T12:00:00.000Z'); // 400 days earlier
    const older = new Date(edge.getTime() - 1);
    await context.store.snapshots.insert(snapshot(edge, ['acme']));
    await context.store.snapshots.insert(snapshot(older, ['acme', 'beta']));
    expect(await context.store.snapshots.prune(now, DEFAULT_RETENTION)).toEqual({ rows: 3, snapshots: 1, left: 0 });
    expect(await context.store.snapshots.platformRange(older, now)).toEqual([platformRow(edge)]);
    expect(await context.store.snapshots.companyRange('beta', older, now)).toEqual([]);
    expect(await context.store.snapshots.prune(now, DEFAULT_RETENTION)).toEqual({ rows: 0, snapshots: 0, left: 0 });
  });

  it('keeps all for 48 hours, then the last of each hour, after 35 days of each day; in portions, the newest never goes', async () => {
    const now = at('2026-03-31T12:30:00.000Z');
    const kept = [
      '2026-02-10T23:59:59.999Z', // the last of its day, the only one of 11 February, …
      '2026-02-11T00:00:00.000Z',
      '2026-02-24T12:29:59.999Z', // the last of the day that is over 35 days old
      '2026-02-24T12:30:00.000Z', // and the last of its hour that is not
      '2026-03-28T10:59:59.999Z',
      '2026-03-28T11:00:00.000Z',
      '2026-03-29T12:30:00.000Z', // 48 hours
      '2026-03-29T12:31:00.000Z',
      '2026-03-31T12:29:00.000Z',
      '2026-03-31T12:30:00.000Z',
    ].map(at);
    const gone = [
      '2026-02-10T00:00:00.000Z',
      '2026-02-10T22:00:00.000Z',
      '2026-02-24T11:00:00.000Z',
      '2026-03-28T10:00:00.000Z',
      '2026-03-28T10:30:00.000Z',
    ].map(at);
    for (const t of [...gone, ...kept]) await context.store.snapshots.insert(snapshot(t, ['acme', 'beta']));
    const { snapshots } = context.store;
    const left = async () => (await snapshots.platformRange(new Date(0), now)).map((row) => row.takenAt);
    expect(await snapshots.prune(now, DEFAULT_RETENTION, 2)).toEqual({ rows: 6, snapshots: 2, left: 3 });
    expect((await left()).length).toBe(13);
    expect(await snapshots.prune(now, DEFAULT_RETENTION)).toEqual({ rows: 9, snapshots: 3, left: 0 });
    expect(await left()).toEqual(kept);
    expect(await snapshots.prune(now, DEFAULT_RETENTION)).toEqual({ rows: 0, snapshots: 0, left: 0 });
    expect(await snapshots.companyRange('beta', new Date(0), now)).toHaveLength(kept.length);
  });

  it('adds up the companies of the snapshots that are named', async () => {
    const rows = (t: Date, scores: (number | null)[]): Snapshot => ({
      platform: platformRow(t),
      companies: scores.map((score, i) => companyRow(`c${i}`, t, { keys: 10 ** i, score })),
    });
    await context.store.snapshots.insert(rows(T1, [80, null, 50]));
    await context.store.snapshots.insert(rows(T2, [null]));
    await context.store.snapshots.insert(rows(T3, [1, 2]));
    expect(await context.store.snapshots.totals([T2, T1])).toEqual([
      { takenAt: T1, keys: 111, meanScore: 65 },
      { takenAt: T2, keys: 1, meanScore: null },
    ]);
    expect(await context.store.snapshots.totals([])).toEqual([]);
  });

  it('takes a platform of 10,000 companies in one call, and of none', async () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `company ${i}`);
    await context.store.snapshots.insert(snapshot(T1, ids));
    expect((await context.store.snapshots.latest())?.companies).toHaveLength(10_000);
    await context.store.snapshots.insert(snapshot(T2, []));
    expect(await context.store.snapshots.latest()).toEqual({ platform: platformRow(T2), companies: [] });
  });

  it('refuses damaged rows, naming what is wrong', async () => {
    await context.store.snapshots.insert(snapshot(T1, ['acme']));
    await context.harness.damageSnapshots();
    const damaged = { code: 'RCM_STORE_DAMAGED', message: expect.stringContaining('cacheBytes') };
    await expect(context.store.snapshots.latest()).rejects.toMatchObject(damaged);
    await expect(context.store.snapshots.companyRange('acme', T1, T1)).rejects.toMatchObject(damaged);
  });
}
