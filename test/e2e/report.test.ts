import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parse } from 'csv-parse/sync';
import type { Redis } from 'ioredis';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/cli/views/report/page.js';
import { type PlatformReport, platformReport } from '../../src/core/services/report/report.js';
import { describeBrowser, launchBrowser } from '../support/browser.js';
import { rcm } from '../support/cli.js';
import { describeMongo } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { NAMES, type ReportEngine, type ReportWorld, seedReport } from './support/report-world.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

// biome-ignore lint/suspicious/noExplicitAny: JSON as machines get it
type Json = any;
// What runs in the page.
declare const document: Json;
declare const window: Json;
declare const getComputedStyle: (element: Json) => { backgroundColor: string };

const NOW = Date.now();
let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

let flags: string[];
let report: Json;
let seededIn: ReportEngine | null = null;
/** A platform whose durable state is in one of the stores, and its report. */
const seeded = async (engine: ReportEngine): Promise<ReportWorld> => {
  await redis.flushall();
  const world = await seedReport(redis, server.url, NOW, engine);
  ({ flags } = world);
  const result = await rcm(['report', ...flags, '--json']);
  expect(result.exitCode, result.stderr).toBe(0);
  report = result.json();
  seededIn = engine;
  return world;
};
/** The same in the embedded store, for what is the same of every store. */
const embedded = async () => {
  if (seededIn !== 'sqlite') await seeded('sqlite');
};

