import { describe, expect, it } from 'vitest';
import { type Budget, budgetLine } from '../../../../src/core/domain/budget.js';
import { companyHealth, type HealthInput, statusIcon } from '../../../../src/core/domain/health.js';

const thresholds = { warningPercent: 80, criticalPercent: 120 };

/** A budget whose headline is so many dollars of so many; null is unknown. */
function budget(used: number | null, allocated = 100): Budget {
  const line = budgetLine(allocated, used, thresholds);
  return { line: 'cache', ...line, lines: { cache: line, storage: line, calls: line } };
}

const perfect: HealthInput = { hitRate: 100, budget: budget(10), avgResponseMs: 0.5, clears24h: 0 };
const health = (part: Partial<HealthInput>) => companyHealth({ ...perfect, ...part });

describe('components, on both sides of every boundary', () => {
  it.each([
    [100, 100],
    [95, 100],
    [94.999999, 80],
    [85, 80],
    [84.999999, 60],
    [70, 60],
    [69.999999, 30],
    [50, 30],
    [49.999999, 0],
    [0, 0],
  ])('a hit rate of %d percent scores %d', (hitRate, score) => {
    expect(health({ hitRate }).components.hitRate).toBe(score);
  });

  it.each([
    [0, 100],
    [99.999999, 100],
    [100, 80],
    [109.999999, 80],
    [110, 50],
    [149.999999, 50],
    [150, 20],
    [200, 20],
    [200.000001, 0],
  ])('%d percent of the budget scores %d', (percent, score) => {
    expect(health({ budget: budget(percent) }).components.cost).toBe(score);
  });

  it('meets the boundary of a budget that is met on paper', () => {
    // $3.30 of $3.00 is 110 %, which binary fractions make 109.99999999999999.
    expect(health({ budget: budget(3.3, 3) }).components.cost).toBe(50);
    // $2.20 of $1.10 is 200 %, the last that still scores.
    expect(health({ budget: budget(2.2, 1.1) }).components.cost).toBe(20);
  });

  it('scores 0 where something is used of nothing allocated, 100 where nothing is', () => {
    expect(health({ budget: budget(0.01, 0) }).components.cost).toBe(0);
    expect(health({ budget: budget(0, 0) }).components.cost).toBe(100);
  });

  it.each([
    [0, 100],
    [0.999999, 100],
    [1, 80],
    [1.999999, 80],
    [2, 60],
    [4.999999, 60],
    [5, 30],
    [10, 30],
    [10.000001, 0],
  ])('reads of %d ms score %d', (avgResponseMs, score) => {
    expect(health({ avgResponseMs }).components.performance).toBe(score);
  });

  it.each([
    [0, 100],
    [1, 70],
    [3, 70],
    [4, 30],
    [10, 30],
    [11, 0],
  ])('%d clears score %d', (clears24h, score) => {
    expect(health({ clears24h }).components.stability).toBe(score);
  });
});

