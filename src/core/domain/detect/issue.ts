import type { Severity } from '../issue.js';

/** Everything that `detect` looks for. */
export const ISSUE_CODES = [
  'CACHE_THRASHING',
  'EXCESSIVE_MEMORY',
  'LOW_CACHE_EFFICIENCY',
  'COST_OVER_BUDGET',
  'ORPHANED_CACHE',
  'MISSING_TTL',
  'LARGE_KEYS',
  'EVICTION_PRESSURE',
] as const;
export type IssueCode = (typeof ISSUE_CODES)[number];

/** How sure a conclusion is: `low` where data that could change it is missing. */
export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** One figure that an issue rests on. */
export interface Evidence {
  /** Machine name, e.g. `hitRatePercent`. */
  name: string;
  value: number | string | boolean | null;
  /** A sentence for people, with the figure and its time. */
  text: string;
}

/** Why it is so. */
export interface RootCause {
  /** Machine name: `cleared`, `expired_early`, `updated`, `evicted`, `restarted`, `large_keys`, … */
  cause: string;
  text: string;
  /** Percent of what went wrong that this explains; null where it cannot be told. */
  percent: number | null;
  /** What it is concluded from. */
  evidence: Evidence[];
}

/** What it costs, computed from prices and measured times; null is unknown. */
export interface Impact {
  /** Dollars a month that would be saved. */
  costPerMonth: number | null;
  /** Milliseconds that a read takes longer than it would. */
  addedMsPerRead: number | null;
  /** Bytes that need not be held. */
  bytes: number | null;
  text: string;
}

export type AutoFix =
  | { available: true; action: string; additionalActions: string[]; command: string }
  | { available: false; reason: string };

export interface ManualFix {
  /** For a time, for good, or one of several choices. */
  when: 'immediate' | 'permanent' | 'option';
  text: string;
  command: string | null;
}

/** Something that is wrong with one company's cache (null: with the platform's), and what to do about it. */
export interface DetectedIssue {
  code: IssueCode;
  severity: Severity;
  companyId: string | null;
  companyName: string | null;
  /** One line. */
  summary: string;
  evidence: Evidence[];
  /** The most telling first; empty where none can be told. */
  rootCauses: RootCause[];
  impact: Impact;
  autoFix: AutoFix;
  manualFixes: ManualFix[];
  confidence: Confidence;
  /** What was not known, and would make it surer. */
  missing: string[];
  /** Only of COST_OVER_BUDGET: whether what the cache brings justifies what it costs. */
  verdict?: string | undefined;
}