describe.each([
  { engine: 'mongodb' as const, suite: describeMongo },
  { engine: 'sqlite' as const, suite: describe },
])('rcm report, $engine', ({ engine, suite }) => {
  suite('of a platform with a month behind it', () => {
    let world: ReportWorld;
    beforeAll(async () => {
      world = await seeded(engine);
    });
    afterAll(() => world.close());

    it('--json: all parts, from one survey', async () => {
      expectSchema(platformReport, report);
      const { companies, platform, trends } = report;
      expect(companies.map((one: Json) => one.companyName).sort()).toEqual(Object.values(NAMES).sort());
      expect(platform.platformStats.totalMemoryBytes).toBe(
        companies.reduce((sum: number, one: Json) => sum + one.metrics.cacheBytes, 0),
      );
      expect(companies.find((one: Json) => one.companyId === '1').metrics.hitRate).toBe(90);
      expect(report.changes.map((one: Json) => [one.path, one.oldValue, one.newValue, one.changedBy])).toEqual([
        ['budgets.customBudgets.1.cache', null, 1, 'bob'],
        ['providers.redis.storageCostPerMB', 0.08, 0.5, '=ann'],
      ]);
      expect(report.fixes).toMatchObject([{ fixId: 'fx-abcdef', measured: { hitRate: 86.25 } }]);
      const known = trends.points.filter((point: Json) => point.memoryBytes !== null);
      expect([trends.points.length, known.length]).toEqual([31, 19]);
      // What `detect` finds stands with its company too.
      const over = report.issues
        .filter((one: Json) => one.code === 'COST_OVER_BUDGET')
        .map((one: Json) => one.companyId);
      expect(over).toContain('1');
      expect(companies.find((one: Json) => one.companyId === '1').issues).toContain('COST_OVER_BUDGET');
    });

    it('the success metrics, each with what it rests on or why it is unknown', () => {
      const of = (name: string) => report.successMetrics.find((one: Json) => one.name === name);
      // Two runs by hand in 30 days; the third clear was a fix's.
      expect(of('manualClears')).toMatchObject({ value: expect.closeTo(2 / (30 / 7), 6), met: true });
      // COST_OVER_BUDGET of company 1, and one that somebody had cleared a cache for before the month began.
      expect(of('detectedProactively')).toMatchObject({ value: 50, met: false });
      // Five, six, seven and eight days ago, and today's budgets and prices; nobody acts by a mail that fails.
      expect(of('activeDays').basis).toBe('4 days with an act or command in the log, by 1 person');
      // Shown 10 minutes and finished 7 minutes after the fifth day.
      expect(of('troubleshootingTime')).toMatchObject({ value: expect.closeTo(3, 6), unit: 'minutes' });
      expect(of('fixAcceptance')).toMatchObject({ value: 50, target: null, met: null });
      expect(of('savedByFixes')).toMatchObject({ value: 1.25 });
      expect(of('overBudgetDetected')).toMatchObject({ value: 100, met: true });
      const { totalCost, companies } = report.platform.platformStats;
      expect(of('costPerCompany').value).toBeCloseTo(totalCost / companies.total, 5);
      // 18 days of 960 hits in 1,000 reads (1 ms), and what a snapshot rolled up of today: 460 hits in 510 reads.
      const [hits, reads] = [18 * 960 + 460, 18 * 1000 + 510];
      expect(of('hitRate')).toMatchObject({ value: expect.closeTo((hits / reads) * 100, 6), met: true });
      expect(of('incidents')).toMatchObject({ value: null, met: null, unknown: expect.stringContaining('as long') });
      for (const one of report.successMetrics)
        expect(
          [one.value === null, one.unknown !== null].every(Boolean) ||
            (one.value !== null && one.unknown === null && one.basis !== ''),
        ).toBe(true);
    });

    it('a time longer than the log is kept: rates are of what it covers, and incidents are unknown', async () => {
      const year = (await rcm(['report', ...flags, '--since', '365d', '--json'])).json<Json>();
      const of = (name: string) => year.successMetrics.find((one: Json) => one.name === name);
      // Three runs by hand in the 90 days that are kept.
      expect(of('manualClears')).toMatchObject({
        value: expect.closeTo(3 / (90 / 7), 6),
        basis: expect.stringContaining('kept for 90 days'),
      });
      expect(of('incidents')).toMatchObject({ value: null, unknown: expect.stringContaining('45 days at most') });
    });

    it('CSV and Markdown: names stay text', async () => {
      const csv = await rcm(['report', ...flags, '--format', 'csv']);
      const rows = parse<Record<string, string>>(csv.stdout, { columns: true });
      const byId = Object.fromEntries(rows.map(({ id, name }) => [id, name]));
      const neutral = (name: string) => (/^[=+\-@]/.test(name) ? `'${name}` : name);
      expect(byId).toEqual(Object.fromEntries(Object.entries(NAMES).map(([id, name]) => [id, neutral(name)])));
      const { stdout } = await rcm(['report', ...flags, '--format', 'markdown', '--title', '<script> | #x']);
      expect(stdout.split('\n')[0]).toBe('# &lt;script&gt; \\| #x');
      expect(stdout).not.toMatch(/<(?!br)[a-z/]/i);
      const table = stdout.split('## Companies')[1]?.split('##')[0]?.trim().split('\n') ?? [];
      // Every row has as many cells as the head: no name broke out of its own.
      const cells = (line: string) => line.split(/(?<!\\)\|/).length;
      expect(table).toHaveLength(2 + 6);
      for (const line of table) expect(cells(line), line).toBe(cells(table[0] as string));
      expect(stdout).toContain('a \\| b \\[c\\](d) \\`e\\` \\*f\\* \\_g\\_ &lt;img src=x onerror=alert(2)&gt;');
    });

    it('--from-snapshot asks no Redis', async () => {
      const words = ['report', ...flags.slice(2), '--redis-url', 'redis://127.0.0.1:1', '--from-snapshot'];
      const result = await rcm([...words, '--json']);
      expect(result.exitCode, result.stderr).toBe(0);
      const past = result.json<Json>();
      expectSchema(platformReport, past);
      expect(past).toMatchObject({
        issues: null,
        recommendations: null,
        platform: { snapshot: { takenAt: expect.any(String) } },
      });
      expect(past.companies).toHaveLength(6);
      expect(past.fixes).toHaveLength(1);
      expect((await rcm([...words, '--format', 'markdown'])).stdout).toContain('## Recommendations\n\nUnknown.');
    });
  });
});

