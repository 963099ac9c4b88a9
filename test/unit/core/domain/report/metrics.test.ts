import { describe, expect, it } from 'vitest';
import type { ActivityEntry } from '../../../../../src/core/domain/activity.js';
import type { CompanyView } from '../../../../../src/core/domain/company-view.js';
import type { IssueState } from '../../../../../src/core/domain/issue.js';
import { activeDaysPerWeek, drillDownsPerWeek, fixAcceptance } from '../../../../../src/core/domain/report/adoption.js';
import { costPerCompany, overBudgetDetected, savedByFixes } from '../../../../../src/core/domain/report/costs.js';
import { loggedRange, metricOf, weeksOf } from '../../../../../src/core/domain/report/metric.js';
import {
  clearsByHand,
  detectedProactively,
  incidentsChange,
  manualClearsPerWeek,
  troubleshootingTime,
} from '../../../../../src/core/domain/report/operations.js';
import { hitRateOver, responseOver } from '../../../../../src/core/domain/report/performance.js';

const at = (text: string) => new Date(`2026-03-${text}:00Z`);
const range = { since: at('01T00:00'), until: at('15T00:00') };

function act(time: string, details: object, change: Partial<ActivityEntry> = {}): ActivityEntry {
  return {
    ...{ companyId: 'a', timestamp: at(time), eventType: 'command' as const, key: null, metadata: { actor: 'ann' } },
    details: { ...details },
    ...change,
  };
}
const clear = (time: string, operationId: string, phase = 'outcome') =>
  act(time, { command: 'clear', operationId, phase }, { eventType: 'clear' });
const fix = (planned: string, finished: string | null, status = 'applied') => ({
  companyId: 'a',
  status,
  plannedAt: at(planned),
  finishedAt: finished === null ? null : at(finished),
});
const issue = (firstSeen: string, change: Partial<IssueState> = {}): IssueState => ({
  ...{ companyId: 'a', code: 'MISSING_TTL', severity: 'critical' as const, resolvedAt: null, notifiedAt: null },
  firstSeen: at(firstSeen),
  lastSeen: at(firstSeen),
  ...change,
});

