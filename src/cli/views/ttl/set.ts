import type { TtlSetReport } from '../../../core/services/ttl/report.js';
import { printable } from '../../table/column.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { bytes, count, dollars, percent } from '../figures.js';
import { boundsText } from './bounds.js';

type Content = TtlSetReport['before'];
type Existing = NonNullable<TtlSetReport['existing']>;

/** What a change does, for who is asked whether to make it, or did. */
export function ttlSetText(report: TtlSetReport, { chalk, width }: Terminal): string {
  const { changed, dryRun, existing } = report;
  const lines = [
    chalk.bold(printable(`TTLs of ${whose(report)}${report.preset === null ? '' : ` by the preset ${report.preset}`}`)),
    ...(changed ? changes(report.before, report.after) : ['There is nothing to change: that is what stands already.']),
    ...(changed ? effectLines(report) : []),
    ...(existing === null ? [] : [existingText(existing)]),
    ...(dryRun ? ['Nothing was changed.'] : []),
  ];
  return lines.flatMap((line) => wrap(line, width)).join('\n');
}

/** One line for who has seen the preview already. */
export function ttlDoneText(report: TtlSetReport): string {
  const { changed, existing } = report;
  const policy = changed ? 'Set. Applications obey it within 5 seconds.' : 'The policy stands as it was.';
  return existing === null ? policy : `${policy}\n${existingText(existing)}`;
}

/** What was done to keys, for who interrupted it. */
export function boundSoFar({ changed, existing }: TtlSetReport): string {
  const policy = changed ? 'the policy is set; ' : '';
  const keys = existing === null ? 0 : existing.shortened + existing.given;
  return `${policy}${keys.toLocaleString('en-US')} keys were changed; run the same command again to go on.`;
}

function whose({ companyId, companyName }: TtlSetReport): string {
  if (companyId === null) return 'every company without bounds of its own';
  return companyName === null ? companyId : `${companyName} (${companyId})`;
}

function changes(before: Content, after: Content): string[] {
  const segments = [...new Set([before, after].flatMap((c) => c?.segments.map(({ segment }) => segment) ?? []))].sort();
  const boundsOf = (content: Content, segment: string | null) => {
    const bounds = segment === null ? content : content?.segments.find((one) => one.segment === segment);
    return bounds ? boundsText(bounds) : segment === null ? 'as the application says' : 'as other keys';
  };
  const rows = [null, ...segments].map((segment) => ({
    what: segment === null ? 'all keys' : `keys of '${printable(segment)}'`,
    old: boundsOf(before, segment),
    next: boundsOf(after, segment),
  }));
  const events = (content: Content) =>
    content?.eventsMax == null ? 'as usual' : `at most ${count(content.eventsMax)}`;
  rows.push({ what: 'events kept', old: events(before), next: events(after) });
  return rows.filter(({ old, next }) => old !== next).map(({ what, old, next }) => `${what}: ${old} → ${next}`);
}

function effectLines({ predicted }: TtlSetReport): string[] {
  const { before, after, why } = predicted;
  if (after === null) return [`What it would do cannot be told: ${printable(why ?? '')}`];
  const pair = (old: string | null, next: string) => (old === null ? next : `${old} → ${next}`);
  return [
    `Predicted: hit rate ${pair(before && percent(before.hitRate), percent(after.hitRate))}, memory ${pair(before && bytes(before.memoryBytes), bytes(after.memoryBytes))}, cost ${pair(before && dollars(before.totalCost), dollars(after.totalCost))}/month`,
  ];
}

function existingText({ shortened, given, unchanged, wouldChange }: Existing): string {
  if (wouldChange !== null)
    return `Of the keys that are there, ${count(wouldChange)} would live shorter, and ${count(unchanged)} would stay as they are.`;
  return `Keys that are there: ${count(shortened)} shortened, ${count(given)} that never expired now do, ${count(unchanged)} left as they are.`;
}