describe('score and status', () => {
  it('weighs the four components', () => {
    // 0.4×80 + 0.3×50 + 0.2×60 + 0.1×30 = 32 + 15 + 12 + 3
    const { score, components, basis } = health({ hitRate: 90, budget: budget(120), avgResponseMs: 3, clears24h: 5 });
    expect(score).toBe(62);
    expect(components).toEqual({ hitRate: 80, cost: 50, performance: 60, stability: 30 });
    expect(basis).toEqual(['hitRate', 'cost', 'performance', 'stability']);
  });

  it.each([
    // [hit rate, budget %, ms, clears, score by hand, status]
    [95, 0, 0.5, 0, 100, 'healthy'],
    [90, 105, 1.5, 1, 79, 'warning'], // 32 + 24 + 16 + 7
    [90, 105, 1.5, 0, 82, 'healthy'], // 32 + 24 + 16 + 10
    [75, 105, 0.5, 0, 78, 'warning'], // 24 + 24 + 20 + 10
    [100, 100, 6, 0, 80, 'healthy'], // 40 + 24 + 6 + 10: the boundary itself
    [75, 120, 20, 0, 49, 'critical'], // 24 + 15 + 0 + 10
    [60, 120, 3, 1, 46, 'critical'], // 12 + 15 + 12 + 7
    [40, 0, 0.5, 20, 50, 'warning'], // 0 + 30 + 20 + 0: the boundary itself
    [60, 105, 6, 5, 45, 'critical'], // 12 + 24 + 6 + 3
    [0, 300, 20, 20, 0, 'critical'],
  ] as const)(
    '%d percent, %d percent of budget, %d ms, %d clears: %d, %s → %s',
    (hitRate, percent, avgResponseMs, clears24h, score, code) => {
      expect(health({ hitRate, budget: budget(percent), avgResponseMs, clears24h })).toMatchObject({ score, code });
    },
  );

  it.each([
    ['performance', { avgResponseMs: null, hitRate: 90, budget: budget(105), clears24h: 5 }, (32 + 24 + 3) / 0.8],
    ['stability', { clears24h: null, hitRate: 90, budget: budget(105), avgResponseMs: 3 }, (32 + 24 + 12) / 0.9],
    ['both', { avgResponseMs: null, clears24h: null, hitRate: 90, budget: budget(105) }, (32 + 24) / 0.7],
  ])('scales the other weights up where %s is unknown', (_, part, score) => {
    expect(health(part).score).toBeCloseTo(score, 8);
  });

  it('reaches a boundary that it reaches on paper after scaling', () => {
    // Components of 80 alone give 80 whatever the weights.
    expect(health({ hitRate: 90, budget: budget(105), avgResponseMs: null, clears24h: null })).toMatchObject({
      score: 80,
      code: 'healthy',
    });
    expect(health({ hitRate: 90, budget: budget(105), avgResponseMs: 1.5, clears24h: null })).toMatchObject({
      score: 80,
      code: 'healthy',
    });
  });

  it.each([
    [90, 105, null, 1, 78.75, 'warning'], // (0.4×80 + 0.3×80 + 0.1×70) ÷ 0.8
    [75, 0, null, 1, 76.25, 'warning'], // (0.4×60 + 0.3×100 + 0.1×70) ÷ 0.8
    [75, 0, null, 0, 80, 'healthy'], // (0.4×60 + 0.3×100 + 0.1×100) ÷ 0.8
    [75, 105, null, 5, 63.75, 'warning'], // (0.4×60 + 0.3×80 + 0.1×30) ÷ 0.8
    [60, 105, null, 5, 48.75, 'critical'], // (0.4×30 + 0.3×80 + 0.1×30) ÷ 0.8
  ] as const)(
    'compares the score unrounded: %d percent, %d percent of budget, %s ms, %d clears: %d, %s',
    (hitRate, percent, avgResponseMs, clears24h, score, code) => {
      expect(health({ hitRate, budget: budget(percent), avgResponseMs, clears24h })).toMatchObject({ score, code });
    },
  );
});

describe('what is unknown', () => {
  it('has no score without a hit rate, and looks unknown', () => {
    expect(health({ hitRate: null })).toEqual({
      code: 'unknown',
      color: '#9CA3AF',
      icon: '⚪',
      score: null,
      components: { hitRate: null, cost: 100, performance: 100, stability: 100 },
      basis: ['cost', 'performance', 'stability'],
      message: 'Health unknown: no cache accesses of this company were recorded.',
      actionRequired: false,
      urgency: null,
      escalate: false,
    });
  });

  it.each([
    [79.9, 'unknown'],
    [80, 'warning'],
    [119.9, 'warning'],
    [120, 'critical'],
  ] as const)('without a hit rate, %d percent of the budget is %s', (percent, code) => {
    expect(health({ hitRate: null, budget: budget(percent) })).toMatchObject({ code, score: null });
  });

  it('has no score where the cost is unknown', () => {
    expect(health({ budget: budget(null) })).toMatchObject({
      code: 'unknown',
      score: null,
      components: { cost: null },
      basis: ['hitRate', 'performance', 'stability'],
    });
  });
});

describe('looks', () => {
  it.each([
    ['healthy', 100, '🟢', '#10B981', 'All systems optimal. No action needed.', false, null, false],
    [
      'warning',
      60,
      '🟡',
      '#F59E0B',
      'Performance degraded. Review recommended within 24 hours.',
      true,
      'medium',
      false,
    ],
    ['critical', 0, '🔴', '#EF4444', 'IMMEDIATE ACTION REQUIRED - System degraded.', true, 'high', true],
  ] as const)(
    '%s is as the master plan says',
    (code, hitRate, icon, color, message, actionRequired, urgency, escalate) => {
      const clumsy = hitRate === 100 ? {} : { avgResponseMs: 20 };
      const found = health({ hitRate, ...clumsy });
      expect(found).toMatchObject({ code, icon, color, message, actionRequired, urgency, escalate });
      expect(statusIcon(code)).toBe(icon);
    },
  );
});
