import { bySeverity, type IssueKey, type IssueState, issueId, type Severity } from '../issue.js';
import { DAY_MS } from '../units.js';

/** What one target was last told of an issue: its severity; null where it was told of none, or that it is over. */
export interface ToldState extends IssueKey {
  severity: Severity | null;
  /** When it was last told; null where it never was. */
  toldAt: Date | null;
}

/** A claim to tell: of two runs at once one gets it. `believed` is what the target was told when the claimant looked. */
export interface NotificationClaim extends IssueKey {
  believed: Severity | null;
}

/** What a target has been told now. */
export interface Settlement extends IssueKey {
  severity: Severity | null;
}

/**
 * A claim that is older than this is over: its holder has died between claiming and sending. Longer than any delivery. So is one
 * that is as far ahead: the clock was set back since.
 */
export const CLAIM_MS = 10 * 60_000;

export const CHANGE_KINDS = ['new', 'worse', 'resolved'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Which issues a target wants. null: all. */
export interface Wanted {
  minSeverity: Severity;
  companies: ReadonlySet<string> | null;
  codes: ReadonlySet<string> | null;
}

/** One issue to tell a target of. */
export interface PendingChange {
  kind: ChangeKind;
  issue: IssueState;
  believed: Severity | null;
}

/** What is to be told, and (`settle`) what is only to be noted: that an open issue is less severe than was told. */
export interface Pending {
  tell: PendingChange[];
  settle: PendingChange[];
}

/**
 * What a target is to be told: where what it was last told no longer holds. An issue that ended and came back between two
 * looks is no news to who was never told of its end; one that got better is told again only when it gets worse again.
 * @param quietMs how long an issue must be over before its end is told
 */
export function pendingChanges(
  issues: readonly IssueState[],
  told: readonly ToldState[],
  wanted: Wanted,
  { now, quietMs }: { now: Date; quietMs: number },
): Pending {
  const beliefs = new Map(told.map((state) => [issueId(state), state.severity]));
  const pending: Pending = { tell: [], settle: [] };
  for (const issue of issues) {
    if (!isWanted(issue, wanted)) continue;
    const believed = beliefs.get(issueId(issue)) ?? null;
    if (issue.resolvedAt !== null) {
      const overMs = now.getTime() - issue.resolvedAt.getTime();
      // An end that is more than a day ahead was noted by a clock that was wrong.
      if (believed !== null && (overMs >= quietMs || overMs < -DAY_MS))
        pending.tell.push({ kind: 'resolved', issue, believed });
      continue;
    }
    const rise = believed === null ? -1 : bySeverity(issue, { severity: believed });
    if (rise > 0) pending.settle.push({ kind: 'worse', issue, believed });
    if (rise >= 0 || bySeverity(issue, { severity: wanted.minSeverity }) > 0) continue;
    pending.tell.push({ kind: believed === null ? 'new' : 'worse', issue, believed });
  }
  return pending;
}

/** What a target has been told when a change was sent to it. */
export function settlementOf({ kind, issue: { companyId, code, severity } }: PendingChange): Settlement {
  return { companyId, code, severity: kind === 'resolved' ? null : severity };
}

function isWanted({ companyId, code }: IssueKey, { companies, codes }: Wanted): boolean {
  if (codes !== null && !codes.has(code)) return false;
  return companies === null || (companyId !== null && companies.has(companyId));
}
