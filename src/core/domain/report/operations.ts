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
  const looks = byCompany(looksOf(commands));
  const took = fixes.flatMap(({ companyId, status, finishedAt }) => {
    if (finishedAt === null || (status !== 'applied' && status !== 'undone') || !isWithin(finishedAt, range)) return [];
    const end = finishedAt.getTime();
    const began = (looks.get(companyId) ?? [])
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

/** Drill-downs, and fixes that were shown to somebody. */
function looksOf(commands: readonly ActivityEntry[]): ActivityEntry[] {
  const taken = byCompany(commands.filter(({ details }) => details.outcome === 'taken'));
  return commands.filter(({ companyId, timestamp, details }) => {
    if (details.command !== 'fix') return true;
    if (details.outcome !== 'offered') return false;
    return !(taken.get(companyId) ?? []).some((other) => {
      const after = other.timestamp.getTime() - timestamp.getTime();
      return after >= 0 && after < UNASKED_MS;
    });
  });
}

/** Tens of thousands of entries, each compared with those of its own company alone. */
function byCompany<T extends { companyId: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.companyId);
    if (group === undefined) groups.set(one.companyId, [one]);
    else group.push(one);
  }
  return groups;
}

/** Share of the issues first seen in the range before which nobody had cleared the company's cache for a day. */
export function detectedProactively(
  states: readonly IssueState[],
  clears: readonly ActivityEntry[],
  range: Range,
): Finding {
  const seen = states.filter(({ firstSeen, companyId }) => companyId !== null && isWithin(firstSeen, range));
  if (seen.length === 0) return { unknown: 'no issue of a company was first seen in this time' };
  const own = byCompany(clears);
  const first = seen.filter(
    ({ companyId, firstSeen }) =>
      !(own.get(companyId ?? '') ?? []).some(({ timestamp }) => {
        const ahead = firstSeen.getTime() - timestamp.getTime();
        return ahead >= 0 && ahead <= DAY_MS;
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
  const own = byCompany(fixes);
  return acts.filter(({ eventType, details, companyId, timestamp }) => {
    if (eventType !== 'clear' || details.command !== 'clear' || details.phase === 'intent') return false;
    return !(own.get(companyId) ?? []).some(
      (fix) => fix.plannedAt <= timestamp && (fix.finishedAt === null || timestamp <= fix.finishedAt),
    );
  });
}

function runOf({ details, timestamp, companyId }: ActivityEntry): string {
  return String(details.operationId ?? `${companyId} ${timestamp.getTime()}`);
}

/**
 * By how many percent there were more or fewer critical issues first seen than in as long a time before.
 * @param keptDays days after which an issue that is over is forgotten
 */
export function incidentsChange(states: readonly IssueState[], range: Range, keptDays: number): Finding {
  const length = range.until.getTime() - range.since.getTime();
  const before: Range = { since: new Date(range.since.getTime() - length), until: new Date(range.since.getTime() - 1) };
  if (before.since.getTime() < range.until.getTime() - keptDays * DAY_MS)
    return {
      unknown: `issues that are over are kept for ${counted(keptDays, 'day')}, and as long a time before is compared: choose a --since of ${counted(Math.floor(keptDays / 2), 'day')} at most`,
    };
  const count = (within: Range) =>
    states.filter(({ severity, firstSeen }) => severity === 'critical' && isWithin(firstSeen, within)).length;
  const [now, then] = [count(range), count(before)];
  const basis = `${counted(now, 'critical issue')} first seen in this time, ${then} in as long before; one that came back counts with its last time only`;
  if (then === 0) return { unknown: 'nothing critical was noted in as long a time before to compare with', basis };
  return { value: ((now - then) / then) * 100, basis };
}
