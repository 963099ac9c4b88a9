import { describe, expect, it } from 'vitest';
import { ISSUE_CODES } from '../../../../../src/core/domain/detect/issue.js';
import { issueAdvice } from '../../../../../src/core/domain/recommend/issue-advice.js';
import { BY_HAND, impact, issue } from './builders.js';

describe('an issue that `fix` repairs', () => {
  it('gives its command, what it saves, and what it rests on', () => {
    expect(issueAdvice(issue('ORPHANED_CACHE', { impact: impact(0.4) }))).toMatchObject({
      id: 'orphaned-cache:42',
      companyId: '42',
      companyName: 'Royal Plumbing',
      code: 'ORPHANED_CACHE',
      title: 'Repair ORPHANED_CACHE',
      savingPerMonth: 0.4,
      atMost: false,
      hitRateGain: null,
      risk: 'medium',
      effort: 'one command',
      confidence: 'high',
      command: 'rcm fix 42 ORPHANED_CACHE',
      why: expect.arrayContaining(['ORPHANED_CACHE was found', 'what it costs', 'Also: and more']),
    });
  });

  it.each([
    ['CACHE_THRASHING', 'low', true],
    ['EXCESSIVE_MEMORY', 'medium', true],
    ['LOW_CACHE_EFFICIENCY', 'medium', false],
    ['ORPHANED_CACHE', 'medium', false],
    ['MISSING_TTL', 'medium', true],
  ] as const)('%s is of %s risk; its impact is an upper bound: %s', (code, risk, atMost) => {
    expect(issueAdvice(issue(code))).toMatchObject({ risk, atMost, savingPerMonth: 1 });
  });

  it('to remove keys because of a guess is a high risk: an orphan that is still read, a cache that only looks too large', () => {
    for (const code of ['ORPHANED_CACHE', 'EXCESSIVE_MEMORY', 'LOW_CACHE_EFFICIENCY'] as const)
      expect(issueAdvice(issue(code, { confidence: 'low' })).risk).toBe('high');
    expect(issueAdvice(issue('MISSING_TTL', { confidence: 'low' })).risk).toBe('medium');
    expect(issueAdvice(issue('CACHE_THRASHING', { confidence: 'low' })).risk).toBe('low');
  });

  it('an unknown impact is an unknown saving', () => {
    const advice = issueAdvice(issue('MISSING_TTL', { impact: impact(null) }));
    expect(advice).toMatchObject({ savingPerMonth: null, atMost: false });
  });

  it('thrashing gains at most the misses of keys that had been cached', () => {
    // 60 of 100 reads miss, 75 % of these needlessly: at most 45 points.
    const evidence = [
      { name: 'hitRatePercent', value: 40, text: '' },
      { name: 'reMissPercent', value: 75, text: '' },
    ];
    expect(issueAdvice(issue('CACHE_THRASHING', { evidence })).hitRateGain).toBe(45);
    expect(issueAdvice(issue('CACHE_THRASHING')).hitRateGain).toBeNull();
  });
});

describe('an issue that only people can repair', () => {
  const budget = [
    { when: 'option', text: 'Raise its budget to what it needs', command: 'rcm budget set 42 --cache 13' },
    { when: 'option', text: 'Charge the customer for it', command: null },
    { when: 'option', text: 'Lower the cost: see what it holds', command: 'rcm drill-down 42' },
  ] as const;
  const over = (verdict: string) =>
    issueAdvice(
      issue('COST_OVER_BUDGET', { autoFix: BY_HAND, manualFixes: [...budget], verdict, impact: impact(7.5) }),
    );

  it('a justified cost asks for a budget that fits it, which saves nothing', () => {
    expect(over('ACCEPTABLE - high cost, but it brings 7.0 times as much')).toMatchObject({
      title: 'Raise its budget to what it needs',
      command: 'rcm budget set 42 --cache 13',
      savingPerMonth: 0,
      atMost: false,
      hitRateGain: 0,
      risk: 'low',
      effort: 'one command',
      touches: ['lifetimes', 'memory', 'queries'],
    });
  });

  it('one that is not justified is never answered with more budget, and promises nothing', () => {
    expect(over('NOT JUSTIFIED - it brings 0.5 times its cost (acceptable: from 3)')).toMatchObject({
      title: 'Lower the cost: see what it holds',
      command: 'rcm drill-down 42',
      savingPerMonth: null,
      effort: 'minutes',
      touches: [],
    });
  });

  it('large keys are a change of code, and begin with a look', () => {
    const advice = issueAdvice(
      issue('LARGE_KEYS', {
        autoFix: BY_HAND,
        manualFixes: [
          { when: 'immediate', text: 'Look at the largest', command: 'rcm keys get company:42:a' },
          { when: 'permanent', text: 'Bound what grows: keep the newest entries only', command: null },
        ],
      }),
    );
    expect(advice).toMatchObject({
      title: 'Bound what grows: keep the newest entries only',
      command: 'rcm keys get company:42:a',
      effort: 'code change',
      savingPerMonth: 1,
      atMost: true,
      touches: ['memory'],
    });
  });

  it('evictions of the platform promise no saving: more memory costs money, too', () => {
    const platform = { companyId: null, autoFix: BY_HAND };
    expect(issueAdvice(issue('EVICTION_PRESSURE', platform))).toMatchObject({
      id: 'eviction-pressure',
      companyId: null,
      savingPerMonth: null,
      command: 'rcm detect',
      title: 'EVICTION_PRESSURE was found',
    });
  });

  it('without a command of its own one begins with `detect`', () => {
    expect(issueAdvice(issue('LARGE_KEYS', { companyId: '-1 x', autoFix: BY_HAND })).command).toBe(
      "rcm detect -- '-1 x'",
    );
  });
});

it('every issue has an advice, with and without an automatic fix', () => {
  for (const code of ISSUE_CODES)
    for (const autoFix of [issue(code).autoFix, BY_HAND])
      expect(issueAdvice(issue(code, { autoFix })).command).toMatch(/^rcm /);
});
