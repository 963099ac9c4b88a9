import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TrendsReport, trendsReport } from '../../src/core/services/trends/report.js';
import { openStore, type StoreOptions } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import type { Store } from '../../src/core/store/store.js';
import { companyRow, platformRow } from '../integration/store/builders.js';
import { rcm } from '../support/cli.js';
import { describeMongo, mongoForTests } from '../support/mongo/index.js';
import { tempDir } from '../support/temp-dir.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TODAY = Math.floor(Date.now() / DAY) * DAY;

/**
 * Twenty days of two companies: acme's memory and Redis cost grow evenly, 0.10 dollars a day up to 3.00 yesterday, and
 * every hour has 9 hits and a miss (from the tenth day on 8 and 2); of the days 5 and 6 nothing was recorded. Beta is steady.
 */
async function fill(store: Store): Promise<void> {
  for (let ago = 20; ago >= 1; ago--) {
    const at = new Date(TODAY - ago * DAY + 23 * HOUR);
    if (ago === 6 || ago === 5) continue;
    const acme = {
      cacheBytes: 1_000_000 - ago * 1000,
      keys: 100,
      redisCost: 3.1 - ago * 0.1,
      mongodbCost: 0.5,
      score: 70,
    };
    await store.snapshots.insert({
      platform: platformRow(at, {
        totalBytes: 5_000_000,
        totalCost: 9,
        redisUsedMemoryBytes: 3e9 - ago * 1e8,
        redisMaxMemoryBytes: 4e9,
      }),
      companies: [
        companyRow('acme', at, acme),
        companyRow('beta', at, { keys: 7, score: 90, companyName: 'Beta Ltd' }),
      ],
    });
    const hours = Array.from({ length: 24 }, (_, n) => TODAY - ago * DAY + n * HOUR);
    await store.counterHours.put(
      hours.flatMap((hourMs) => {
        const [hit, miss] = ago > 10 ? [9, 1] : [8, 2];
        const acmes = { hit, miss, hitUs: 5000, missUs: 5000, b1: 5, b3: 5 };
        return [
          { companyId: 'acme', hourMs, mark: null, counters: acmes },
          { companyId: 'beta', hourMs, mark: null, counters: { hit: 30, miss: 0 } },
        ];
      }),
    );
  }
}

