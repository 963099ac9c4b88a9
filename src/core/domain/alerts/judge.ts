import { type IssueKey, issueId } from '../issue.js';
import { ALERT_CODES, type AlertFacts, type Finding, type Verdict } from './alert.js';
import { budgetRule } from './budgets.js';
import { evictionRule } from './evictions.js';
import { healthRule } from './health.js';
import { memoryRule } from './memory.js';
import { persistenceRule, replicationRule } from './servers.js';
import { snapshotRule } from './snapshots.js';

const RULES: readonly ((facts: AlertFacts) => Verdict)[] = [
  healthRule,
  budgetRule,
  memoryRule,
  evictionRule,
  replicationRule,
  persistenceRule,
  snapshotRule,
];

/** What needs attention, and which issues would have been found had they been there. */
export interface Judgement {
  found: Finding[];
  examined: (issue: IssueKey) => boolean;
}

/** Applies every rule. An issue is examined when its code is one of ours, nothing it rests on is unknown, and its company was looked at, or is known to be gone. */
export function judge(facts: AlertFacts): Judgement {
  const verdicts = RULES.map((rule) => rule(facts));
  const unknown = new Set(verdicts.flatMap((verdict) => verdict.unknown.map(issueId)));
  const codes = new Set<string>(ALERT_CODES);
  const companies = new Set(facts.companies.map((company) => company.companyId));
  return {
    found: verdicts.flatMap((verdict) => verdict.found),
    examined: (issue) =>
      codes.has(issue.code) &&
      !unknown.has(issueId(issue)) &&
      (issue.companyId === null || facts.complete || companies.has(issue.companyId)),
  };
}
