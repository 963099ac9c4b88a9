import type { Limits } from '../../domain/check/check.js';
import type { CompanyRules } from '../../domain/check/company.js';
import type { GateOptions, OnUnknown } from '../../domain/check/outcome.js';
import type { Severity } from '../../domain/issue.js';
import { BUDGET_LINES } from '../../domain/pricing.js';
import { SECOND_MS } from '../../domain/units.js';
import { parseDuration } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import type { CheckPolicy } from './policy.js';

/** Rules as the command line gives them; what is absent is not asked for there. */
export interface AskedRules {
  budgets?: CompanyRules['budgets'];
  minHitRate?: Limits | null;
  minScore?: Limits | null;
  maxGrowth?: Limits | null;
  maxTotal?: Limits | null;
  /** A duration, e.g. `2h`. */
  maxAge?: string;
  failOn?: Severity;
  onUnknown?: OnUnknown;
}

/** The rules in force. */
export interface CheckRules extends GateOptions {
  general: CompanyRules;
  /** Companies with rules of their own: id or exact name → what differs. */
  overrides: ReadonlyMap<string, Partial<CompanyRules>>;
  maxTotal: Limits | null;
  maxAgeSeconds: number | null;
}

/**
 * Puts the rules together: the command line wins over the policy, company by company too; without either, every budget
 * line is checked.
 * @param fallback what fails the gate where neither says
 * @throws RCM_USAGE when nothing is left to check
 */
export function combineRules(asked: AskedRules, policy: CheckPolicy, fallback: Severity): CheckRules {
  const general: CompanyRules = {
    budgets: asked.budgets ?? policy.budgets ?? BUDGET_LINES,
    minHitRate: asked.minHitRate ?? policy.minHitRate ?? null,
    minScore: asked.minScore ?? policy.minScore ?? null,
    maxGrowth: asked.maxGrowth ?? policy.maxGrowth ?? null,
  };
  const maxTotal = asked.maxTotal ?? policy.maxTotal ?? null;
  const maxAge = asked.maxAge ?? policy.maxAge;
  const overrides = new Map(
    Object.entries(policy.companies ?? {}).map(([company, own]) => [company, notAsked(own, asked)]),
  );
  if (maxTotal === null && [general, ...overrides.values()].every(isEmpty))
    throw new RcmError('RCM_USAGE', 'There is nothing to check', 'Give a rule, e.g. --min-hit-rate 80.');
  return {
    general,
    overrides,
    maxTotal,
    maxAgeSeconds: maxAge === undefined ? null : (parseDuration(maxAge) as number) / SECOND_MS,
    failOn: asked.failOn ?? policy.failOn ?? fallback,
    onUnknown: asked.onUnknown ?? policy.onUnknown ?? 'error',
  };
}

/** A company's own rules without those that the command line gives for everybody. */
function notAsked(own: object, asked: AskedRules): Partial<CompanyRules> {
  return Object.fromEntries(
    Object.entries(own).filter(([rule, value]) => value !== undefined && asked[rule as keyof AskedRules] === undefined),
  );
}

function isEmpty({ budgets = [], minHitRate, minScore, maxGrowth }: Partial<CompanyRules>): boolean {
  return budgets.length === 0 && !minHitRate && !minScore && !maxGrowth;
}