function suite(prepare: () => Promise<{ options: StoreOptions; flags: string[] }>): void {
  let flags: string[];
  beforeAll(async () => {
    const { options, flags: given } = await prepare();
    flags = given;
    const store = await openStore(options);
    await fill(store);
    await store.close();
  });
  const report = async (...args: string[]): Promise<TrendsReport> => {
    const { exitCode, stdout, stderr } = await rcm(['trends', ...args, '--json', ...flags]);
    expect(exitCode, stderr).toBe(0);
    const found = JSON.parse(stdout);
    expectSchema(trendsReport, found);
    return found;
  };

  it('gives every figure of every day, and null for what is unknown', async () => {
    const { series, forecasts, step, warnings } = await report('acme', '--since', '20d');
    expect([step, series.length, warnings]).toEqual(['1d', 1, []]);
    const points = series[0]?.points ?? [];
    expect(points).toHaveLength(21);
    expect(points.map((p) => p.hitRate)).toEqual([
      ...Array.from({ length: 10 }, () => 90),
      ...Array.from({ length: 4 }, () => 80),
      null,
      null,
      ...Array.from({ length: 4 }, () => 80),
      null,
    ]);
    // 10 reads an hour took 10,000 µs; half lie below 0.512 ms, the 95th of 100 at 9/10 between 1.024 and 2.048.
    expect(points[0]).toMatchObject({ reads: 240, avgResponseMs: 1, memoryBytes: 980_000, keys: 100, score: 70 });
    expect(points[0]?.p95ResponseMs).toBeCloseTo(1.024 + 1.024 * 0.9, 10);
    expect(points[0]?.cost).toBeCloseTo(1.1 + 0.5, 10);
    expect(points[14]).toMatchObject({
      reads: null,
      avgResponseMs: null,
      memoryBytes: null,
      keys: null,
      cost: null,
      score: null,
    });
    // 3.00 yesterday at 23:00, 0.10 a day: 5.00 in 20 days.
    const [cache, storage] = forecasts;
    expect(cache).toMatchObject({ what: 'cache budget', outcome: 'expected', values: 18, limit: 5 });
    expect(cache?.perDay).toBeCloseTo(0.1, 10);
    expect(Math.abs(Date.parse(String(cache?.at)) - (TODAY - HOUR + 20 * DAY))).toBeLessThan(60_000);
    expect(storage).toMatchObject({ what: 'storage budget', outcome: 'not rising', current: 0.5, limit: 10 });
  });

  it('of the platform: sums, the mean score, and when maxmemory is reached', async () => {
    const { series, forecasts } = await report('--since', '8d');
    expect(series[0]?.points[0]).toMatchObject({
      reads: 24 * 40,
      hitRate: (38 / 40) * 100,
      memoryBytes: 5_000_000,
      keys: 107,
      cost: 9,
      score: 80,
    });
    expect(forecasts[0]).toMatchObject({ what: 'maxmemory', limit: 4e9 });
    const long = await report('--since', '20d');
    // 2.9e9 yesterday, 1e8 a day: 11 days.
    expect(long.forecasts[0]).toMatchObject({ outcome: 'expected', current: 2.9e9 });
    expect(Math.abs(Date.parse(String(long.forecasts[0]?.at)) - (TODAY - HOUR + 11 * DAY))).toBeLessThan(60_000);
  });

  it('compares with the period before, and with others, as charts that fit', async () => {
    const { series } = await report('acme', '--since', '9d', '--compare', 'previous', '--metrics', 'hit-rate');
    expect(series.map(({ period }) => period)).toEqual(['this', 'previous']);
    expect(series[1]?.points).toHaveLength(10);
    expect(series[1]?.until).toBe(series[0]?.since);
    expect(series[1]?.points.map((p) => p.hitRate)).toEqual([...Array.from({ length: 9 }, () => 90), 80]);
    for (const columns of [80, 140]) {
      const { stdout, exitCode } = await rcm(
        ['trends', 'acme', '--compare', 'beta', '--since', '19d', '--no-color', ...flags],
        {
          tty: { columns, rows: 50 },
        },
      );
      expect(exitCode).toBe(0);
      const lines = stdout.split('\r\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      const hits = lines.slice(lines.indexOf('Hit rate'), lines.indexOf('Response, mean'));
      expect(hits.join('\n')).toMatch(/┤.*○/);
      expect(hits.join('\n')).toMatch(/[│┤].*●/);
      expect(hits.at(-3)).toMatch(/─·+┬?·*─/);
      expect(stdout).toContain('2 of 20 days unknown');
    }
  });
}

describe('rcm trends from the embedded store', () => {
  let flags: string[];
  suite(async () => {
    const stateFile = `${await tempDir()}/rcm.db`;
    flags = ['--state-file', stateFile];
    return { options: { stateFile, collections }, flags };
  });

  it('as CSV, NDJSON and Markdown: a gap is empty', async () => {
    const run = (format: string) =>
      rcm(['trends', 'beta', '--since', '7d', '--metrics', 'keys,hit-rate', '--format', format, ...flags]);
    const csv = (await run('csv')).stdout.trim().split('\n');
    expect(csv[0]).toBe('series,companyId,period,at,until,reads,hitRate,keys');
    const day = (ago: number) => new Date(TODAY - ago * DAY).toISOString();
    expect(csv[1]).toBe(`Beta Ltd,beta,this,${day(7)},${day(6)},720,100,7`);
    expect(csv[2]).toBe(`Beta Ltd,beta,this,${day(6)},${day(5)},,,`);
    const ndjson = (await run('ndjson')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(ndjson).toHaveLength(8);
    expect(ndjson[1]).toMatchObject({ companyId: 'beta', hitRate: null, keys: null });
    const markdown = (await run('markdown')).stdout;
    expect(markdown).toContain('| 720 | 100.0% | 7 |');
    expect(markdown).toContain('Storage budget');
  });

  it('by the days of a zone: 2026-03-29 has 23 hours in Berlin', async () => {
    const range = ['--since', '2026-03-28', '--until', '2026-03-30', '--tz', 'Europe/Berlin'];
    const { stdout, exitCode } = await rcm(['trends', ...range, '--json', ...flags]);
    expect(exitCode).toBe(0);
    const { series, warnings, timeZone } = JSON.parse(stdout) as TrendsReport;
    expect(timeZone).toBe('Europe/Berlin');
    const hours = series[0]?.points.map(({ at, until }) => (Date.parse(String(until)) - Date.parse(String(at))) / HOUR);
    expect(hours).toEqual([24, 23, 24]);
    expect(warnings).toEqual([expect.stringContaining('Nothing was recorded')]);
  });

  it('takes times without an offset as the clocks of the zone show them', async () => {
    const first = async (since: string, tz: string) => {
      const { stdout } = await rcm(['trends', '--since', since, '--step', '1h', '--tz', tz, '--json', ...flags]);
      return (JSON.parse(stdout) as TrendsReport).since;
    };
    const day = new Date(TODAY - 3 * DAY).toISOString().slice(0, 10);
    expect(await first(`${day}T18:30`, 'UTC')).toBe(`${day}T18:00:00.000Z`);
    expect(await first(`${day}T18:30`, 'Asia/Kathmandu')).toBe(`${day}T12:15:00.000Z`);
    expect(await first(`${day}T18:30Z`, 'Asia/Kathmandu')).toBe(`${day}T18:15:00.000Z`);
    expect(await first(`${day} 18:30+02:00`, 'Asia/Kathmandu')).toBe(`${day}T16:15:00.000Z`);
    // The day on which the clock is put forward at 2: 18:30 is 16:30 by UTC.
    expect(await first('2026-03-29T18:30', 'Europe/Berlin')).toBe('2026-03-29T16:00:00.000Z');
  });

  it('fits the window whatever the name, and an empty name is nobody', async () => {
    const named = `${await tempDir()}/rcm.db`;
    const store = await openStore({ stateFile: named, collections });
    const at = new Date(TODAY - DAY);
    const companyName = '漢字の会社 '.repeat(20).trim();
    await store.snapshots.insert({ platform: platformRow(at), companies: [companyRow('long', at, { companyName })] });
    await store.counterHours.put([{ companyId: 'long', hourMs: TODAY - DAY, counters: { hit: 1 }, mark: 1 }]);
    await store.close();
    const { stdout } = await rcm(['trends', 'long', '--state-file', named], { tty: { columns: 80, rows: 50 } });
    for (const line of stripVTControlCharacters(stdout).split('\r\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout).toContain('漢字の会社');
    expect((await expectError(['trends', '', '--state-file', named], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
  });

  it('refuses what cannot be', async () => {
    const refused = async (code: string, exit: number, ...args: string[]) =>
      expect((await expectError(['trends', ...args, ...flags], exit)).code).toBe(code);
    await refused('RCM_USAGE', 2, '--metrics', 'hit-rates');
    await refused('RCM_USAGE', 2, '--tz', 'Mars/Olympus');
    await refused('RCM_USAGE', 2, '--since', '2026-05-01', '--until', '2026-04-01');
    await refused('RCM_USAGE', 2, '--since', '2999-01-01');
    await refused('RCM_USAGE', 2, '--since', '2000-01-01', '--step', '1h');
    await refused('RCM_COMPANY_NOT_FOUND', 4, 'acne');
    const empty = ['--state-file', `${await tempDir()}/rcm.db`];
    expect((await expectError(['trends', ...empty], 3)).code).toBe('RCM_SNAPSHOT_MISSING');
  });
});

describeMongo('rcm trends from MongoDB', () => {
  let drop = async () => {};
  suite(async () => {
    const database = mongoForTests();
    drop = database.drop;
    const options = { mongodbUri: database.uri, stateFile: '/nonexistent/rcm.db', collections };
    return { options, flags: ['--mongodb-uri', database.uri] };
  });
  afterAll(() => drop());
});