describe('success metrics', () => {
  it('time from the first look to the end of the fix, the median', () => {
    const commands = [
      act('02T09:00', { command: 'drill-down' }),
      act('02T09:10', { command: 'fix', outcome: 'offered' }),
      act('02T09:12', { command: 'fix', outcome: 'taken' }),
      // Taken at once: nobody looked.
      act('05T10:00', { command: 'fix', outcome: 'offered' }),
      act('05T10:00', { command: 'fix', outcome: 'taken' }),
      act('07T10:00', { command: 'fix', outcome: 'offered' }),
      // Too long ago to belong together.
      act('09T01:00', { command: 'drill-down' }),
    ];
    const fixes = [
      fix('02T09:12', '02T09:15'),
      fix('05T10:00', '05T10:01'),
      fix('07T10:04', '07T10:05'),
      fix('09T11:00', '09T11:01'),
      fix('07T10:02', '07T10:03', 'rolled_back'),
    ];
    expect(troubleshootingTime(fixes, commands, range)).toMatchObject({ value: 10 }); // 15 and 5 minutes
    expect(troubleshootingTime([], commands, range)).toHaveProperty('unknown');
  });

  it('clears by hand: a run once, none of a fix', () => {
    const acts = [
      clear('03T10:00', 'x', 'intent'),
      clear('03T10:01', 'x'),
      { ...clear('03T10:01', 'x'), companyId: 'b' },
      clear('04T12:00', 'of a fix'),
      clear('05T12:00', 'y'),
      act('06T00:00', { command: 'keys delete', operationId: 'z', phase: 'outcome' }, { eventType: 'clear' }),
    ];
    const byHand = clearsByHand(acts, [fix('04T11:59', '04T12:01')]);
    expect(byHand).toHaveLength(3);
    expect(manualClearsPerWeek(byHand, range)).toMatchObject({ value: 1 }); // two runs in two weeks
    expect(clearsByHand(acts, [fix('04T11:59', null)])).toHaveLength(2);
  });

  it('issues that nobody had cleared for', () => {
    const clears = [clear('03T10:00', 'x')];
    const states = [issue('03T09:00'), issue('03T11:00'), issue('04T11:00'), issue('04T09:00', { companyId: 'b' })];
    expect(detectedProactively(states, clears, range)).toMatchObject({ value: 75 });
    expect(detectedProactively([issue('03T11:00', { companyId: null })], clears, range)).toHaveProperty('unknown');
  });

  it('critical issues, beside as long a time before', () => {
    const before = ['16', '17', '18', '19', '20'].map((day) =>
      issue('01T00:00', { firstSeen: new Date(`2026-02-${day}T08:00:00Z`) }),
    );
    const states = [...before, issue('02T00:00'), issue('03T00:00', { severity: 'warning' })];
    expect(incidentsChange(states, range, 90)).toMatchObject({ value: -80 });
    expect(incidentsChange([issue('02T00:00')], range, 90)).toHaveProperty('unknown');
  });

  it('costs', () => {
    const company = (companyId: string, percentUsed: number | null, status: string) =>
      ({ companyId, budget: { percentUsed, status } }) as CompanyView;
    const companies = [
      company('a', 101, 'critical'),
      company('b', 100, 'critical'),
      company('c', null, 'critical'),
      company('d', null, 'unknown'),
    ];
    expect(overBudgetDetected(companies, new Set(['a', 'b']))).toMatchObject({ value: 50 });
    expect(overBudgetDetected([company('b', 50, 'within_budget')], new Set())).toHaveProperty('unknown');
    expect(overBudgetDetected([company('d', null, 'unknown')], new Set())).toHaveProperty('unknown');
    const stats = { totalCost: 30, companies: { total: 4 } } as Parameters<typeof costPerCompany>[0];
    const first = { takenAt: range.since, companies: 2, totalCost: 10 };
    expect(costPerCompany(stats, first)).toMatchObject({ value: 7.5, before: 5 });
    expect(costPerCompany({ ...stats, totalCost: null }, first)).toHaveProperty('unknown');
    const saving = (status: string, before: number | null, after: number | null) => ({
      status,
      storageCost: { before, after },
    });
    const fixes = [
      saving('applied', 3, 1),
      saving('undone', 9, 1),
      saving('applied', null, 1),
      saving('applied', 1, 0.5),
    ];
    expect(savedByFixes(fixes)).toMatchObject({ value: 2.5 });
    expect(savedByFixes([saving('undone', 9, 1)])).toHaveProperty('unknown');
  });

  it('every read weighs alike; the unknown is left out', () => {
    const points = [
      { reads: 100, hitRate: 90, avgResponseMs: 1 },
      { reads: 300, hitRate: 98, avgResponseMs: null },
      { reads: null, hitRate: null, avgResponseMs: null },
    ];
    expect(hitRateOver(points, 50)).toMatchObject({ value: 96 });
    expect(hitRateOver([], 50)).toMatchObject({ value: 50 });
    expect(hitRateOver([], null)).toHaveProperty('unknown');
    expect(responseOver(points, [])).toMatchObject({ value: 1 });
    const window = [
      { reads: 10, value: 4 },
      { reads: 30, value: 2 },
    ];
    expect(responseOver([], window)).toMatchObject({ value: 2.5 });
    expect(responseOver([], [])).toHaveProperty('unknown');
  });

  it('use', () => {
    const acts = [
      act('02T09:00', { command: 'drill-down' }),
      act('02T19:00', { command: 'fix', outcome: 'declined' }),
      act('03T09:00', { command: 'fix', outcome: 'taken' }, { metadata: { actor: 'bob' } }),
      act('20T09:00', { command: 'drill-down' }),
    ];
    expect(activeDaysPerWeek(acts, range)).toMatchObject({ value: 1, basis: expect.stringContaining('2 people') });
    expect(drillDownsPerWeek(acts, range)).toMatchObject({ value: 0.5 });
    expect(drillDownsPerWeek([], range)).toHaveProperty('unknown');
    expect(fixAcceptance(acts, range)).toMatchObject({ value: 50 });
    expect(fixAcceptance([], range)).toHaveProperty('unknown');
  });

  it('met or not, in either direction; never where it is unknown', () => {
    const head = { name: 'n', title: 't', group: 'cost' as const, unit: 'percent' as const };
    const target = (direction: 'at least' | 'at most') => ({ text: '', value: 5, direction });
    const of = (direction: 'at least' | 'at most', value: number) =>
      metricOf({ ...head, target: target(direction) }, { value, basis: '' }).met;
    expect([of('at least', 5), of('at least', 4.9), of('at most', 5), of('at most', 5.1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(metricOf({ ...head, target: target('at most') }, { unknown: 'why' })).toMatchObject({
      value: null,
      met: null,
    });
    expect(metricOf({ ...head, target: null }, { value: 1, basis: '' }).met).toBeNull();
    expect(weeksOf({ since: range.since, until: new Date(range.since.getTime() + 3_600_000) })).toBeCloseTo(1 / 7, 9);
  });

  it('a target that could not be told is nobody’s act', () => {
    const acts = [
      act('02T09:00', { command: 'drill-down' }),
      act('03T03:00', { target: 'ops' }, { companyId: '', eventType: 'notify', metadata: {} }),
    ];
    expect(activeDaysPerWeek(acts, range)).toMatchObject({ value: 0.5, basis: expect.stringContaining('1 day') });
  });

  it('as many commands as are read at most take no time', () => {
    const commands = Array.from({ length: 49_000 }, (_, n) =>
      act(
        n % 2 ? '02T10:00' : '02T09:00',
        { command: 'fix', outcome: n % 2 ? 'taken' : 'offered' },
        { companyId: `c${n}` },
      ),
    );
    const start = performance.now();
    expect(troubleshootingTime([fix('02T09:00', '02T09:01')], commands, range)).toHaveProperty('unknown');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('what is no longer kept is no time without acts, and no time without incidents', () => {
    // Fourteen days, of which seven are kept: two runs in one week, not in two.
    const kept = loggedRange(range, 7);
    expect(kept).toEqual({ since: at('08T00:00'), until: range.until });
    expect(manualClearsPerWeek([clear('09T10:00', 'a'), clear('10T10:00', 'b')], kept)).toMatchObject({ value: 2 });
    expect(loggedRange(range, 90)).toBe(range);
    expect(incidentsChange([issue('02T00:00')], range, 27)).toMatchObject({
      unknown: expect.stringContaining('13 days at most'),
    });
    expect(incidentsChange([issue('02T00:00')], range, 28)).toMatchObject({
      unknown: expect.stringContaining('nothing critical was noted'),
    });
  });
});
