import type { TrendPoint } from '../../../src/core/domain/trends/series.js';
import { zoneOf } from '../../../src/core/domain/trends/zone.js';
import { report } from '../../../src/core/services/report/gather.js';
import type { PlatformReport } from '../../../src/core/services/report/report.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { trends } from '../../../src/core/services/trends/trends.js';
import { type ExpectedPoint, expectedPoints, keptBetween } from './expected-trends.js';
import { add, type Counts } from './ledger.js';
import type { ExpectedSnapshot, Month } from './month.js';
import { DAY, HOUR } from './plan.js';

const UTC = zoneOf('UTC') as NonNullable<ReturnType<typeof zoneOf>>;
const ALL = ['hit-rate', 'response', 'memory', 'keys', 'cost', 'score'] as const;

/** Which snapshots must be left: all of the last 48 hours, of those before them the last of each hour. */
export function expectedSnapshots({ snapshots }: Month): ExpectedSnapshot[] {
  const from = (snapshots.at(-1)?.atMs ?? 0) - 48 * HOUR;
  return [
    ...lastOfEach(
      snapshots.filter(({ atMs }) => atMs < from),
      HOUR,
    ),
    ...snapshots.filter(({ atMs }) => atMs >= from),
  ];
}

function lastOfEach<T extends { atMs: number }>(sorted: readonly T[], unitMs: number): T[] {
  return [...new Map(sorted.map((one) => [Math.floor(one.atMs / unitMs), one])).values()];
}

/** Every snapshot that is kept, with every company's figures. */
export async function checkSnapshots(month: Month): Promise<void> {
  const { store } = month.rig.ports;
  const wanted = expectedSnapshots(month);
  const span = [new Date(0), new Date(month.lapse.nowMs)] as const;
  const rows = await store.snapshots.platformRange(...span);
  const seen = rows.map(({ takenAt, companies, totalBytes, totalCost }) => ({
    ...{ atMs: takenAt.getTime(), companies, totalBytes, totalCost },
  }));
  const sums = wanted.map(({ atMs, figures }) => ({
    ...{ atMs, companies: figures.length },
    totalBytes: figures.reduce((sum, { bytes }) => sum + bytes, 0),
    totalCost: figures.reduce((sum, { redisCost, mongodbCost }) => sum + redisCost + (mongodbCost ?? 0), 0),
  }));
  month.differences.compare('snapshots that are kept', 'when', seen.map(at), sums.map(at));
  for (const [i, one] of seen.entries())
    month.differences.compare('snapshots that are kept', `${one.atMs}`, one, sums[i]);
  for (const { id } of month.companies) {
    const own = await store.snapshots.companyRange(id, ...span);
    const got = own.map(
      ({
        takenAt,
        keys,
        cacheBytes,
        hits,
        misses,
        readUs,
        coveredMs,
        clears24h,
        redisCost,
        score,
        status,
        ...rest
      }) => ({
        ...{ atMs: takenAt.getTime(), keys, bytes: cacheBytes, hits, misses, readUs, coveredMs, clears: clears24h },
        ...{ redisCost, mongodbCost: rest.mongodbCost, twilioCost: rest.twilioCost, score, status },
      }),
    );
    const must = wanted.flatMap(({ atMs, figures }) =>
      figures
        .filter((one) => one.id === id)
        .map(
          ({
            keys,
            bytes,
            hits,
            misses,
            readUs,
            coveredMs,
            clears,
            redisCost,
            mongodbCost,
            twilioCost,
            score,
            status,
          }) => ({
            ...{ atMs, keys, bytes, hits, misses, readUs, coveredMs, clears },
            ...{ redisCost, mongodbCost, twilioCost, score, status },
          }),
        ),
    );
    month.differences.compare('rows of companies', `${id}: how many`, got.length, must.length);
    for (const [i, row] of got.entries())
      month.differences.compare('rows of companies', `${id} ${row.atMs}`, row, must[i]);
  }
}

const at = ({ atMs }: { atMs: number }): number => atMs;

/** Every hour of counters of every company, and of the platform. */
export async function checkHours(month: Month): Promise<void> {
  const { counterHours } = month.rig.ports.store;
  const platform = new Map<number, Counts>();
  for (const hours of month.ledger.kept.values())
    for (const [hourMs, counts] of hours) platform.set(hourMs, add(platform.get(hourMs) ?? {}, counts));
  for (const id of [...month.companies.map((one) => one.id), '']) {
    const spans = await counterHours.range(id, 0, month.lapse.nowMs);
    const wanted = id === '' ? platform : (month.ledger.kept.get(id) ?? new Map<number, Counts>());
    const hours = [...wanted].sort(([a], [b]) => a - b);
    const got = spans.map(({ fromMs, counters }) => [fromMs, counted(counters)]);
    month.differences.compare('hours of counters', `${id}: how many`, got.length, hours.length);
    for (const [i, [hourMs, counts]] of hours.entries())
      month.differences.compare('hours of counters', `${id} ${hourMs}`, got[i], [hourMs, counted(counts)]);
  }
}

