import type { PlatformStats } from '../company-view.js';
import { platformCost } from '../evaluate.js';
import { formatAge, roundedMoney } from '../format.js';
import { type Check, type Limits, PLATFORM } from './check.js';
import { levelOf } from './limits.js';
import { breachText, valueText } from './wording.js';

/**
 * What the platform costs: companies and the unallocated. What is known may be over the limit already; where a service
 * could not be read, being under it proves nothing.
 * @param unknown terms that no configured service tells of: the sum is of the others, as everywhere
 */
export function totalCheck(
  stats: PlatformStats,
  limits: Limits,
  facts: { complete: boolean; unknown: string[] },
): Check {
  const { complete, unknown } = facts;
  const total = platformCost(stats);
  const level = total === null ? 'unknown' : levelOf(total, limits, 'max');
  const verdict = level === 'pass' && !complete ? 'unknown' : level;
  const cost = total === null ? 'unknown: prices were not read' : `${valueText('max-total', total, limits)}/month`;
  const part = total !== null && unknown.length > 0 ? ` without what is unknown (${unknown.join(', ')})` : '';
  return {
    verdict,
    rule: 'max-total',
    ...PLATFORM,
    measured: roundedMoney(total),
    unit: 'dollars',
    limits,
    message: `Platform cost ${cost}${part}${breachText('max-total', limits, verdict)}`,
    evidence: {
      companies: roundedMoney(stats.totalCost),
      unallocated: roundedMoney(stats.unallocatedCost),
      unknown: unknown.join(', ') || null,
    },
  };
}

/** The age of the snapshot that is looked at. One that is too old tells nothing of now. */
export function ageCheck(snapshot: { takenAt: Date; ageSeconds: number }, mostSeconds: number): Check {
  const tooOld = snapshot.ageSeconds > mostSeconds;
  return {
    verdict: tooOld ? 'unknown' : 'pass',
    rule: 'max-age',
    ...PLATFORM,
    measured: snapshot.ageSeconds,
    unit: 'seconds',
    limits: { warning: null, critical: mostSeconds },
    message: `Snapshot ${formatAge(snapshot.ageSeconds)} old${tooOld ? `, over ${formatAge(mostSeconds)}` : ''}`,
    evidence: { takenAt: snapshot.takenAt.toISOString() },
  };
}

/** What could not be measured at all, as a check that cannot be told. */
export function notMeasured(message: string): Check {
  return {
    verdict: 'unknown',
    rule: 'measurement',
    ...PLATFORM,
    measured: null,
    unit: null,
    limits: { warning: null, critical: null },
    message,
    evidence: {},
  };
}

/** A check as it stands when its figures are too old to count. */
export function outdated(check: Check): Check {
  return { ...check, verdict: 'unknown', message: `${check.message} (by a snapshot that is too old)` };
}
