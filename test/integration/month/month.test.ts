import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHours, checkOldAge, checkReport, checkSnapshots, checkTrends, type Range } from './checks.js';
import { Month } from './month.js';
import { DAY } from './plan.js';

const SHORT = { hours: 96, companies: 12, seed: 1 };
const [hours, companies] = (process.env.RCM_TEST_MONTH ?? '').split('x').map(Number);
const SCALE = hours ? { hours, companies: companies || 50, seed: 1 } : SHORT;

let month: Month;
beforeAll(async () => {
  month = await Month.create(SCALE);
  console.time('run');
  await month.run();
  console.timeEnd('run');
}, 1_200_000);
afterAll(() => month.close());

describe('a month', () => {
  it('run', () => {
    console.log(month.accesses, month.messages, month.changesTold);
    expect(month.differences.of()).toEqual([]);
  });
  it('snapshots', async () => {
    await checkSnapshots(month);
    expect(month.differences.of()).toEqual([]);
  });
  it('hours', async () => {
    await checkHours(month);
    expect(month.differences.of()).toEqual([]);
  });
  it('trends', async () => {
    const today = Math.floor(month.lapse.nowMs / DAY) * DAY;
    const first = Math.floor(month.startMs / DAY) * DAY;
    const ranges: Range[] = [];
    for (let from = first; from <= today; from += DAY) ranges.push([from, today + DAY, '1d']);
    for (let from = first; from < today - 2 * DAY; from += 5 * DAY) ranges.push([from, from + 2 * DAY, '1h']);
    await checkTrends(month, ranges);
    expect(month.differences.of()).toEqual([]);
  });
  it('report', async () => {
    await checkReport(month);
    expect(month.differences.of()).toEqual([]);
  });
  it('old age', async () => {
    await checkOldAge(month, 34);
    expect(month.differences.of()).toEqual([]);
  });
});
