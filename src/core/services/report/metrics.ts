import { avgResponseMs } from '../../domain/hit-rate.js';
import { activeDaysPerWeek, drillDownsPerWeek, fixAcceptance } from '../../domain/report/adoption.js';
import { costPerCompany, overBudgetDetected, savedByFixes, wastedSpend } from '../../domain/report/costs.js';
import {
  counted,
  type Finding,
  loggedRange,
  metricOf,
  type Range,
  type SuccessMetric,
} from '../../domain/report/metric.js';
import {
  clearsByHand,
  detectedProactively,
  incidentsChange,
  manualClearsPerWeek,
  troubleshootingTime,
} from '../../domain/report/operations.js';
import { hitRateOver, responseOver } from '../../domain/report/performance.js';
import type { Survey } from '../companies/survey.js';
import type { Kept } from './kept.js';
import type { PlatformReport } from './report.js';

/** What success is measured on. */
export interface MetricSources {
  found: Survey;
  kept: Kept;
  issues: PlatformReport['issues'];
  savings: { savingPerMonth: number; atMost: boolean } | null;
  range: Range;
  /** Whether commands are noted in the log. */
  logCommands: boolean;
  /** Days for which the log, and issues that are over, are kept. */
  keptDays: number;
}

const UNREAD: Finding = { unknown: 'the log of what was done could not be read' };
const TOO_LONG: Finding = { unknown: 'the log of what was done is too long for it: choose a later --since' };
const NO_ISSUES: Finding = { unknown: 'what was noted of issues could not be read' };
const NO_FIXES: Finding = { unknown: 'fixes could not be read' };
const NOT_NOTED: Finding = { unknown: 'commands are not noted in the log (`logCommands` is off)' };

const atLeast = (text: string, value: number) => ({ text, value, direction: 'at least' as const });
const atMost = (text: string, value: number) => ({ text, value, direction: 'at most' as const });

/** The master plan's success metrics over the report's time: each with what it rests on, or why it is unknown. */
export function successMetrics(sources: MetricSources): SuccessMetric[] {
  const { found, kept, issues, savings, range, logCommands, keptDays } = sources;
  const { acts, fixes, readFixes, trends } = kept;
  const points = trends?.series[0]?.points ?? [];
  const logged = loggedRange(range, keptDays);
  const ofLog = (finding: Finding): Finding =>
    logged === range || 'unknown' in finding
      ? finding
      : { ...finding, basis: `${finding.basis}; it is kept for ${counted(keptDays, 'day')}` };
  const NO_LOG = kept.tooManyActs ? TOO_LONG : UNREAD;
  const commands = acts?.filter(({ eventType }) => eventType === 'command') ?? null;
  const clears = acts && readFixes && clearsByHand(acts, readFixes);
  const ofCommands = (use: (known: NonNullable<typeof commands>) => Finding): Finding =>
    commands === null ? NO_LOG : logCommands ? use(commands) : NOT_NOTED;
  return [
    metricOf(
      metric('troubleshootingTime', 'Troubleshooting time', 'operations', 'minutes', atMost('3 minutes', 3)),
      readFixes === null ? NO_FIXES : ofCommands((known) => troubleshootingTime(readFixes, known, range)),
    ),
    metricOf(
      metric('detectedProactively', 'Issues detected proactively', 'operations', 'percent', atLeast('90 %', 90)),
      kept.issues === null ? NO_ISSUES : clears === null ? NO_LOG : detectedProactively(kept.issues, clears, range),
    ),
    metricOf(
      metric('manualClears', 'Manual cache clears', 'operations', 'per week', atMost('1 a week', 1)),
      clears === null ? NO_LOG : ofLog(manualClearsPerWeek(clears, logged)),
    ),
    metricOf(
      metric('overBudgetDetected', 'Companies over budget detected', 'cost', 'percent', atLeast('100 %', 100)),
      overBudgetDetected(found.companies, overBudgetNoted(issues, kept)),
    ),
    metricOf(
      metric('costPerCompany', 'Average cost per company', 'cost', 'dollars per month', null),
      costPerCompany(found.platformStats, kept.first),
    ),
    metricOf(
      metric('wastedSpend', 'Wasted spend that can be saved', 'cost', 'dollars per month', null),
      wastedSpend(savings),
    ),
    metricOf(
      metric('savedByFixes', 'Saved by fixes', 'cost', 'dollars per month', null),
      fixes === null
        ? NO_FIXES
        : savedByFixes(fixes.map((fix) => ({ ...fix, storageCost: fix.predicted.storageCost }))),
    ),
    metricOf(
      metric('hitRate', 'Platform-wide cache hit rate', 'performance', 'percent', atLeast('95 %', 95)),
      hitRateOver(points, found.platformStats.avgHitRate),
    ),
    metricOf(
      metric('responseTime', 'Average response time', 'performance', 'milliseconds', atMost('2 ms', 2)),
      responseOver(points, windowReads(found)),
    ),
    metricOf(
      metric('incidents', 'Cache-related incidents', 'performance', 'percent', atMost('80 % fewer', -80)),
      kept.issues === null ? NO_ISSUES : incidentsChange(kept.issues, range, keptDays),
    ),
    metricOf(
      metric('activeDays', 'Days on which admins used it', 'adoption', 'days per week', null),
      acts === null ? NO_LOG : ofLog(activeDaysPerWeek(acts, logged)),
    ),
    metricOf(
      metric('drillDowns', 'Drill-downs', 'adoption', 'per week', null),
      ofCommands((known) => ofLog(drillDownsPerWeek(known, logged))),
    ),
    metricOf(
      metric('fixAcceptance', 'Automatic fixes accepted', 'adoption', 'percent', null),
      ofCommands((known) => fixAcceptance(known, range)),
    ),
  ];
}

function metric(
  name: string,
  title: string,
  group: SuccessMetric['group'],
  unit: SuccessMetric['unit'],
  target: SuccessMetric['target'],
) {
  return { name, title, group, unit, target };
}

const OVER_BUDGET = 'COST_OVER_BUDGET';

function overBudgetNoted(issues: PlatformReport['issues'], { issues: states }: Kept): Set<string> {
  const open = (states ?? []).filter(({ resolvedAt }) => resolvedAt === null);
  return new Set(
    [...(issues ?? []), ...open].flatMap(({ code, companyId }) =>
      code === OVER_BUDGET && companyId !== null ? [companyId] : [],
    ),
  );
}

function windowReads({ facts }: Survey): { reads: number; value: number }[] {
  return facts.companies.flatMap(({ hits, misses, readUs }) => {
    const reads = (hits ?? 0) + (misses ?? 0);
    const value = avgResponseMs(reads, readUs);
    return value === null ? [] : [{ reads, value }];
  });
}
