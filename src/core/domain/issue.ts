import { DAY_MS } from './units.js';

export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What an issue is known by: one company (null: the platform) and one code. */
export interface IssueKey {
  companyId: string | null;
  code: string;
}

/** One issue through time: since when, whether it is over, whether anybody was told. One record per key: the newest episode. */
export interface IssueState extends IssueKey {
  severity: Severity;
  firstSeen: Date;
  lastSeen: Date;
  /** When it was first looked for and not found; null while it is open. */
  resolvedAt: Date | null;
  /** When somebody was told of it; null again when it gets worse. */
  notifiedAt: Date | null;
}

export interface SeenIssue extends IssueKey {
  severity: Severity;
}

/** What one look found, and what it looked at. */
export interface Sighting {
  seen: readonly SeenIssue[];
  /** Whether an issue would have been seen if it were there: only then does its absence resolve it. */
  examined: (issue: IssueKey) => boolean;
  at: Date;
}

/** A key as text, the same for the same company and code and for nothing else. */
export function issueId({ companyId, code }: IssueKey): string {
  return JSON.stringify([companyId, code]);
}

/** The key that `issueId` made this text of. @throws SyntaxError, TypeError when it made it of none */
export function issueKeyOf(id: string): IssueKey {
  const [companyId, code] = JSON.parse(id) as [string | null, string];
  return { companyId, code };
}

/** The worse one first. */
export function bySeverity(a: { severity: Severity }, b: { severity: Severity }): number {
  return SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity);
}

/**
 * What a sighting changes of the stored states: new issues begin at its time, open ones go on, examined ones that it did
 * not see end. A late sighting (another process looked since) moves nothing backwards, so that repeating is harmless.
 * @returns the records to store; those that stay as they are are not among them
 */
export function issueChanges(stored: readonly IssueState[], { seen, examined, at }: Sighting): IssueState[] {
  const states = stored.map((state) => believable(state, at));
  const known = new Map(states.map((state) => [issueId(state), state]));
  const changes: IssueState[] = [];
  const present = new Set<string>();
  // The worse of two with the same key comes first and counts.
  for (const issue of [...seen].sort(bySeverity)) {
    const id = issueId(issue);
    if (present.has(id)) continue;
    present.add(id);
    const next = sighted(known.get(id), issue, at);
    if (next !== null) changes.push(next);
  }
  for (const state of states) {
    if (state.resolvedAt !== null || state.lastSeen >= at || present.has(issueId(state))) continue;
    if (examined(state)) changes.push({ ...state, resolvedAt: at });
  }
  return changes;
}

/**
 * A state that is more than a day ahead was noted by a clock that was wrong, for no look is a day late: it is taken for one of
 * just now, or an issue would stay as it is until that day.
 */
function believable(state: IssueState, at: Date): IssueState {
  const newest = Math.max(state.lastSeen.getTime(), state.resolvedAt?.getTime() ?? 0);
  if (newest - at.getTime() <= DAY_MS) return state;
  const just = (time: Date) => new Date(Math.min(time.getTime(), at.getTime() - 1));
  const { firstSeen, lastSeen, resolvedAt } = state;
  return {
    ...state,
    firstSeen: just(firstSeen),
    lastSeen: just(lastSeen),
    resolvedAt: resolvedAt === null ? null : just(resolvedAt),
  };
}

/** The state after an issue was seen; null when that was known already. */
function sighted(state: IssueState | undefined, { companyId, code, severity }: SeenIssue, at: Date): IssueState | null {
  if (state === undefined || (state.resolvedAt !== null && state.resolvedAt < at))
    return { companyId, code, severity, firstSeen: at, lastSeen: at, resolvedAt: null, notifiedAt: null };
  if (state.resolvedAt !== null) return null;
  if (at < state.firstSeen) return { ...state, firstSeen: at };
  if (at < state.lastSeen || (at.getTime() === state.lastSeen.getTime() && severity === state.severity)) return null;
  const worse = bySeverity({ severity }, state) < 0;
  return { ...state, severity, lastSeen: at, notifiedAt: worse ? null : state.notifiedAt };
}
