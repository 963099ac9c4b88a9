import type { Confidence, IssueCode } from '../detect/issue.js';

/** What may go wrong when an advice is followed, the least first (docs/recommend.md). */
export const RISKS = ['low', 'medium', 'high'] as const;
export type Risk = (typeof RISKS)[number];

/** What it takes to follow an advice, the least first. */
export const EFFORTS = ['one command', 'minutes', 'code change'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What an advice changes. Two of one company that change the same are alternatives: their gains overlap. */
export type Touched = 'lifetimes' | 'memory' | 'queries';

/** What could be done about one company (null: about the platform), before it is weighed against the others. */
export interface Advice {
  /** The same for the same company and kind of advice, run after run. */
  id: string;
  companyId: string | null;
  companyName: string | null;
  /** The issue that it repairs; null where nothing is wrong and it could be better. */
  code: IssueCode | null;
  /** One line. */
  title: string;
  /** Dollars a month; below 0 it costs more; null is unknown. */
  savingPerMonth: number | null;
  /** Whether the gains are upper bounds. */
  atMost: boolean;
  /** Percentage points; null is unknown. */
  hitRateGain: number | null;
  risk: Risk;
  effort: Effort;
  confidence: Confidence;
  command: string;
  /** What it rests on. */
  why: string[];
  touches: Touched[];
}

/** An advice among the others. */
export interface Recommendation extends Omit<Advice, 'touches'> {
  /** Ids of those of which this one or they can be followed, not both: their gains overlap. */
  insteadOf: string[];
  /** Whether it is one of the best set that can be followed together, whose savings make the total. */
  inTotal: boolean;
}

/** `cache-thrashing:42`; of the platform `eviction-pressure`. */
export function adviceId(kind: string, companyId: string | null): string {
  const name = kind.toLowerCase().replaceAll('_', '-');
  return companyId === null ? name : `${name}:${companyId}`;
}

/**
 * The best first: by saving (known ones before unknown), then by the gain of hit rate (likewise), by risk, by effort, and by
 * id, so that the same advices always stand in the same order.
 */
export function bestFirst(a: Omit<Advice, 'touches'>, b: Omit<Advice, 'touches'>): number {
  return (
    knownFirst(a.savingPerMonth, b.savingPerMonth) ||
    knownFirst(a.hitRateGain, b.hitRateGain) ||
    RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
    EFFORTS.indexOf(a.effort) - EFFORTS.indexOf(b.effort) ||
    byText(a.id, b.id)
  );
}

/** By code units: the same on every machine, whatever its language. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The larger first, unknown ones last. */
function knownFirst(a: number | null, b: number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return b - a;
}
