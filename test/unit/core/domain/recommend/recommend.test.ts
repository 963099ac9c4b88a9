import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ISSUE_CODES } from '../../../../../src/core/domain/detect/issue.js';
import { recommendFrom } from '../../../../../src/core/domain/recommend/recommend.js';
import { BY_HAND, impact, issue, outcome, study } from './builders.js';

const LEAST = { saving: 0.01, hitRate: 1 };
const ALL = { risk: 'high', minSaving: null } as const;

describe('recommendFrom', () => {
  it('a repair of thrashing and a TTL are alternatives; what never expires is another matter', () => {
    // The repair saves at most 0.2, the TTL 0.3; keys without an end cost 0.5, which the TTL would save, too: 0.2 + 0.5.
    const { recommendations, total, found } = recommendFrom(
      {
        issues: [
          issue('CACHE_THRASHING', { impact: impact(0.2) }),
          issue('MISSING_TTL', { impact: impact(0.5) }),
          issue('EVICTION_PRESSURE', { companyId: null, autoFix: BY_HAND }),
        ],
        studies: [study([outcome(3600, 90, 0.3)])],
        effects: [],
      },
      LEAST,
      ALL,
    );
    expect(recommendations.map(({ id, insteadOf, inTotal }) => [id, insteadOf, inTotal])).toEqual([
      ['missing-ttl:42', ['ttl-lowest-cost:42'], true],
      ['ttl-lowest-cost:42', ['cache-thrashing:42', 'missing-ttl:42'], false],
      ['cache-thrashing:42', ['ttl-lowest-cost:42'], true],
      ['eviction-pressure', [], false],
    ]);
    expect(total).toEqual({ savingPerMonth: 0.7, atMost: true });
    expect(found).toBe(4);
  });

  it('a risk or a saving that is not wanted is left out of what is shown, not of what is possible', () => {
    const known = {
      issues: [
        issue('ORPHANED_CACHE', { companyId: '1', impact: impact(3) }),
        issue('CACHE_THRASHING', { companyId: '2', impact: impact(2) }),
        issue('CACHE_THRASHING', { companyId: '3', impact: impact(null) }),
      ],
      studies: [],
      effects: [],
    };
    const low = recommendFrom(known, LEAST, { risk: 'low', minSaving: null });
    expect(low.recommendations.map(({ id }) => id)).toEqual(['cache-thrashing:2', 'cache-thrashing:3']);
    expect([low.wanted.savingPerMonth, low.total.savingPerMonth, low.found]).toEqual([2, 5, 3]);
    const dear = recommendFrom(known, LEAST, { risk: 'high', minSaving: 3 });
    expect(dear.recommendations.map(({ id }) => id)).toEqual(['orphaned-cache:1']);
    expect(recommendFrom(known, LEAST, { risk: 'high', minSaving: 0 }).recommendations.length).toBe(2);
  });

  it('what a replay tells of a repair stands in the place of what it saves at most', () => {
    const prediction = { before: 35, after: 80, low: 78, high: 82, reads: 900 };
    const [advice] = recommendFrom(
      {
        issues: [issue('CACHE_THRASHING', { impact: impact(0.2) })],
        studies: [],
        effects: [
          { companyId: '42', code: 'CACHE_THRASHING', prediction, saving: 0.15 },
          { companyId: '43', code: 'CACHE_THRASHING', prediction, saving: 9 },
        ],
      },
      LEAST,
      ALL,
    ).recommendations;
    expect(advice).toMatchObject({ savingPerMonth: 0.15, atMost: false, hitRateGain: 45, risk: 'low' });
    expect(advice?.why).toContain(
      'Replayed from 900 reads, its policy takes the hit rate from 35.0% to 80.0% (95 % between 78.0% and 82.0%)',
    );
  });

  it('a repair of the hit rate that would not raise it is not advised: what people can do is', () => {
    const found = issue('CACHE_THRASHING', {
      manualFixes: [{ when: 'immediate', text: 'See who clears it', command: 'rcm activity 42 --type clear' }],
    });
    const advised = (after: number) =>
      recommendFrom(
        {
          issues: [found],
          studies: [],
          effects: [
            {
              companyId: '42',
              code: 'CACHE_THRASHING',
              prediction: { before: 35, after, low: 30, high: 40, reads: 900 },
              saving: 0,
            },
          ],
        },
        LEAST,
        ALL,
      ).recommendations[0];
    expect(advised(36)?.command).toMatch(/^rcm fix /);
    expect(advised(35.9)).toMatchObject({ command: 'rcm activity 42 --type clear', hitRateGain: null });
    expect(advised(35.9)?.why).toContain(
      'Its automatic fix would not help: replayed from 900 reads, the hit rate goes from 35.0% to 35.9%',
    );
  });

  it('of other repairs it tells the hit rate; one that takes ten points of it is a high risk', () => {
    const prediction = { before: 90, after: 80, low: 78, high: 82, reads: 900 };
    const [advice] = recommendFrom(
      {
        issues: [issue('EXCESSIVE_MEMORY', { impact: impact(2) })],
        studies: [],
        effects: [{ companyId: '42', code: 'EXCESSIVE_MEMORY', prediction, saving: 0.5 }],
      },
      LEAST,
      ALL,
    ).recommendations;
    expect(advice).toMatchObject({ savingPerMonth: 2, atMost: true, hitRateGain: -10, risk: 'high' });
  });

  it('nothing known is nothing to recommend', () => {
    expect(recommendFrom({ issues: [], studies: [], effects: [] }, LEAST, ALL)).toEqual({
      recommendations: [],
      wanted: { savingPerMonth: 0, atMost: false },
      total: { savingPerMonth: 0, atMost: false },
      found: 0,
    });
  });

  it('is the same byte by byte, in whatever order things were found', () => {
    const companies = ['1', '2', 'ä', '-4'];
    const issues = companies.flatMap((companyId, n) =>
      ISSUE_CODES.map((code, i) => issue(code, { companyId, impact: impact(((n * 7 + i * 3) % 5) / 10) })),
    );
    const studies = companies.map((companyId, n) =>
      study([outcome(300, 60 + n, 0.1 * n), outcome(3600, 70, 0.1), outcome(7200, 75, -0.2)], { companyId }),
    );
    const text = (known: Omit<Parameters<typeof recommendFrom>[0], 'effects'>) =>
      JSON.stringify(recommendFrom({ ...known, effects: [] }, LEAST, ALL));
    const expected = text({ issues, studies });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(issues, { minLength: issues.length }),
        fc.shuffledSubarray(studies, { minLength: studies.length }),
        (shuffledIssues, shuffledStudies) => {
          const mixed = shuffledStudies.map((one) => ({ ...one, outcomes: [...one.outcomes].reverse() }));
          expect(text({ issues: shuffledIssues, studies: mixed })).toBe(expected);
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });
});
