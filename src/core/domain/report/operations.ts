import type { ActivityEntry } from '../activity.js';
import { median } from '../detect/figures.js';
import type { IssueState } from '../issue.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../units.js';
import { counted, type Finding, isWithin, type Range, weeksOf } from './metric.js';

/** A fix, as far as these figures need it. */
export interface FixTimes {
  companyId: string;
  status: string;
  plannedAt: Date;
  finishedAt: Date | null;
}

/** A command on the company counts as the beginning of looking for what is wrong when a fix ended within so long of it. */
const LOOKING_MS = 4 * HOUR_MS;
/** Nobody was asked who takes a fix so soon after it was offered: a script looks at nothing. */
const UNASKED_MS = SECOND_MS;

/** Minutes from the first command on a company (a drill-down, a fix that was shown) to the end of the fix; their median. */
export function troubleshootingTime(
  fixes: readonly FixTimes[],
  commands: readonly ActivityEntry[],
  range: Range,
): Finding {
  const looks = commands.filter((one) => isLook(one, commands));
  const took = fixes.flatMap(({ companyId, status, finishedAt }) => {
    if (finishedAt === null || (status !== 'applied' && status !== 'undone') || !isWithin(finishedAt, range)) return [];
    const end = finishedAt.getTime();
    const began = looks
      .filter((one) => one.companyId === companyId)
      .map(({ timestamp }) => timestamp.getTime())
      .filter((ms) => ms <= end && end - ms <= LOOKING_MS);
    return began.length === 0 ? [] : [(end - Math.min(...began)) / MINUTE_MS];
  });
  const value = median(took);
  if (value === null)
    return {
      unknown: 'before no fix of this time a look at the company (a drill-down, a fix that was shown) was logged',
    };
  return {
    value,
    basis: `median of ${counted(took.length, 'fix', 'fixes')}: from the first logged look at the company (a drill-down, a fix that was shown) within 4 hours before, to the fix's end`,
  };
}

/** A drill-down, or a fix that was shown to somebody. */
function isLook({ companyId, timestamp, details }: ActivityEntry, commands: readonly ActivityEntry[]): boolean {
  if (details.command !== 'fix') return true;
  if (details.outcome !== 'offered') return false;
  return !commands.some((other) => {
    const after = other.timestamp.getTime() - timestamp.getTime();
    return other.companyId === companyId && other.details.outcome === 'taken' && after >= 0 && after < UNASKED_MS;
  });
}

/** Share of the issues first seen in the range before which nobody had cleared the company's cache for a day. */
export function detectedProactively(
  states: readonly IssueState[],
  clears: readonly ActivityEntry[],
  range: Range,
): Finding {
  const seen = states.filter(({ firstSeen, companyId }) => companyId !== null && isWithin(firstSeen, range));
  if (seen.length === 0) return { unknown: 'no issue of a company was first seen in this time' };
  const first = seen.filter(
    ({ companyId, firstSeen }) =>
      !clears.some(({ companyId: id, timestamp }) => {
        const ahead = firstSeen.getTime() - timestamp.getTime();
        return id === companyId && ahead >= 0 && ahead <= DAY_MS;
      }),
  );
  return {
    value: (first.length / seen.length) * 100,
    basis: `${first.length} of ${counted(seen.length, 'issue')} first seen in this time, with no clear by hand in the 24 hours before`,
  };
}

/** Runs of `clear` per week: several companies of one run count once; what fixes clear does not count. */
export function manualClearsPerWeek(clears: readonly ActivityEntry[], range: Range): Finding {
  const runs = new Set(clears.filter(({ timestamp }) => isWithin(timestamp, range)).map(runOf));
  return {
    value: runs.size / weeksOf(range),
    basis: `${counted(runs.size, 'run')} of \`rcm clear\` in the log, without what fixes cleared`,
  };
}

/** Clears by hand that were done, by the log: a company's clears while a fix of its was under way are the fix's. */
export function clearsByHand(acts: readonly ActivityEntry[], fixes: readonly FixTimes[]): ActivityEntry[] {
  return acts.filter(({ eventType, details, companyId, timestamp }) => {
    if (eventType !== 'clear' || details.command !== 'clear' || details.phase === 'intent') return false;
    return !fixes.some(
      (fix) =>
        fix.companyId === companyId &&
        fix.plannedAt <= timestamp &&
        (fix.finishedAt === null || timestamp <= fix.finishedAt),
    );
  });
}

function runOf({ details, timestamp, companyId }: ActivityEntry): string {
  return String(details.operationId ?? `${companyId} ${timestamp.getTime()}`);
}

/** By how many percent there were more or fewer critical issues first seen than in as long a time before. */
export function incidentsChange(states: readonly IssueState[], range: Range): Finding {
  const length = range.until.getTime() - range.since.getTime();
  const before: Range = { since: new Date(range.since.getTime() - length), until: new Date(range.since.getTime() - 1) };
  const count = (within: Range) =>
    states.filter(({ severity, firstSeen }) => severity === 'critical' && isWithin(firstSeen, within)).length;
  const [now, then] = [count(range), count(before)];
  const basis = `${counted(now, 'critical issue')} first seen in this time, ${then} in as long before; one that came back counts with its last time only`;
  if (then === 0) return { unknown: 'nothing critical was noted in as long a time before to compare with', basis };
  return { value: ((now - then) / then) * 100, basis };
}
