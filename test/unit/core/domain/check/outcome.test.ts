import { describe, expect, it } from 'vitest';
import { countsOf, effectOf, outcomeOf } from '../../../../../src/core/domain/check/outcome.js';
import { ageCheck, notMeasured, outdated, totalCheck } from '../../../../../src/core/domain/check/platform.js';
import { NOW } from '../alerts/builders.js';

describe('what follows from the verdicts', () => {
  const none = { critical: 0, warning: 0, unknown: 0, pass: 3 };
  it.each([
    [{}, 'critical', 'error', 'passed'],
    [{ warning: 1 }, 'critical', 'error', 'passed'],
    [{ warning: 1 }, 'warning', 'error', 'failed at warning'],
    [{ critical: 1 }, 'critical', 'error', 'failed at critical'],
    [{ critical: 1, warning: 1 }, 'warning', 'pass', 'failed at critical'],
    [{ unknown: 1 }, 'critical', 'error', 'unknown'],
    [{ unknown: 1 }, 'critical', 'pass', 'passed'],
    [{ unknown: 1 }, 'critical', 'fail', 'failed at critical'],
    // A measured breach wins; a warning that does not fail is none.
    [{ unknown: 1, critical: 1 }, 'critical', 'error', 'failed at critical'],
    [{ unknown: 1, warning: 1 }, 'warning', 'error', 'failed at warning'],
    [{ unknown: 1, warning: 1 }, 'warning', 'fail', 'failed at warning'],
    [{ unknown: 1, warning: 1 }, 'critical', 'error', 'unknown'],
  ] as const)('%j, --fail-on %s, --on-unknown %s: %s', (counts, failOn, onUnknown, outcome) => {
    expect(outcomeOf({ ...none, ...counts }, { failOn, onUnknown })).toBe(outcome);
  });

  it('of one verdict', () => {
    expect(effectOf('warning', { failOn: 'critical', onUnknown: 'error' })).toBe('none');
    expect(effectOf('warning', { failOn: 'warning', onUnknown: 'error' })).toBe('fails');
    expect(effectOf('unknown', { failOn: 'warning', onUnknown: 'error' })).toBe('open');
    expect(effectOf('unknown', { failOn: 'warning', onUnknown: 'fail' })).toBe('fails');
    expect(effectOf('pass', { failOn: 'warning', onUnknown: 'fail' })).toBe('none');
  });
});

describe('the platform', () => {
  const stats = (totalCost: number | null, unallocatedCost: number | null) => ({
    ...{ totalMemoryBytes: 0, totalMemory: '0B', avgHitRate: null, redisUsedMemoryBytes: null, uptimeSeconds: null },
    companies: { total: 0, healthy: 0, warning: 0, critical: 0, unknown: 0 },
    totalCost,
    unallocatedCost,
  });
  const limits = { warning: 400, critical: 500 };
  const all = { complete: true, unknown: [] };

  it('companies and what is allocated to none, the limit itself passing', () => {
    expect(totalCheck(stats(343, 57), limits, all)).toMatchObject({
      verdict: 'pass',
      companyId: null,
      measured: 400,
      unit: 'dollars',
      message: 'Platform cost $400.00/month',
      evidence: { companies: 343, unallocated: 57, unknown: null },
    });
    expect(totalCheck(stats(343.01, 57), limits, all)).toMatchObject({
      verdict: 'warning',
      message: 'Platform cost $400.01/month, warning over $400.00',
    });
    expect(totalCheck(stats(443.001, 57), limits, all)).toMatchObject({
      verdict: 'critical',
      message: 'Platform cost $500.001/month, critical over $500.00',
    });
  });

  it('being under the limit proves nothing where a service was not read; being over it does', () => {
    const part = { complete: false, unknown: ['mongodb.storage'] };
    expect(totalCheck(stats(1, 57), limits, part)).toMatchObject({
      verdict: 'unknown',
      measured: 58,
      message: 'Platform cost $58.00/month without what is unknown (mongodb.storage)',
    });
    expect(totalCheck(stats(1000, 57), limits, part).verdict).toBe('critical');
    expect(totalCheck(stats(null, null), limits, part)).toMatchObject({
      verdict: 'unknown',
      measured: null,
      message: 'Platform cost unknown: prices were not read',
    });
  });

  it('the age of a snapshot', () => {
    expect(ageCheck({ takenAt: NOW, ageSeconds: 7200 }, 7200)).toMatchObject({ verdict: 'pass', measured: 7200 });
    const old = ageCheck({ takenAt: NOW, ageSeconds: 7201 }, 7200);
    expect(old).toMatchObject({ verdict: 'unknown', message: 'Snapshot 2h old, over 2h' });
    expect(outdated(totalCheck(stats(1000, 57), limits, all))).toMatchObject({ verdict: 'unknown', measured: 1057 });
  });

  it('counts', () => {
    const pass = totalCheck(stats(1, 1), limits, all);
    expect(countsOf([pass, pass, notMeasured('x')])).toEqual({ critical: 0, warning: 0, unknown: 1, pass: 2 });
  });
});
