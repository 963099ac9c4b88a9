import type { Config } from '../../config/schema.js';
import type { CompanyView } from '../../domain/company-view.js';
import { inOneLine } from '../../domain/recommend/recommend.js';
import { type Window, windowEndingAt } from '../../domain/window.js';
import type { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { worstFirst } from '../companies/companies.js';
import { type MeasureOptions, measure } from '../companies/facts.js';
import { surveyFromSnapshot } from '../companies/from-snapshot.js';
import { withOpenIssues } from '../companies/open-issues.js';
import { type Survey, surveyOf } from '../companies/survey.js';
import { type DetectResult, detectIn } from '../detect/detect.js';
import { measuredOf } from '../detect/measured.js';
import type { FixPorts } from '../fix/ports.js';
import type { Ports } from '../ports.js';
import { recommendIn } from '../recommend/recommend.js';
import type { RecommendReport } from '../recommend/report.js';
import { stats } from '../stats/stats.js';
import { readKept } from './kept.js';
import { successMetrics } from './metrics.js';
import type { PlatformReport } from './report.js';

export interface ReportRequest extends Omit<MeasureOptions, 'window' | 'largeFrom'> {
  /** Length of the window that hit rates cover. */
  windowMs: number;
  /** What the report looks back on begins here. */
  since: Date;
  title: string;
}

/** The report, and whether every configured service could be read. */
export interface ReportResult {
  report: PlatformReport;
  complete: boolean;
}

/** What was found out now, beside what is kept. */
interface Findings {
  found: Survey;
  detected: DetectResult['report'] | null;
  advice: RecommendReport | null;
}

/**
 * Everything about the platform in one report: one pass over the keyspace, whose figures every part is made of.
 * @param fixPorts null where there is no store
 * @throws RCM_REDIS_* when Redis cannot be read; RCM_USAGE for a time of too many days
 */
export async function report(ports: Ports, fixPorts: FixPorts | null, request: ReportRequest): Promise<ReportResult> {
  const { windowMs, since, title, ...options } = request;
  const window = windowEndingAt(ports.clock(), windowMs);
  const { bytes: largeFrom } = ports.config.detect.largeKeys;
  const measurement = await measure(ports, { ...options, window, largeFrom });
  const surveyed = surveyOf(ports, measurement, window);
  const { maxRate } = options;
  const detected = await detectIn(ports, measuredOf(ports, measurement), window, maxRate);
  const { report: advice } = await recommendIn(ports, detected);
  const found = { ...surveyed, companies: withFindings(surveyed.companies, detected.report, advice) };
  return reportOf(
    ports.store,
    { found, detected: detected.report, advice },
    { since, title, window, fixPorts, config: ports.config },
  );
}

/**
 * The same from the newest snapshot, at today's prices and budgets: no Redis is asked, so issues are those that were
 * noted last, and there are no recommendations.
 * @throws RCM_SNAPSHOT_MISSING when there is none; RCM_STORE_*, RCM_MONGODB_*
 */
export async function reportFromSnapshot(
  store: Store,
  config: Config,
  { since, title }: Pick<ReportRequest, 'since' | 'title'>,
  now: Date,
): Promise<ReportResult> {
  const found = await withOpenIssues(await surveyFromSnapshot(store, config, now), store);
  return reportOf(
    store,
    { found, detected: null, advice: null },
    { since, title, window: found.window, fixPorts: null, config },
  );
}

interface Frame {
  since: Date;
  title: string;
  window: Window;
  fixPorts: FixPorts | null;
  config: Config;
}

async function reportOf(
  store: Store | RcmError,
  { found, detected, advice }: Findings,
  { since, title, window, fixPorts, config }: Frame,
): Promise<ReportResult> {
  const { generatedAt } = found;
  const range = { since, until: generatedAt };
  const { report: platform, complete: measured } = stats(found);
  const warnings = [...platform.warnings, ...(advice?.warnings ?? detected?.warnings ?? [])];
  const names = new Map(found.companies.map(({ companyId, companyName }) => [companyId, companyName]));
  const kept = await readKept(store, { range, fixPorts, names: (id) => names.get(id) ?? null }, warnings);
  const issues = detected?.issues ?? null;
  const complete = measured && kept.complete && (detected?.complete ?? true);
  const { snapshot, usageMeasuredAt, platformStats, cost, redis, keys, own, store: where } = platform;
  const { trends } = kept;
  return {
    report: {
      ...{ generatedAt, title, since, window },
      platform: { snapshot, usageMeasuredAt, platformStats, cost, redis, keys, own, store: where },
      companies: [...found.companies].sort(worstFirst),
      issues,
      notJudged: detected?.notJudged ?? [],
      notedIssues: notedOf(kept.issues, names),
      recommendations: advice && {
        recommendations: advice.recommendations,
        total: advice.total,
        examined: advice.examined,
        notReplayed: advice.notReplayed,
      },
      changes: kept.changes,
      fixes: kept.fixes,
      trends: trends && {
        since: trends.since,
        until: trends.until,
        step: trends.step,
        timeZone: trends.timeZone,
        forecasts: trends.forecasts,
        forecastMethod: trends.forecastMethod,
        points: trends.series[0]?.points ?? [],
      },
      successMetrics: successMetrics({
        ...{ found, kept, issues, range },
        savings: advice?.total ?? null,
        logCommands: config.logCommands,
        keptDays: config.retention.actDays,
      }),
      complete,
      warnings: [...new Set(warnings)],
    },
    complete,
  };
}

/** The companies with what is wrong with them now, and what to do about it. */
function withFindings(
  companies: readonly CompanyView[],
  { issues }: DetectResult['report'],
  { recommendations }: RecommendReport,
): CompanyView[] {
  const codes = groupBy(issues, ({ companyId }) => companyId);
  const advices = groupBy(recommendations, ({ companyId }) => companyId);
  return companies.map((company) => ({
    ...company,
    issues: (codes.get(company.companyId) ?? []).map(({ code }) => code),
    recommendations: (advices.get(company.companyId) ?? []).map(inOneLine),
  }));
}

function groupBy<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

function notedOf(
  states: Awaited<ReturnType<Store['issues']['list']>> | null,
  names: ReadonlyMap<string, string | null>,
): PlatformReport['notedIssues'] {
  if (states === null) return null;
  return states
    .filter(({ resolvedAt }) => resolvedAt === null)
    .map(({ companyId, code, severity, firstSeen, lastSeen }) => ({
      companyId,
      companyName: companyId === null ? null : (names.get(companyId) ?? null),
      ...{ code, severity, firstSeen, lastSeen },
    }));
}