describe('rcm report', () => {
  beforeAll(embedded);

  it('without a store it is partial, and says so: 3', async () => {
    const words = ['report', '--redis-url', server.url, '--state-file', '/dev/null/rcm.db'];
    const result = await rcm([...words, '--json']);
    expect(result.exitCode).toBe(3);
    const part = result.json<Json>();
    expectSchema(platformReport, part);
    expect(part).toMatchObject({ complete: false, changes: null, fixes: null, trends: null, notedIssues: null });
    expect(part.warnings.join()).toContain('/dev/null/rcm.db');
    expect(part.companies).toHaveLength(6);
    expect(part.successMetrics.find((one: Json) => one.name === 'manualClears')).toMatchObject({ value: null });
    const page = await rcm(words);
    expect(page.exitCode).toBe(3);
    expect(page.stdout).toContain('This report is incomplete');
  });

  it('of nothing at all, and of no history', async () => {
    const empty = await startRedis();
    try {
      const words = ['report', '--redis-url', empty.url, '--state-file', `${await tempDir('state')}/rcm.db`];
      const result = await rcm([...words, '--json']);
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.json()).toMatchObject({ companies: [], issues: [], trends: null, changes: [], fixes: [] });
      const { stdout, exitCode } = await rcm(words);
      expect(exitCode).toBe(0);
      for (const text of ['No companies to show', 'There is no history', 'No issue was found', 'No fix was made'])
        expect(stdout).toContain(text);
      await expectError([...words, '--since', 'yesterday'], 2);
      await expectError([...words, '--since', '2999-01-01'], 2);
      const terminal = await rcm(words, { tty: { columns: 80, rows: 24 } });
      expect([terminal.exitCode, terminal.stdout.includes('--output')]).toEqual([2, true]);
    } finally {
      await empty.stop();
    }
  });
});

