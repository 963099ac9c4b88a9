import { expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../src/core/domain/activity.js';
import type { IssueKey, IssueState, SeenIssue } from '../../../src/core/domain/issue.js';
import { at, HOSTILE } from './builders.js';
import type { ContractContext } from './contract.js';

const T1 = at('2026-03-01T10:00:00.000Z');
const T2 = at('2026-03-01T11:00:00.001Z');
const T3 = at('2026-03-01T12:00:00.000Z');

const issue = (companyId: string | null, code: string, severity: SeenIssue['severity'] = 'warning'): SeenIssue => ({
  companyId,
  code,
  severity,
});
const state = (seen: SeenIssue, firstSeen: Date, change: Partial<IssueState> = {}): IssueState => ({
  ...seen,
  firstSeen,
  lastSeen: firstSeen,
  resolvedAt: null,
  notifiedAt: null,
  ...change,
});
const everything = () => true;

export function issueContract(context: ContractContext): void {
  it('has none, then since when each is there, whatever the ids: the platform is no company', async () => {
    const { issues } = context.store;
    expect(await issues.list()).toEqual([]);
    const seen = [issue('b', 'X'), issue('', 'X'), issue(null, 'X', 'critical'), issue('a', 'Z'), issue('a', 'Y')];
    const hostile = issue(HOSTILE, HOSTILE);
    const recorded = await issues.record({ seen: [...seen, hostile], examined: everything, at: T1 });
    const expected = [
      state(issue(null, 'X', 'critical'), T1),
      state(issue('', 'X'), T1),
      state(hostile, T1),
      state(issue('a', 'Y'), T1),
      state(issue('a', 'Z'), T1),
      state(issue('b', 'X'), T1),
    ];
    expect(recorded).toEqual(expected);
    const other = await context.harness.open();
    expect(await other.issues.list({ open: true })).toEqual(expected);
    await other.close();
  });

  it('goes on, gets worse, ends where it was looked for, and begins anew', async () => {
    const { issues } = context.store;
    await issues.record({ seen: [issue('a', 'X'), issue('b', 'X'), issue('c', 'X')], examined: everything, at: T1 });
    await issues.markNotified([issue('a', 'X'), issue('b', 'X')], T1);
    const examined = ({ companyId }: IssueKey) => companyId !== 'c';
    const recorded = await issues.record({ seen: [issue('a', 'X', 'critical')], examined, at: T2 });
    expect(recorded).toEqual([state(issue('a', 'X', 'critical'), T1, { lastSeen: T2 })]);
    expect(await issues.list()).toEqual([
      ...recorded,
      state(issue('b', 'X'), T1, { resolvedAt: T2, notifiedAt: T1 }),
      state(issue('c', 'X'), T1),
    ]);
    expect((await issues.list({ open: true })).map((s) => s.companyId)).toEqual(['a', 'c']);
    expect(await issues.record({ seen: [issue('b', 'X')], examined, at: T3 })).toEqual([state(issue('b', 'X'), T3)]);
  });

  it('notes when somebody was told of what is open', async () => {
    const { issues } = context.store;
    await issues.record({ seen: [issue('a', 'X'), issue('b', 'X'), issue('c', 'X')], examined: everything, at: T1 });
    await issues.record({ seen: [issue('a', 'X'), issue('b', 'X')], examined: everything, at: T2 });
    await issues.markNotified([issue('a', 'X'), issue('c', 'X'), issue('none', 'X')], T3);
    expect((await issues.list()).map((s) => [s.companyId, s.notifiedAt])).toEqual([
      ['a', T3],
      ['b', null],
      ['c', null],
    ]);
  });

  it('keeps the oldest beginning and the newest sighting of several processes at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => context.harness.open()));
    const seen = Array.from({ length: 20 }, (_, i) => issue(`c${String(i).padStart(2, '0')}`, 'X'));
    const looks = stores.flatMap((store, s) =>
      [0, 1, 2].map((n) =>
        store.issues.record({ seen, examined: everything, at: new Date(T1.getTime() + s * 10 + n) }),
      ),
    );
    await Promise.all(looks);
    await Promise.all(stores.map((store) => store.close()));
    const lastSeen = new Date(T1.getTime() + 32);
    expect(await context.store.issues.list()).toEqual(seen.map((one) => state(one, T1, { lastSeen })));
  });

  it('forgets what was resolved 90 days ago, to the millisecond, and nothing open', async () => {
    const { issues } = context.store;
    const edge = at('2025-12-01T12:00:00.000Z'); // 90 days before the first of March
    const older = new Date(edge.getTime() - 1);
    await issues.record({ seen: [issue('a', 'X'), issue('b', 'X'), issue('c', 'X')], examined: everything, at: T0 });
    await issues.record({ seen: [issue('b', 'X'), issue('c', 'X')], examined: everything, at: older });
    await issues.record({ seen: [issue('c', 'X')], examined: everything, at: edge });
    expect(await issues.prune(at('2026-03-01T12:00:00.000Z'), DEFAULT_RETENTION)).toBe(1);
    expect((await issues.list()).map((s) => s.companyId)).toEqual(['b', 'c']);
  });

  it('refuses damaged states, and overwrites none', async () => {
    const { issues } = context.store;
    await issues.record({ seen: [issue('a', 'X')], examined: everything, at: T1 });
    await context.harness.damageIssues();
    const damaged = { code: 'RCM_STORE_DAMAGED', message: expect.stringContaining('severity') };
    await expect(issues.list()).rejects.toMatchObject(damaged);
    await expect(issues.record({ seen: [], examined: everything, at: T2 })).rejects.toMatchObject(damaged);
    await expect(issues.list()).rejects.toMatchObject(damaged);
  });
}

const T0 = at('2025-01-01T00:00:00.000Z');
