import { describe, expect, it } from 'vitest';
import type { IssueState, Severity } from '../../../../../src/core/domain/issue.js';
import {
  pendingChanges,
  settlementOf,
  type ToldState,
  type Wanted,
} from '../../../../../src/core/domain/notify/change.js';

const time = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const ALL: Wanted = { minSeverity: 'warning', companies: null, codes: null };
const issue = (
  severity: Severity,
  resolvedMinute: number | null = null,
  companyId: string | null = 'a',
): IssueState => ({
  companyId,
  code: 'X',
  severity,
  firstSeen: time(0),
  lastSeen: time(1),
  resolvedAt: resolvedMinute === null ? null : time(resolvedMinute),
  notifiedAt: null,
});
const pending = (
  state: IssueState,
  believed: Severity | null | undefined,
  { wanted = ALL, quietMinutes = 0 }: { wanted?: Wanted; quietMinutes?: number } = {},
) => {
  const told: ToldState[] =
    believed === undefined ? [] : [{ companyId: state.companyId, code: 'X', severity: believed, toldAt: time(1) }];
  const { tell, settle } = pendingChanges([state], told, wanted, { now: time(30), quietMs: quietMinutes * 60_000 });
  return { tell: tell.map(({ kind }) => kind), settle: settle.length };
};

describe('pendingChanges', () => {
  it.each<[string, Severity, number | null, Severity | null | undefined, string[], number]>([
    ['never told of', 'warning', null, undefined, ['new'], 0],
    ['told that it was over', 'warning', null, null, ['new'], 0],
    ['told of as it is', 'warning', null, 'warning', [], 0],
    ['worse than was told', 'critical', null, 'warning', ['worse'], 0],
    ['better than was told', 'warning', null, 'critical', [], 1],
    ['over, and told of', 'critical', 10, 'warning', ['resolved'], 0],
    ['over, and never told of', 'critical', 10, undefined, [], 0],
    ['over, as was told', 'critical', 10, null, [], 0],
  ])('%s', (_, severity, resolved, believed, tell, settle) => {
    expect(pending(issue(severity, resolved), believed)).toEqual({ tell, settle });
  });

  it('holds an end back for the quiet time, to the millisecond', () => {
    expect(pending(issue('warning', 10), 'warning', { quietMinutes: 20 }).tell).toEqual(['resolved']);
    expect(pending(issue('warning', 11), 'warning', { quietMinutes: 20 }).tell).toEqual([]);
    expect(pending(issue('warning'), null, { quietMinutes: 20 }).tell).toEqual(['new']);
  });

  it('only what is wanted: severity for what is wrong, companies and codes for all', () => {
    const critical = { wanted: { ...ALL, minSeverity: 'critical' as const } };
    expect(pending(issue('warning'), undefined, critical).tell).toEqual([]);
    expect(pending(issue('critical'), undefined, critical).tell).toEqual(['new']);
    expect(pending(issue('warning', 10), 'critical', critical).tell).toEqual(['resolved']);
    const ofB = { wanted: { ...ALL, companies: new Set(['b']) } };
    expect(pending(issue('critical'), undefined, ofB).tell).toEqual([]);
    expect(pending(issue('critical', 10), 'critical', ofB).tell).toEqual([]);
    expect(pending(issue('critical', null, 'b'), undefined, ofB).tell).toEqual(['new']);
    expect(pending(issue('critical', null, null), undefined, ofB).tell).toEqual([]);
    const codes = (code: string) => ({ wanted: { ...ALL, codes: new Set([code]) } });
    expect(pending(issue('critical'), undefined, codes('Y')).tell).toEqual([]);
    expect(pending(issue('critical', null, null), undefined, codes('X')).tell).toEqual(['new']);
  });

  it('what a target has been told: the severity now, or that it is over', () => {
    const change = { believed: 'warning' as const, issue: issue('critical') };
    expect(settlementOf({ ...change, kind: 'worse' })).toEqual({ companyId: 'a', code: 'X', severity: 'critical' });
    expect(settlementOf({ ...change, kind: 'resolved' })).toEqual({ companyId: 'a', code: 'X', severity: null });
  });

  it('an end that a clock years ahead noted is told', () => {
    expect(pending(issue('warning', 5_000_000), 'warning')).toEqual({ tell: ['resolved'], settle: 0 });
    expect(pending(issue('warning', 60), 'warning')).toEqual({ tell: [], settle: 0 });
  });
});
