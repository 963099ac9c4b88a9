import { bySeverity, type IssueKey } from '../issue.js';
import { budgetRule } from './budget.js';
import { efficiencyRule } from './efficiency.js';
import { companyEvictionRule, platformEvictionRule } from './evictions.js';
import type { DetectFigures, PlatformFigures, Verdict } from './figures.js';
import { type DetectedIssue, ISSUE_CODES, type IssueCode } from './issue.js';
import { largeKeysRule } from './large-keys.js';
import { memoryRule } from './memory.js';
import { missingTtlRule } from './missing-ttl.js';
import { orphanRule } from './orphans.js';
import { thrashingRule } from './thrashing.js';

const RULES: Record<IssueCode, (figures: DetectFigures, platform: PlatformFigures) => Verdict> = {
  CACHE_THRASHING: thrashingRule,
  EXCESSIVE_MEMORY: memoryRule,
  LOW_CACHE_EFFICIENCY: efficiencyRule,
  COST_OVER_BUDGET: budgetRule,
  ORPHANED_CACHE: orphanRule,
  MISSING_TTL: missingTtlRule,
  LARGE_KEYS: largeKeysRule,
  EVICTION_PRESSURE: companyEvictionRule,
};

/** Why a company could not be judged. */
export interface Unknown {
  code: IssueCode;
  companyId: string | null;
  why: string;
}

/** What is wrong, what could not be told, and which issues would have been found had they been there. */
export interface DetectJudgement {
  issues: DetectedIssue[];
  unknown: Unknown[];
  /** How many could be judged, by code. */
  judged: Record<IssueCode, number>;
  examined: (issue: IssueKey) => boolean;
}

export interface JudgeOptions {
  /** Whether the platform itself is judged: not where only one company was looked at. */
  platformToo: boolean;
  /** Whether all companies were looked at, so that one that is not here is gone. */
  allCompanies: boolean;
}

/** Applies every rule to every company. */
export function judgeIssues(
  companies: readonly DetectFigures[],
  platform: PlatformFigures,
  { platformToo, allCompanies }: JudgeOptions,
): DetectJudgement {
  const issues: DetectedIssue[] = [];
  const unknown: Unknown[] = [];
  const judged = Object.fromEntries(ISSUE_CODES.map((code) => [code, 0])) as Record<IssueCode, number>;
  const known = new Map<string | null, Set<string>>();
  const apply = (code: IssueCode, companyId: string | null, verdict: Verdict): void => {
    if ('unknown' in verdict) {
      unknown.push({ code, companyId, why: verdict.unknown });
      return;
    }
    judged[code] += 1;
    const codes = known.get(companyId) ?? new Set<string>();
    known.set(companyId, codes.add(code));
    if (verdict.issue !== null) issues.push(verdict.issue);
  };
  for (const figures of companies)
    for (const code of ISSUE_CODES) apply(code, figures.view.companyId, RULES[code](figures, platform));
  if (platformToo) apply('EVICTION_PRESSURE', null, platformEvictionRule(platform));
  const present = new Set(companies.map(({ view }) => view.companyId));
  const ours = new Set<string>(ISSUE_CODES);
  return {
    issues: issues.sort(mostUrgentFirst),
    unknown,
    judged,
    examined: ({ companyId, code }) => {
      if (!ours.has(code)) return false;
      if (known.get(companyId)?.has(code)) return true;
      return companyId !== null && allCompanies && !present.has(companyId);
    },
  };
}

/** The worse first, then what costs most, then by company and code. */
function mostUrgentFirst(a: DetectedIssue, b: DetectedIssue): number {
  return (
    bySeverity(a, b) ||
    (b.impact.costPerMonth ?? 0) - (a.impact.costPerMonth ?? 0) ||
    ((a.companyId ?? '') < (b.companyId ?? '') ? -1 : (a.companyId ?? '') > (b.companyId ?? '') ? 1 : 0) ||
    ISSUE_CODES.indexOf(a.code) - ISSUE_CODES.indexOf(b.code)
  );
}
