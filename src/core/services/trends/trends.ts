import { FORECAST_METHOD } from '../../domain/trends/forecast.js';
import type { TrendMetric } from '../../domain/trends/metrics.js';
import { pointOf, type StepFacts } from '../../domain/trends/series.js';
import { type Step, type StepLength, stepFor, stepsBefore, stepsBetween } from '../../domain/trends/steps.js';
import type { Zone } from '../../domain/trends/zone.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { budgetForecasts, memoryForecast } from './forecasts.js';
import { companyHistory, type History, platformHistory } from './history.js';
import type { TrendSeries, TrendsReport } from './report.js';

/** Whose trend: of a company, or (null) of the platform. */
export interface TrendSubject {
  companyId: string;
  companyName: string | null;
}

export interface TrendsRequest {
  subject: TrendSubject | null;
  /** The period before, or other companies. */
  compare: 'previous' | TrendSubject[];
  metrics: TrendMetric[];
  since: Date;
  until: Date;
  step: StepLength | 'auto';
  zone: Zone;
}

export interface TrendsResult {
  report: TrendsReport;
  /** What each series' points were worked out from, in the order of the series: a chart may need fewer, longer steps. */
  facts: StepFacts[][];
}

/** More steps than this are no trend any more. */
const MOST_STEPS = 20_000;

/**
 * How figures went over time, from what `snapshot` recorded: no Redis is asked.
 * @throws RCM_USAGE for a range of too many steps; RCM_SNAPSHOT_MISSING where nothing was ever recorded; RCM_STORE_*, RCM_MONGODB_*
 */
export async function trends(store: Store, request: TrendsRequest, now: Date): Promise<TrendsResult> {
  const { subject, compare, metrics, zone } = request;
  const [sinceMs, untilMs] = [request.since.getTime(), request.until.getTime()];
  const length = request.step === 'auto' ? stepFor(sinceMs, untilMs, now.getTime()) : request.step;
  if ((untilMs - sinceMs) / (length === '1h' ? 3_600_000 : 86_400_000) > MOST_STEPS)
    throw new RcmError(
      'RCM_USAGE',
      `More than ${MOST_STEPS.toLocaleString('en-US')} steps lie between --since and --until`,
      'Take a shorter range, or --step 1d.',
    );
  const steps = stepsBetween(sinceMs, untilMs, length, zone);
  const wanted: [TrendSubject | null, Step[], TrendSeries['period']][] = [
    [subject, steps, 'this'],
    ...(compare === 'previous'
      ? [[subject, stepsBefore(steps, length, zone), 'previous'] as (typeof wanted)[number]]
      : compare.map((other): (typeof wanted)[number] => [other, steps, 'this'])),
  ];
  const withTotals = metrics.includes('keys') || metrics.includes('score');
  const histories = await Promise.all(
    wanted.map(([who, when]) =>
      who === null ? platformHistory(store, when, withTotals) : companyHistory(store, who.companyId, when),
    ),
  );
  if (histories.every(({ any }) => !any)) await assertRecorded(store, now);
  const first = histories[0] as History;
  const forecasts =
    subject === null
      ? [memoryForecast(first, zone)]
      : budgetForecasts(subject.companyId, first, await store.pricing.get(), zone);
  const series = wanted.map(([who, when, period], i) => seriesOf(who, when, period, histories[i] as History));
  const report: TrendsReport = {
    generatedAt: now,
    since: new Date(steps[0]?.fromMs ?? sinceMs),
    until: new Date(steps.at(-1)?.toMs ?? untilMs),
    step: length,
    timeZone: zone.name,
    metrics,
    series,
    forecasts,
    forecastMethod: FORECAST_METHOD,
    warnings: warningsOf(series),
  };
  return { report, facts: histories.map(({ facts }) => facts) };
}

function seriesOf(
  who: TrendSubject | null,
  steps: readonly Step[],
  period: TrendSeries['period'],
  { facts, companyName: recorded }: History,
): TrendSeries {
  const companyName = who?.companyName ?? recorded;
  const name = who === null ? 'Platform' : (companyName ?? who.companyId);
  return {
    label: period === 'previous' ? `${name}, the period before` : name,
    companyId: who?.companyId ?? null,
    companyName,
    period,
    since: new Date(steps[0]?.fromMs ?? 0),
    until: new Date(steps.at(-1)?.toMs ?? 0),
    points: facts.map(pointOf),
  };
}

function warningsOf(series: readonly TrendSeries[]): string[] {
  return series
    .filter(({ points }) => points.every(({ reads, memoryBytes }) => reads === null && memoryBytes === null))
    .map(({ label }) => `Nothing was recorded of ${label} in this time.`);
}

async function assertRecorded(store: Store, now: Date): Promise<void> {
  const [snapshot, oldest] = await Promise.all([store.snapshots.latestPlatform(now), store.counterHours.oldest()]);
  if (snapshot === null && oldest === null)
    throw new RcmError(
      'RCM_SNAPSHOT_MISSING',
      `Nothing was recorded yet in ${store.location}`,
      'Run `rcm snapshot` every hour, from cron.',
    );
}
