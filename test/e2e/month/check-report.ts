import type { TrendPoint } from '../../../src/core/domain/trends/series.js';
import { report } from '../../../src/core/services/report/gather.js';
import type { PlatformReport } from '../../../src/core/services/report/report.js';
import { checkPoints, expectedSnapshots } from './checks.js';
import { keptBetween } from './expected-trends.js';
import type { Month } from './month.js';
import { DAY } from './plan.js';

/** The report of the service, as of the end. */
export async function checkReport(month: Month): Promise<void> {
  const since = new Date(month.startMs);
  const { report: found, complete } = await report(month.platform.ports, null, {
    windowMs: DAY,
    since,
    title: 'A month',
  });
  month.differences.compare('report', 'complete', complete, true);
  await compareReport(month, found);
}

/** @param within how far money may be apart */
export async function compareReport(month: Month, found: PlatformReport, within = 0): Promise<void> {
  const { differences } = month;
  const nowMs = new Date(found.generatedAt).getTime();
  const figures = await month.figures(nowMs);
  month.compareCompanies(found.companies, figures, within);
  const { platformStats } = found.platform;
  const sum = (of: (one: (typeof figures)[number]) => number): number =>
    figures.reduce((total, one) => total + of(one), 0);
  const [hits, reads] = [sum(({ hits }) => hits ?? 0), sum(({ hits, misses }) => (hits ?? 0) + (misses ?? 0))];
  const count = (status: string): number => figures.filter((one) => one.status === status).length;
  const totalCost = sum(({ redisCost, mongodbCost }) => redisCost + (mongodbCost ?? 0));
  const { totalMemoryBytes, avgHitRate, unallocatedCost, companies } = platformStats;
  differences.compare(
    'report',
    'summary',
    { totalMemoryBytes, avgHitRate, totalCost: platformStats.totalCost, unallocatedCost, companies },
    {
      ...{
        totalMemoryBytes: sum(({ bytes }) => bytes),
        avgHitRate: reads === 0 ? null : (hits / reads) * 100,
        totalCost,
      },
      unallocatedCost: month.settings.get('providers.mongodb.baseTierCost'),
      companies: {
        total: figures.length,
        ...{
          healthy: count('healthy'),
          warning: count('warning'),
          critical: count('critical'),
          unknown: count('unknown'),
        },
      },
    },
    within,
  );
  const history = (found.changes ?? []).map(({ timestamp, path, oldValue, newValue, changedBy, reason }) => ({
    ...{ atMs: new Date(timestamp).getTime(), path, oldValue, value: newValue, actor: changedBy, reason },
  }));
  const wanted = month.history.map(({ atMs, path, oldValue, value, actor }) => ({
    ...{ atMs, path, oldValue, value, actor, reason: `because of ${path}` },
  }));
  differences.compare('report', 'changes', history, wanted.reverse());
  const over = figures.filter(({ headline }) => (headline.percent ?? 0) > 100).map(({ id }) => id);
  const flagged = found.issues?.filter(({ code }) => code === 'COST_OVER_BUDGET').map(({ companyId }) => companyId);
  differences.compare('report', 'over budget', flagged?.sort(), over.sort());
  compareMetrics(month, found, { totalCost, companies: figures.length, over: over.length }, within);
  const first = Math.floor(new Date(found.since).getTime() / DAY) * DAY;
  const range = { id: null, from: first, to: Math.floor(nowMs / DAY) * DAY + DAY, step: '1d' as const };
  // Its charts have no keys and no score.
  checkPoints(month, (found.trends?.points ?? []) as TrendPoint[], { ...range, without: ['keys', 'score'] }, within);
}

function compareMetrics(
  month: Month,
  found: PlatformReport,
  now: { totalCost: number; companies: number; over: number },
  within: number,
): void {
  const of = (name: string) => found.successMetrics.find((one) => one.name === name);
  const kept = keptBetween(month, null, 0, month.lapse.nowMs);
  const reads = (kept.hit ?? 0) + (kept.miss ?? 0);
  const { differences } = month;
  differences.compare('report', 'hit rate of the month', of('hitRate')?.value, ((kept.hit ?? 0) / reads) * 100);
  const ms = ((kept.hitUs ?? 0) + (kept.missUs ?? 0)) / reads / 1000;
  differences.compare('report', 'response of the month', of('responseTime')?.value, ms);
  differences.compare(
    'report',
    'cost of a company',
    of('costPerCompany')?.value,
    now.totalCost / now.companies,
    within,
  );
  const dayAfter = month.startMs + DAY;
  const then = expectedSnapshots(month).findLast(({ atMs }) => atMs <= dayAfter);
  const before = (then?.figures ?? []).reduce(
    (sum, { redisCost, mongodbCost }) => sum + redisCost + (mongodbCost ?? 0),
    0,
  );
  differences.compare(
    'report',
    'cost before',
    of('costPerCompany')?.before,
    before / (then?.figures.length ?? 1),
    within,
  );
  if (now.over > 0) differences.compare('report', 'over budget, detected', of('overBudgetDetected')?.value, 100);
}
