import type { ActivityEntry } from '../activity.js';
import { counted, type Finding, isWithin, type Range, weeksOf } from './metric.js';

/** Days a week on which somebody did something that is logged: that a target could not be told is nobody's act. */
export function activeDaysPerWeek(acts: readonly ActivityEntry[], range: Range): Finding {
  const own = acts.filter(({ eventType, timestamp }) => eventType !== 'notify' && isWithin(timestamp, range));
  const days = new Set(own.map(({ timestamp }) => timestamp.toISOString().slice(0, 10)));
  const people = new Set(own.flatMap(({ metadata }) => (metadata.actor === undefined ? [] : [metadata.actor])));
  return {
    value: days.size / weeksOf(range),
    basis: `${counted(days.size, 'day')} with an act or command in the log, by ${counted(people.size, 'person', 'people')}`,
  };
}

export function drillDownsPerWeek(commands: readonly ActivityEntry[], range: Range): Finding {
  const own = commands.filter(
    ({ details, timestamp }) => details.command === 'drill-down' && isWithin(timestamp, range),
  );
  // Not every version notes them: none may mean that nothing was noted.
  if (own.length === 0) return { unknown: 'no drill-down is noted in the log' };
  return { value: own.length / weeksOf(range), basis: `${counted(own.length, 'drill-down')} in the log` };
}

/** Share of the fixes that somebody was asked about, or asked for, which were taken. */
export function fixAcceptance(commands: readonly ActivityEntry[], range: Range): Finding {
  const count = (outcome: string) =>
    commands.filter(
      ({ details, timestamp }) =>
        details.command === 'fix' && details.outcome === outcome && isWithin(timestamp, range),
    ).length;
  const [taken, declined] = [count('taken'), count('declined')];
  if (taken + declined === 0) return { unknown: 'no fix was taken or declined in this time' };
  return {
    value: (taken / (taken + declined)) * 100,
    basis: `${taken} taken of ${counted(taken + declined, 'offered fix', 'offered fixes')} that somebody decided on`,
  };
}
