import type { DetectJudgement, Unknown } from '../../domain/detect/judge.js';
import type { IssueKey, Severity } from '../../domain/issue.js';
import type { Window } from '../../domain/window.js';
import type { Measured } from './measured.js';
import type { DetectReport } from './report.js';

interface Parts {
  measured: Measured;
  window: Window;
  judgement: DetectJudgement;
  companies: number;
  withEvents: number;
  since: (issue: IssueKey) => Date | null;
  warnings: string[];
}

export function reportOf({ measured, window, judgement, companies, withEvents, since, warnings }: Parts): DetectReport {
  const issues = judgement.issues.map((issue) => ({ ...issue, since: since(issue) }));
  const count = (severity: Severity) => issues.filter((issue) => issue.severity === severity).length;
  return {
    generatedAt: window.to,
    window,
    usageMeasuredAt: measured.usageMeasuredAt,
    companyId: measured.companyId,
    worst: issues[0]?.severity ?? null,
    counts: { critical: count('critical'), warning: count('warning') },
    issues,
    examined: { companies, withEvents, byCode: judgement.judged },
    notJudged: groupsOf(judgement.unknown),
    complete: measured.complete,
    warnings: [...new Set(warnings)],
  };
}

/** Companies that are named of each group. */
const MOST_NAMED = 10;

/** By rule and reason: a thousand companies of which nothing is recorded are one line. */
function groupsOf(unknown: readonly Unknown[]): DetectReport['notJudged'] {
  const groups = new Map<string, DetectReport['notJudged'][number]>();
  for (const { code, companyId, why } of unknown) {
    const id = `${code} ${why}`;
    const group = groups.get(id) ?? { code, why, companies: 0, examples: [] };
    groups.set(id, group);
    group.companies += 1;
    if (companyId !== null && group.examples.length < MOST_NAMED) group.examples.push(companyId);
  }
  return [...groups.values()];
}
