import { statusIcon } from '../health.js';
import { bySeverity, type Severity } from '../issue.js';
import type { ChangeKind } from './change.js';
import { oneLine } from './text.js';

/** One issue, as a message tells of it. companyId is null for the platform. */
export interface Change {
  kind: ChangeKind;
  severity: Severity;
  code: string;
  companyId: string | null;
  companyName: string | null;
  /** What is the matter now; null where this run did not see it. */
  message: string | null;
  /** The figures that it rests on; null where this run did not see it. */
  evidence: Record<string, string | number | boolean | null> | null;
  since: Date;
  resolvedAt: Date | null;
  /** What to run next. */
  command: string;
}

/** All that one target is told by one run. */
export interface Message {
  event: 'rcm.alerts' | 'rcm.test';
  /** One per target and run: the same when it is sent again. */
  id: string;
  generatedAt: Date;
  /** Where the figures are from, without secrets. */
  platform: { store: string | null; redis: string | null };
  changes: readonly Change[];
}

/** People are shown no more than this of one message. */
export const MOST_SHOWN = 20;

/** What stands on one line for one change. */
export interface Line {
  kind: ChangeKind;
  /** `🔴 critical`, or that it is over. */
  label: string;
  text: string;
  /** Since when, or until when. */
  when: string;
  command: string;
}

/** A message for people: made into text, HTML or blocks by who sends it. */
export interface Digest {
  subject: string;
  lines: Line[];
  /** `and 12 more: rcm alerts`; null when all is shown. */
  more: string | null;
  footer: string;
}

/** The message for people: what is wrong first, the critical of it before all; what is over last. */
export function digestOf(message: Message): Digest {
  const { changes, platform, generatedAt } = message;
  const sorted = mostUrgentFirst(changes);
  const left = sorted.length - MOST_SHOWN;
  const where = [platform.redis, platform.store].filter((part) => part !== null).join(', ');
  return {
    subject: subjectOf(message),
    lines: sorted.slice(0, MOST_SHOWN).map(lineOf),
    more: left > 0 ? `and ${left.toLocaleString('en-US')} more: rcm alerts` : null,
    footer: oneLine([`Sent by rcm at ${minute(generatedAt)}`, ...(where === '' ? [] : [where])].join(' · ')),
  };
}

export function mostUrgentFirst(changes: readonly Change[]): Change[] {
  const over = ({ kind }: Change) => (kind === 'resolved' ? 1 : 0);
  return [...changes].sort(
    (a, b) => over(a) - over(b) || bySeverity(a, b) || a.since.getTime() - b.since.getTime() || compare(a, b),
  );
}

/** One line that says the most: the change itself when there is one, else how many of what. */
export function subjectOf({ event, changes }: Message): string {
  if (event === 'rcm.test') return 'rcm: test message, nothing is wrong';
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) {
    const label = only.kind === 'resolved' ? 'resolved' : only.severity;
    return oneLine(`rcm: ${label}: ${textOf(only)}`, 150);
  }
  const count = (wanted: (change: Change) => boolean) => changes.filter(wanted).length;
  const critical = count((c) => c.kind !== 'resolved' && c.severity === 'critical');
  const warning = count((c) => c.kind !== 'resolved' && c.severity === 'warning');
  const resolved = count((c) => c.kind === 'resolved');
  const parts = [
    ...(critical > 0 ? [`${critical} critical`] : []),
    ...(warning > 0 ? [`${warning} ${warning === 1 ? 'warning' : 'warnings'}`] : []),
    ...(resolved > 0 ? [`${resolved} resolved`] : []),
  ];
  return `rcm: ${parts.join(', ')}`;
}

function lineOf(change: Change): Line {
  const { kind, severity, since, resolvedAt, command } = change;
  const label = kind === 'resolved' ? '✅ resolved' : `${statusIcon(severity)} ${severity}`;
  const news = kind === 'worse' ? 'worse, ' : '';
  const when =
    kind === 'resolved'
      ? `from ${minute(since)}${resolvedAt === null ? '' : ` to ${minute(resolvedAt)}`}`
      : `${news}since ${minute(since)}`;
  return { kind, label, text: oneLine(textOf(change)), when, command: oneLine(command) };
}

function textOf({ companyName, companyId, message, code, kind }: Change): string {
  const who = companyName ?? companyId;
  const what = kind === 'resolved' || message === null ? code : message;
  return who === null ? what : `${who}: ${what}`;
}

/** To the minute, in UTC: `2026-03-01 12:05 UTC`. */
function minute(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function compare(a: Change, b: Change): number {
  const id = ({ companyId, code }: Change) => `${companyId ?? ''}\0${code}`;
  return id(a) < id(b) ? -1 : id(a) > id(b) ? 1 : 0;
}
