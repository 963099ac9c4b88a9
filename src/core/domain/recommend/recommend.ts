import type { DetectedIssue } from '../detect/issue.js';
import { type Advice, adviceId, type Recommendation, RISKS, type Risk } from './advice.js';
import { type Total, weigh } from './compatible.js';
import type { FixEffect } from './fix-effect.js';
import { issueAdvice } from './issue-advice.js';
import { type LeastGain, type TtlStudy, ttlAdvice } from './ttl-advice.js';

/** What is known to be wrong, and what other TTLs would do. */
export interface Known {
  /** At most one of each code and company. */
  issues: readonly DetectedIssue[];
  studies: readonly TtlStudy[];
  /** What the fixes of issues would do, where that could be replayed. */
  effects: readonly FixEffect[];
}

/** What is wanted of all advice. */
export interface Wanted {
  /** No more than this. */
  risk: Risk;
  /** Dollars a month at least; what saves an unknown amount is left out then. null: whatever it saves. */
  minSaving: number | null;
}

export interface Recommended {
  /** Those that are wanted, the best first. */
  recommendations: Recommendation[];
  /** What those can save together. */
  wanted: Total;
  /** What can be saved in all, whatever was wanted. */
  total: Total;
  /** Of all advices, whatever was wanted. */
  found: number;
}

/** Ranked advice from all that is known. The same figures give the same advice, in whatever order they come. */
export function recommendFrom({ issues, studies, effects }: Known, least: LeastGain, wanted: Wanted): Recommended {
  const replayed = new Map(effects.map((effect) => [adviceId(effect.code, effect.companyId), effect]));
  const ofIssues = issues.map((issue) => issueAdvice(issue, replayed.get(adviceId(issue.code, issue.companyId))));
  const advices = [...ofIssues, ...studies.flatMap((study) => ttlAdvice(study, least))];
  const chosen = weigh(advices.filter((advice) => isWanted(advice, wanted)));
  return {
    recommendations: chosen.recommendations,
    wanted: chosen.total,
    total: weigh(advices).total,
    found: advices.length,
  };
}

function isWanted({ risk, savingPerMonth }: Advice, wanted: Wanted): boolean {
  if (RISKS.indexOf(risk) > RISKS.indexOf(wanted.risk)) return false;
  return wanted.minSaving === null || (savingPerMonth !== null && savingPerMonth >= wanted.minSaving);
}

/** One line for people who look at something else: what to do, and the command. */
export function inOneLine({ title, command }: Pick<Recommendation, 'title' | 'command'>): string {
  return `${title}: ${command}`;
}
