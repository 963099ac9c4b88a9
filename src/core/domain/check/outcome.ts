import type { Severity } from '../issue.js';
import { type Check, VERDICTS, type Verdict } from './check.js';

/** What becomes of checks that cannot be told: an error of its own, left out, or as bad as a critical one. */
export const ON_UNKNOWN = ['error', 'pass', 'fail'] as const;
export type OnUnknown = (typeof ON_UNKNOWN)[number];

export interface GateOptions {
  /** The least verdict that fails. */
  failOn: Severity;
  onUnknown: OnUnknown;
}

export const OUTCOMES = ['passed', 'failed at warning', 'failed at critical', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Counts = Record<Verdict, number>;

export function countsOf(checks: readonly Check[]): Counts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts;
  for (const { verdict } of checks) counts[verdict]++;
  return counts;
}

/** What the gate says of all. A measured breach wins over what could not be measured. */
export function outcomeOf(counts: Counts, options: GateOptions): Outcome {
  if (counts.critical > 0) return 'failed at critical';
  if (counts.warning > 0 && options.failOn === 'warning') return 'failed at warning';
  if (counts.unknown > 0 && options.onUnknown !== 'pass')
    return options.onUnknown === 'fail' ? 'failed at critical' : 'unknown';
  return 'passed';
}

/** What one verdict does to the gate: nothing, or it fails it, or leaves it open. */
export function effectOf(verdict: Verdict, options: GateOptions): 'fails' | 'open' | 'none' {
  if (verdict === 'critical' || (verdict === 'warning' && options.failOn === 'warning')) return 'fails';
  if (verdict !== 'unknown' || options.onUnknown === 'pass') return 'none';
  return options.onUnknown === 'fail' ? 'fails' : 'open';
}
