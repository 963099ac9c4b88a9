import type { CompanyView } from '../company-view.js';

/** Every rule of the gate, in the order in which they are told. The last two are about the figures themselves. */
export const RULE_NAMES = [
  'budget-cache',
  'budget-storage',
  'budget-calls',
  'min-hit-rate',
  'min-score',
  'max-growth',
  'max-total',
  'max-age',
  'measurement',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** The worst first. */
export const VERDICTS = ['critical', 'warning', 'unknown', 'pass'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** percent, US dollars a month, points of 100, seconds. */
export const UNITS = ['percent', 'dollars', 'points', 'seconds'] as const;
export type Unit = (typeof UNITS)[number];

/** Where a rule warns and where it is critical, in its unit; null: never. */
export interface Limits {
  warning: number | null;
  critical: number | null;
}

/** One rule applied to one company (null: to the platform). */
export interface Check {
  verdict: Verdict;
  rule: RuleName;
  companyId: string | null;
  companyName: string | null;
  /** In the rule's unit; null where unknown, and for a budget line of which nothing is allocated and something used. */
  measured: number | null;
  unit: Unit | null;
  limits: Limits;
  message: string;
  /** The figures that it rests on. */
  evidence: Record<string, number | string | null>;
}

type Named = Pick<CompanyView, 'companyId' | 'companyName'>;
export const PLATFORM = { companyId: null, companyName: null } as const;

export function whoOf({ companyId, companyName }: Named): Named {
  return { companyId, companyName };
}

/** The name of a company, its id where it has none, or `platform`. */
export function subjectOf({ companyId, companyName }: Pick<Check, 'companyId' | 'companyName'>): string {
  return companyName ?? companyId ?? 'platform';
}

/** The worst of some verdicts; `pass` of none. */
export function worstOf(checks: readonly Check[]): Verdict {
  return VERDICTS[Math.min(...checks.map((check) => VERDICTS.indexOf(check.verdict)))] ?? 'pass';
}

const ALPHABETICAL = new Intl.Collator('en');

/**
 * The checks company by company: the company with the worst verdict first, then by name, the platform before companies
 * that are as bad; within a company the worst first, then in the order of the rules.
 */
export function companyByCompany(groups: readonly (readonly Check[])[]): Check[] {
  const ranked = groups
    .filter((checks) => checks.length > 0)
    .map((checks) => ({ rank: VERDICTS.indexOf(worstOf(checks)), first: checks[0] as Check, checks }))
    .sort((a, b) => a.rank - b.rank || bySubject(a.first, b.first));
  return ranked.flatMap(({ checks }) =>
    [...checks].sort(
      (a, b) =>
        VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
        RULE_NAMES.indexOf(a.rule) - RULE_NAMES.indexOf(b.rule),
    ),
  );
}

function bySubject(a: Check, b: Check): number {
  if (a.companyId === null || b.companyId === null)
    return a.companyId === b.companyId ? 0 : a.companyId === null ? -1 : 1;
  return ALPHABETICAL.compare(subjectOf(a), subjectOf(b)) || (a.companyId < b.companyId ? -1 : 1);
}
