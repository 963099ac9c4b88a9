import { describe, expect, it } from 'vitest';
import { levelOf, parseLimits } from '../../../../../src/core/domain/check/limits.js';
import { LIMIT_FORMS } from '../../../../../src/core/domain/check/rules.js';
import { breachText, demandText, limitText, valueText } from '../../../../../src/core/domain/check/wording.js';

describe('how limits are written', () => {
  it.each([
    ['minHitRate', '80', { warning: null, critical: 80 }],
    ['minHitRate', ' 80% ', { warning: null, critical: 80 }],
    ['minHitRate', '90%:80%', { warning: 90, critical: 80 }],
    ['minHitRate', '90:', { warning: 90, critical: null }],
    ['minHitRate', ':80', { warning: null, critical: 80 }],
    ['minScore', '0', { warning: null, critical: 0 }],
    ['maxGrowth', '10:20.5%', { warning: 10, critical: 20.5 }],
    ['maxTotal', '$400:$500', { warning: 400, critical: 500 }],
    ['maxTotal', '.5', { warning: null, critical: 0.5 }],
    ['maxTotal', '1e3', { warning: null, critical: 1000 }],
  ] as const)('%s %s', (name, text, limits) => {
    expect(parseLimits(text, LIMIT_FORMS[name])).toEqual(limits);
  });

  it.each([
    ['minHitRate', '', "'' is no number from 0 on"],
    ['minHitRate', ':', 'no limit is given'],
    ['minHitRate', '-1', "'-1' is no number from 0 on"],
    ['minHitRate', '80:90', 'the warning level (80) must be over the critical one (90)'],
    ['minHitRate', '80:80', 'the warning level (80) must be over the critical one (80)'],
    ['minHitRate', '101', "'101' is over 100"],
    ['minHitRate', '1:2:3', "'1:2:3' is no limit: write CRITICAL, WARNING:CRITICAL or WARNING:"],
    ['minHitRate', '$5', "'$5' is no number from 0 on"],
    ['minScore', '50%', "'50%' is no number from 0 on"],
    ['maxGrowth', '20:10', 'the warning level (20) must be under the critical one (10)'],
    ['maxTotal', 'NaN', "'NaN' is no number from 0 on"],
    ['maxTotal', 'Infinity', "'Infinity' is no number from 0 on"],
    ['maxTotal', '1e999', "'1e999' is too large"],
    ['maxTotal', '1,000', "'1,000' is no number from 0 on"],
    ['maxTotal', '0x10', "'0x10' is no number from 0 on"],
  ] as const)('%s %j is refused', (name, text, message) => {
    expect(() => parseLimits(text, LIMIT_FORMS[name])).toThrow(message);
  });
});

describe('which side of a limit', () => {
  const limits = { warning: 90, critical: 80 };
  it.each([
    [90, 'pass'],
    [89.999, 'warning'],
    [80, 'warning'],
    [79.999, 'critical'],
    // What is 80 on paper is 80: (0.1 + 0.7) × 100 is 79.99999999999999.
    [(0.1 + 0.7) * 100, 'warning'],
  ] as const)('at least: %d is %s', (value, level) => {
    expect(levelOf(value, limits, 'min')).toBe(level);
  });
  it('at most: the limit itself passes; below: it does not', () => {
    const upper = { warning: 10, critical: 20 };
    expect([10, 10.1, 20, 20.1].map((value) => levelOf(value, upper, 'max'))).toEqual([
      'pass',
      'warning',
      'warning',
      'critical',
    ]);
    expect([9.9, 10, 20].map((value) => levelOf(value, upper, 'below'))).toEqual(['pass', 'warning', 'critical']);
    expect(levelOf(1e9, { warning: 10, critical: null }, 'max')).toBe('warning');
  });
});

describe('wording', () => {
  const limits = { warning: 90, critical: 80 };
  it('as many decimals as show the side', () => {
    expect(valueText('min-hit-rate', 95.04, limits)).toBe('95.0%');
    expect(valueText('min-hit-rate', 79.96, limits)).toBe('79.96%');
    expect(valueText('min-hit-rate', 79.99996, limits)).toBe('79.99996%');
    expect(valueText('budget-cache', 119.97, { warning: 80, critical: 120 })).toBe('119.97%');
    expect(valueText('max-total', 500.001, { warning: null, critical: 500 })).toBe('$500.001');
    expect(valueText('max-total', 1500, { warning: null, critical: 500 })).toBe('$1,500.00');
    expect(valueText('max-age', 7260, { warning: null, critical: 60 })).toBe('2h 1m');
  });
  it('the limit that decided', () => {
    expect(demandText('min-hit-rate', limits, 'critical')).toBe('≥ 80%');
    expect(demandText('min-hit-rate', limits, 'warning')).toBe('≥ 90%');
    expect(demandText('min-hit-rate', limits, 'pass')).toBe('≥ 90%');
    expect(demandText('budget-calls', { warning: 80, critical: 120 }, 'critical')).toBe('< 120%');
    expect(demandText('measurement', { warning: null, critical: null }, 'unknown')).toBe('');
    expect(breachText('max-total', { warning: null, critical: 500 }, 'critical')).toBe(', critical over $500.00');
    expect(breachText('min-score', limits, 'pass')).toBe('');
    expect(limitText('max-total', 0.005)).toBe('$0.005');
  });
});