function counted(counts: Counts): Counts {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([, n]) => n > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export type Range = [fromMs: number, toMs: number, step: '1h' | '1d'];

/** Trends of the platform and of every company, over ranges of whole steps; the last also with the time before. */
export async function checkTrends(month: Month, ranges: readonly Range[]): Promise<void> {
  const now = new Date(month.lapse.nowMs);
  for (const [fromMs, toMs, step] of ranges)
    for (const id of [null, ...month.companies.map((one) => one.id)]) {
      const subject = id === null ? null : { companyId: id, companyName: null };
      const [since, until] = [new Date(fromMs), new Date(toMs - 1)];
      const request = { subject, compare: 'previous' as const, metrics: [...ALL], since, until, step, zone: UTC };
      const { report: found } = await trends(month.rig.ports.store, request, now);
      const length = toMs - fromMs;
      for (const [i, from] of [fromMs, fromMs - length].entries())
        checkPoints(month, found.series[i]?.points ?? [], { id, from, to: from + length, step });
    }
}

interface PointRange {
  id: string | null;
  from: number;
  to: number;
  step: '1h' | '1d';
  /** What is not looked at. */
  without?: readonly (keyof ExpectedPoint)[];
}

/** @param within how far money may be apart */
export function checkPoints(
  month: Month,
  points: readonly TrendPoint[],
  { id, from, to, step, without = [] }: PointRange,
  within = 0,
): void {
  const wanted = expectedPoints(month, id, from, to, step === '1d' ? DAY : HOUR);
  const what = `${id ?? 'platform'} by ${step} from ${new Date(from).toISOString()}`;
  const part = (point: object | undefined) =>
    Object.fromEntries(
      Object.entries(point ?? {})
        .filter(([name]) => !(without as readonly string[]).includes(name))
        .sort(),
    );
  month.differences.compare('trends', `${what}: steps`, points.length, wanted.length);
  for (const [i, point] of points.entries()) {
    const { until: _, at: start, ...figures } = point;
    const got: ExpectedPoint = { ...figures, at: new Date(start).getTime() };
    month.differences.compare(
      'trends',
      `${what}, ${new Date(start).toISOString()}`,
      part(got),
      part(wanted[i]),
      within,
    );
  }
}

/** The report of the service, as of the end. */
export async function checkReport(month: Month): Promise<void> {
  const since = new Date(month.startMs);
  const { report: found, complete } = await report(month.rig.ports, null, { windowMs: DAY, since, title: 'A month' });
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

/** Long after the end: one more snapshot, and what is older than 35 days is there by the day. */
export async function checkOldAge(month: Month, days: number): Promise<void> {
  const { ports } = month.rig;
  const later = month.lapse.nowMs + days * DAY;
  await takeSnapshot({ ...ports, clock: () => new Date(later) });
  for (let i = 0; i < 100; i += 1) {
    const again = await takeSnapshot({ ...ports, clock: () => new Date(later) });
    if (!again.recorded || again.retention?.snapshotsLeft === 0) break;
  }
  const hourly = later - 35 * DAY;
  const [older, newer] = [
    month.snapshots.filter(({ atMs }) => atMs < hourly),
    month.snapshots.filter(({ atMs }) => atMs >= hourly),
  ];
  const wanted = [...lastOfEach(older, DAY), ...lastOfEach(newer, HOUR)].map(at);
  const rows = await ports.store.snapshots.platformRange(new Date(0), new Date(later - 1));
  month.differences.compare(
    'old age',
    'snapshots',
    rows.map(({ takenAt }) => takenAt.getTime()),
    wanted,
  );
  for (const id of [null, ...month.companies.map((one) => one.id)]) {
    const spans = await ports.store.counterHours.range(id ?? '', 0, later);
    const sums: Counts = {};
    for (const { counters } of spans) add(sums, counters);
    month.differences.compare('old age', `${id}: sum`, counted(sums), counted(keptBetween(month, id, 0, later)));
    const late = spans.filter(({ fromMs, toMs }) => toMs - fromMs === HOUR && toMs < hourly - DAY);
    month.differences.compare('old age', `${id}: hours that are left`, late.length, 0);
  }
}
