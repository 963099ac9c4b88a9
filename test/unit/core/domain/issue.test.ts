import { describe, expect, it } from 'vitest';
import { type IssueState, issueChanges, issueId, type SeenIssue } from '../../../../src/core/domain/issue.js';

const time = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const seen = (companyId: string | null, severity: SeenIssue['severity'] = 'warning'): SeenIssue => ({
  companyId,
  code: 'X',
  severity,
});
const open = (companyId: string | null, change: Partial<IssueState> = {}): IssueState => ({
  companyId,
  code: 'X',
  severity: 'warning',
  firstSeen: time(0),
  lastSeen: time(10),
  resolvedAt: null,
  notifiedAt: null,
  ...change,
});
const look = (stored: IssueState[], found: SeenIssue[], minute: number, examined = true) =>
  issueChanges(stored, { seen: found, examined: () => examined, at: time(minute) });

describe('issueChanges', () => {
  it('begins with the first sighting, once, at the worse of two severities', () => {
    expect(look([], [seen('a'), seen('a', 'critical'), seen(null)], 5)).toEqual([
      open('a', { severity: 'critical', firstSeen: time(5), lastSeen: time(5) }),
      open(null, { firstSeen: time(5), lastSeen: time(5) }),
    ]);
  });

  it('goes on; who was told of a warning is told again when it turns critical, not when it gets better', () => {
    const told = open('a', { notifiedAt: time(3) });
    expect(look([told], [seen('a')], 11)).toEqual([{ ...told, lastSeen: time(11) }]);
    const worse = { ...told, severity: 'critical' as const, lastSeen: time(11), notifiedAt: null };
    expect(look([told], [seen('a', 'critical')], 11)).toEqual([worse]);
    const better = look([{ ...worse, notifiedAt: time(11) }], [seen('a')], 12);
    expect(better).toEqual([{ ...told, lastSeen: time(12), notifiedAt: time(11) }]);
  });

  it('ends only what was examined', () => {
    expect(look([open('a')], [], 11)).toEqual([open('a', { resolvedAt: time(11) })]);
    expect(look([open('a')], [], 11, false)).toEqual([]);
    expect(look([open('a', { resolvedAt: time(10) })], [], 11)).toEqual([]);
  });

  it('moves nothing backwards when somebody looked since', () => {
    expect(look([open('a')], [], 10)).toEqual([]);
    expect(look([open('a')], [seen('a', 'critical')], 9)).toEqual([]);
    expect(look([open('a')], [seen('a')], 10)).toEqual([]);
    const over = open('a', { resolvedAt: time(20) });
    expect(look([over], [seen('a')], 20)).toEqual([]);
    const again = { firstSeen: time(21), lastSeen: time(21) };
    expect(look([{ ...over, notifiedAt: time(5) }], [seen('a')], 21)).toEqual([open('a', again)]);
    expect(look([open('a')], [seen('a')], -5)).toEqual([open('a', { firstSeen: time(-5) })]);
  });

  it('tells the platform from a company of any name', () => {
    const ids = [null, 'null', '', '"', 'a","X'].map((companyId) => issueId({ companyId, code: 'X' }));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('what a clock years ahead noted holds nothing up: it gets worse, ends and begins again', () => {
    const ahead = { firstSeen: time(0), lastSeen: time(5_000_000) };
    const just = new Date(time(20).getTime() - 1);
    expect(look([open('a', ahead)], [seen('a', 'critical')], 20)).toMatchObject([
      { severity: 'critical', firstSeen: time(0), lastSeen: time(20), resolvedAt: null },
    ]);
    expect(look([open('a', ahead)], [], 20)).toMatchObject([{ lastSeen: just, resolvedAt: time(20) }]);
    const over = open('a', { ...ahead, resolvedAt: time(5_000_001) });
    expect(look([over], [seen('a')], 20)).toMatchObject([{ firstSeen: time(20), resolvedAt: null }]);
    // A look that is late by less than a day still moves nothing.
    expect(look([open('a', { lastSeen: time(1460) })], [], 20)).toEqual([]);
  });
});
