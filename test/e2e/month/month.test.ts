import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertsReport } from '../../../src/core/services/alerts/report.js';
import type { PlatformReport } from '../../../src/core/services/report/report.js';
import type { TrendsReport } from '../../../src/core/services/trends/report.js';
import { rcm } from '../../support/cli.js';
import {
  checkHours,
  checkOldAge,
  checkPoints,
  checkReport,
  checkSnapshots,
  checkTrends,
  compareReport,
  type Range,
} from './checks.js';
import { Month } from './month.js';
import { DAY } from './plan.js';

/** Four days of twelve companies; a whole month of fifty with RCM_TEST_MONTH=720x50 (see CONTRIBUTING.md). */
const [hours = 96, companies = 12] = (process.env.RCM_TEST_MONTH ?? '96x12').split('x').map(Number);
const LONG = 20 * 60_000;
/** Money is printed with six decimals. */
const ROUNDED = 1e-6;

let month: Month;
let today: number;
beforeAll(async () => {
  month = await Month.create({ hours, companies, seed: 1 });
  await month.run();
  today = Math.floor(month.lapse.nowMs / DAY) * DAY;
}, LONG);
afterAll(() => month.close());

const found = (...kinds: string[]) => {
  for (const kind of kinds) expect(month.differences.compared(kind), kind).toBeGreaterThan(0);
  return kinds.flatMap((kind) => month.differences.of(kind));
};
const cli = async <T>(...words: string[]): Promise<T> => {
  const result = await rcm([
    ...words,
    '--json',
    '--redis-url',
    month.server.url,
    '--state-file',
    `${month.rig.dir}/rcm.db`,
  ]);
  expect(result.exitCode, result.stderr).toBe(0);
  return result.json<T>();
};

describe('simulated time of a whole platform: what is said is what follows from the accesses', () => {
  it('hits, misses and removals, as the application saw them', () => {
    expect(found('what the application got')).toEqual([]);
    expect(month.differences.of('keys that are gone')).toEqual([]);
    expect(month.differences.of('evictions')).toEqual([]);
    expect(month.accesses).toBeGreaterThan(hours * companies * 5);
  });

  it('every figure of every company, hour by hour', () => {
    expect(found('figures of companies', 'snapshots')).toEqual([]);
  });

  it('alerts, and since when', () => {
    expect(found('alerts')).toEqual([]);
    const happened = ['COMPANY_HEALTH', 'SNAPSHOTS_STALE'].flatMap((code) => [`${code} warning`, `${code} critical`]);
    happened.push('BUDGET_CACHE critical', 'REDIS_MEMORY warning', 'REDIS_EVICTIONS warning');
    expect([...month.alerted]).toEqual(expect.arrayContaining(happened));
  });

  it('messages: what is new, worse or over, each once', () => {
    expect(found('notifications')).toEqual([]);
    expect(Math.min(...Object.values(month.changesTold))).toBeGreaterThan(0);
    expect(month.messages).toBeLessThan(hours);
  });

  it('snapshots that are kept, with all their rows', async () => {
    await checkSnapshots(month);
    expect(found('snapshots that are kept', 'rows of companies')).toEqual([]);
  });

  it('hours of counters, those of missed runs too', async () => {
    await checkHours(month);
    expect(found('hours of counters')).toEqual([]);
  });

  it('trends by the day from each day on, by the hour, and of the time before', { timeout: LONG }, async () => {
    const first = Math.floor(month.startMs / DAY) * DAY;
    const ranges: Range[] = [];
    for (let from = first; from <= today; from += DAY) ranges.push([from, today + DAY, '1d']);
    for (let from = first; from < today - 2 * DAY; from += 5 * DAY) ranges.push([from, from + 2 * DAY, '1h']);
    await checkTrends(month, ranges);
    expect(found('trends')).toEqual([]);
  });

  it('the report', async () => {
    await checkReport(month);
    expect(found('report', 'figures of companies', 'trends')).toEqual([]);
  });

  it('the commands: trends, report and alerts, as of now', async () => {
    const [since, until] = [new Date(today - 3 * DAY), new Date(today - 1)].map((date) => date.toISOString());
    const range = ['--since', since ?? '', '--until', until ?? ''];
    for (const [id, step] of [
      ['steady', '1d'],
      ['pausing', '1h'],
      [null, '1d'],
    ] as const) {
      const words = ['trends', ...(id === null ? [] : [id]), ...range, '--step', step, '--compare', 'previous'];
      const { series } = await cli<TrendsReport>(...words);
      for (const [i, from] of [today - 3 * DAY, today - 6 * DAY].entries())
        checkPoints(month, series[i]?.points ?? [], { id, from, to: from + 3 * DAY, step }, ROUNDED);
    }
    await compareReport(
      month,
      await cli<PlatformReport>('report', '--since', new Date(month.startMs).toISOString()),
      ROUNDED,
    );
    const report = await cli<AlertsReport>('alerts');
    const nowMs = new Date(report.generatedAt).getTime();
    month.compareAlerts(report, await month.expectedAlerts(await month.figures(nowMs), nowMs));
    expect(found('report', 'figures of companies', 'trends', 'alerts')).toEqual([]);
  });

  it('old age: by the day what is older than 35 days', async () => {
    await checkOldAge(month, Math.ceil(35 - hours / 24 / 2));
    expect(found('old age')).toEqual([]);
  });
});
