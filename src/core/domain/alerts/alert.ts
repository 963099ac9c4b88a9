import type { CompanyView } from '../company-view.js';
import { bySeverity, type IssueKey, type Severity } from '../issue.js';
import type { NamedServer, RedisTotals } from '../server-info.js';
import { lastWord } from '../shell-word.js';

/** Everything that `alerts` looks for. */
export const ALERT_CODES = [
  'COMPANY_HEALTH',
  'BUDGET_CACHE',
  'BUDGET_STORAGE',
  'BUDGET_CALLS',
  'REDIS_MEMORY',
  'REDIS_EVICTIONS',
  'REDIS_REPLICATION',
  'REDIS_PERSISTENCE',
  'SNAPSHOTS_STALE',
] as const;
export type AlertCode = (typeof ALERT_CODES)[number];

/** Something that needs attention now. companyId is null for the platform. */
export interface Finding {
  code: AlertCode;
  severity: Severity;
  companyId: string | null;
  companyName: string | null;
  message: string;
  /** The figures that it rests on. */
  evidence: Record<string, string | number | boolean | null>;
  /** What to run next. */
  command: string;
}

export interface Alert extends Finding {
  /** null where it cannot be known. */
  since: Date | null;
}

/** What the rules look at. `null` is unknown, and then nothing is concluded from it. */
export interface AlertFacts {
  companies: readonly CompanyView[];
  /** false when a service could not be read: what it would have told is not taken for absent. */
  complete: boolean;
  /** Memory of each primary, or of all together. */
  memory: readonly MemoryFacts[] | null;
  redis: Pick<RedisTotals, 'evictedKeys' | 'uptimeSeconds'>;
  servers: readonly NamedServer[] | null;
  /** Addresses of the replicas that their cluster holds for failed; null when it was not asked. */
  failedReplicas: readonly string[] | null;
  /** The newest snapshot before these figures: `none` where none was ever taken. */
  lastSnapshot: { takenAt: Date } | 'none' | null;
  /** The snapshot since which evictions are counted; null where there is none. */
  evictionsSince: { takenAt: Date; evictedKeys: number | null } | null;
  /** When the figures were measured. */
  measuredAt: Date;
  now: Date;
}

export interface MemoryFacts {
  label: string;
  usedBytes: number | null;
  /** null or 0: no limit. */
  maxBytes: number | null;
  policy: string | null;
}

/** What one rule concludes: what it found, and what it cannot tell. */
export interface Verdict {
  found: Finding[];
  unknown: IssueKey[];
}

/** A finding about the platform. */
export function platformFinding(finding: Omit<Finding, 'companyId' | 'companyName'>): Verdict {
  return { found: [{ companyId: null, companyName: null, ...finding }], unknown: [] };
}

export const NOTHING: Verdict = { found: [], unknown: [] };

/** The platform's issue of this code cannot be told now. */
export function cannotTell(code: AlertCode): Verdict {
  return { found: [], unknown: [{ companyId: null, code }] };
}

/** The command that shows one company in full. */
export function drillDown(companyId: string): string {
  return `rcm drill-down ${lastWord(companyId)}`;
}

/** The command that shows what one company may spend, what it does spend, and who set that. */
export function budgetGet(companyId: string): string {
  return `rcm budget get ${lastWord(companyId)}`;
}

/** By severity, then the oldest first, then by company, the platform before all. */
export function mostUrgentFirst(a: Alert, b: Alert): number {
  const who = (alert: Alert) => alert.companyName ?? alert.companyId ?? '';
  const age = (alert: Alert) => alert.since?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return bySeverity(a, b) || age(a) - age(b) || who(a).localeCompare(who(b), 'en') || (a.code < b.code ? -1 : 1);
}