describeBrowser('the page of rcm report, in a browser', () => {
  let browser: Browser;
  let shots: string;
  let file: string;
  beforeAll(async () => {
    await embedded();
    browser = await launchBrowser();
    const folder = await tempDir('page');
    shots = process.env.RCM_TEST_SCREENSHOTS ?? folder;
    await mkdir(shots, { recursive: true });
    // The page of the very report that the figures are compared with; what the command writes is opened too.
    file = `${folder}/report.html`;
    const dates = (_: string, value: unknown) =>
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value;
    await writeFile(file, reportHtml(JSON.parse(JSON.stringify(report), dates) as PlatformReport));
  });
  afterAll(() => browser.close());

  interface Opened {
    page: Page;
    said: string[];
  }
  const withPage = async <T>(options: BrowserContextOptions, use: (opened: Opened) => Promise<T>, path = file) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    try {
      const page = await context.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('dialog', (dialog) => said.push(`dialog ${dialog.message()}`));
      page.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) said.push(`request ${request.url()}`);
      });
      await page.goto(`file://${path}`);
      return await use({ page, said });
    } finally {
      await context.close();
    }
  };
  /** What each row of a table has by column: the raw value, as text. */
  const cellsOf = (page: Page, id: string): Promise<Record<string, string>[]> =>
    page.locator(`#${id}`).evaluate((element) => {
      const table = element as Json;
      const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.dataset.name ?? '');
      return [...(table.tBodies[0]?.rows ?? [])]
        .filter((row) => !row.hidden)
        .map((row) =>
          Object.fromEntries([...row.cells].map((cell, i) => [names[i], cell.dataset.value ?? cell.textContent ?? ''])),
        );
    });
  const raw = (value: unknown) => (value === null || value === undefined ? '' : String(value));

  it('as the command writes it: no error, no request, every name as text', async () => {
    const written = `${await tempDir('written')}/r.html`;
    const title = '</title><script>alert(3)</script>';
    const { exitCode, stdout } = await rcm(['report', ...flags, '--output', written, '--title', title]);
    expect([exitCode, stdout]).toEqual([0, '']);
    await withPage(
      {},
      async ({ page, said }) => {
        expect(await page.title()).toBe(title);
        expect(await page.locator('h1').textContent()).toBe(title);
        expect(await page.locator('script').count()).toBe(1);
        expect(await page.locator('img, b, i, [style], [onerror]').count()).toBe(0);
        const names = (await cellsOf(page, 'companies')).map(({ name }) => name);
        expect(names.sort()).toEqual(Object.values(NAMES).sort());
        expect(said).toEqual([]);
        // The policy lets no other script and no other style in.
        const foreign = await page.evaluate(() => {
          const script = document.createElement('script');
          script.textContent = 'window.foreign = 1';
          document.head.append(script);
          return window.foreign ?? null;
        });
        expect(foreign).toBeNull();
        expect(said.join()).toContain('Content Security Policy');
      },
      written,
    );
  });

  it('shows every figure as --json has it', async () => {
    await withPage({}, async ({ page, said }) => {
      const at = (path: string) => path.split('.').reduce((value: Json, name) => value?.[name], report);
      const marked = await page.$$eval('data[data-path]', (all) =>
        all.map((one) => [one.getAttribute('data-path') as string, (one as Json).value]),
      );
      expect(marked.length).toBeGreaterThanOrEqual(12);
      for (const [path, value] of marked) expect(value, path).toBe(raw(at(path as string)));
      const facts = await page.$$eval('data[data-figure]', (all) =>
        Object.fromEntries(all.map((one) => [one.getAttribute('data-figure'), (one as Json).value])),
      );
      const { platform } = report;
      expect(facts).toMatchObject({
        cost: raw(platform.cost.companies),
        platformCost: raw(platform.cost.platform),
        twilioCost: raw(platform.cost.twilio),
        version: raw(platform.redis.version),
        usedMemoryBytes: raw(platform.redis.usedMemoryBytes),
        serverHitRate: raw(platform.redis.keyspace.hitRate),
        ownBytes: raw(platform.own.bytes),
        store: platform.store.location,
      });
      expect(await cellsOf(page, 'companies')).toEqual(
        report.companies.map((one: Json) => ({
          name: one.companyName,
          status: one.status.code,
          score: raw(one.status.score),
          hitRate: raw(one.metrics.hitRate),
          size: raw(one.metrics.cacheBytes),
          keys: raw(one.metrics.keys),
          response: raw(one.metrics.avgResponseMs),
          cost: raw(one.metrics.cost),
          budget: raw(one.budget.percentUsed),
          callsPerDay: raw(one.metrics.callsPerDay),
          clears: raw(one.metrics.clears24h),
          issues: one.issues.join(' '),
          id: one.companyId,
        })),
      );
      expect(
        (await cellsOf(page, 'metrics-table')).map(({ title, value, before, met }) => [title, value, before, met]),
      ).toEqual(report.successMetrics.map((one: Json) => [one.title, raw(one.value), raw(one.before), raw(one.met)]));
      expect(
        (await cellsOf(page, 'issues')).map(({ code, costPerMonth, summary }) => [code, costPerMonth, summary]),
      ).toEqual(report.issues.map((one: Json) => [one.code, raw(one.impact.costPerMonth), one.summary]));
      expect(
        (await cellsOf(page, 'recommendations')).map(({ saving, gain, command }) => [saving, gain, command]),
      ).toEqual(
        report.recommendations.recommendations.map((one: Json) => [
          raw(one.savingPerMonth),
          raw(one.hitRateGain),
          one.command,
        ]),
      );
      expect((await cellsOf(page, 'changes')).map((row) => [row.time, row.old, row.new, row.reason])).toEqual(
        report.changes.map((one: Json) => [one.timestamp, raw(one.oldValue), raw(one.newValue), raw(one.reason)]),
      );
      expect(await cellsOf(page, 'fixes')).toMatchObject([
        { before: '61.5', predicted: '88', measured: '86.25', reads: '4000', reason: '<i>why</i>' },
      ]);
      const charts: Record<string, string[]> = {
        'chart-hit-rate': ['hitRate'],
        'chart-response': ['avgResponseMs', 'p95ResponseMs'],
        'chart-memory': ['memoryBytes'],
        'chart-cost': ['cost'],
      };
      for (const [id, names] of Object.entries(charts)) {
        const rows = await cellsOf(page, `${id}-data`);
        expect(rows, id).toEqual(
          report.trends.points.map((one: Json) => ({
            at: one.at,
            ...Object.fromEntries(names.map((name) => [name, raw(one[name])])),
          })),
        );
        // A gap stays a gap: the line begins anew behind it (20 to 11 days ago, then 8 to today).
        const path = await page.locator(`svg[aria-labelledby^="${id}-title"] path.s1`).getAttribute('d');
        expect(path?.match(/M/g), id).toHaveLength(2);
        const marks = await page.locator(`svg[aria-labelledby^="${id}-title"] circle.s1`).count();
        expect(marks, id).toBe(rows.filter((row) => row[names[0] as string] !== '').length);
      }
      expect(said).toEqual([]);
    });
  });

  it('sorts and filters by the keyboard, and says what it did', async () => {
    await withPage({}, async ({ page }) => {
      const order = async () => (await cellsOf(page, 'companies')).map(({ id }) => id);
      const byCost = [...report.companies]
        .sort((a: Json, b: Json) => b.metrics.cost - a.metrics.cost)
        .map((one: Json) => one.companyId);
      const head = page.locator('#companies th[data-name=cost]');
      await head.getByRole('button').focus();
      await page.keyboard.press('Enter');
      expect([await head.getAttribute('aria-sort'), await order()]).toEqual(['descending', byCost]);
      expect(await page.locator('#live').textContent()).toContain('sorted by Cost/month, descending');
      await page.keyboard.press('Space');
      expect([await head.getAttribute('aria-sort'), await order()]).toEqual(['ascending', byCost.reverse()]);
      // The unknown stands last in either direction.
      const rate = page.locator('#companies th[data-name=hitRate]').getByRole('button');
      await rate.focus();
      for (const first of ['5', '1']) {
        await page.keyboard.press('Enter');
        const ids = await order();
        expect([ids[0], ids.at(-1)]).toEqual([first, '6']);
      }
      expect(await head.getAttribute('aria-sort')).toBeNull();
      await page.getByLabel('Filter companies').focus();
      await page.keyboard.type('SÖHNE 漢');
      expect(await order()).toEqual(['4']);
      expect(await page.locator('#count').textContent()).toBe('1 of 6 companies');
      await page.keyboard.press('Escape');
      await page.getByLabel('Filter companies').fill('');
      const { code } = report.companies[0].status;
      await page.getByLabel('Status').selectOption(code);
      const same = report.companies.filter((one: Json) => one.status.code === code);
      expect((await order()).sort()).toEqual(same.map((one: Json) => one.companyId).sort());
    });
  });

  it('without scripts it is a plain table', async () => {
    await withPage({ javaScriptEnabled: false }, async ({ page }) => {
      expect(await page.locator('#companies tbody tr').count()).toBe(6);
      expect(await page.locator('#tools').isVisible()).toBe(false);
      expect(await page.locator('button').count()).toBe(0);
    });
  });

  it.each(['light', 'dark'] as const)('is accessible and fits a phone (%s)', async (colorScheme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const [name, options] of [
      ['wide', {}],
      ['phone', { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2 }],
    ] as const)
      await withPage({ colorScheme, bypassCSP: true, ...options }, async ({ page }) => {
        await page.screenshot({ path: `${shots}/report-${name}-${colorScheme}.png`, fullPage: true });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
          0,
        );
        // What matters most is seen without scrolling sideways.
        const seen = await page.$$eval('#metrics-table tbody tr', (all) =>
          Math.max(...all.map((row: Json) => row.cells[1].getBoundingClientRect().right)),
        );
        expect(seen).toBeLessThanOrEqual(await page.evaluate(() => window.innerWidth));
        await page.$$eval('details', (all) => {
          for (const one of all) one.open = true;
        });
        await page.addScriptTag({ content: axe });
        const violations = await page.evaluate(async () => {
          return (await window.axe.run()).violations.map(
            ({ id, nodes }: Json) => `${id}: ${nodes.map((node: Json) => node.target).slice(0, 3)}`,
          );
        });
        expect(violations).toEqual([]);
      });
  });

  it('prints: light colours, nothing to press, every company', async () => {
    await withPage({ colorScheme: 'dark' }, async ({ page }) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
      expect(await page.locator('#tools').isVisible()).toBe(false);
      // As wide as A4 lies, without its margins: no table is cut at the edge of the paper.
      await page.setViewportSize({ width: Math.floor((277 / 25.4) * 96), height: 718 });
      const wide = await page.$$eval('table', (all) =>
        all.filter((one: Json) => one.scrollWidth > one.parentElement.clientWidth).map((one: Json) => one.id),
      );
      expect(wide).toEqual([]);
      await page.screenshot({ path: `${shots}/report-print.png`, fullPage: true });
      const pdf = await page.pdf({ preferCSSPageSize: true });
      await writeFile(`${shots}/report.pdf`, pdf);
      expect(pdf.length).toBeGreaterThan(10_000);
    });
  });
});
