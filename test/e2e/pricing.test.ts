import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pricingChangeReport, pricingReport } from '../../src/core/services/pricing/report.js';
import { rcm, rcmOnTerminal } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { jsonOf } from './support/clearing.js';
import {
  type ChangeReport,
  expectHistoryExplains,
  type OwnStore,
  ownStore,
  recordSnapshot,
} from './support/pricing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

let store: OwnStore;
beforeEach(async () => {
  store = await ownStore();
});
const run = (...args: string[]) => rcm(['pricing', ...args, ...store.flags]);
const report = (...args: string[]) => jsonOf<ChangeReport>(['pricing', ...args, ...store.flags]);
const state = () => store.with((opened) => opened.pricing.get());
const tty = { columns: 80, rows: 24 };

describe('rcm pricing get', () => {
  const own = (opened: Parameters<Parameters<OwnStore['with']>[0]>[0]) =>
    opened.pricing.update(({ budgets }) => ({
      budgets: {
        ...budgets,
        customBudgets: [{ companyId: 'a.b\u001b[31m', cacheBudget: 8, reason: '', setBy: 'ann', setAt: new Date(0) }],
      },
      history: [],
    }));

  it('shows all of it as a table, with what each is for', async () => {
    await store.with(own);
    const { stdout, stderr, exitCode } = await run('get');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^providers\.mongodb\.queryCost +\$0\.000001 +per query$/m);
    expect(stdout).toMatch(/^budgets\.thresholds\.warningPercent +80% +of a budget line$/m);
    expect(stdout).toMatch(/^budgets\.customBudgets\.a\.b\\x1b\[31m\.cache +\$8\.00 +per month$/m);
    expect(stdout).toMatch(/Changed 1 time, last at \d{4}-\d\d-\d\d \d\d:\d\d UTC\.\n$/);
    expect(stdout).not.toContain('\u001b');
  });

  it('JSON fits its schema; nothing was ever changed', async () => {
    const { stdout, stderr } = await run('get', '--json');
    const all = JSON.parse(stdout) as Record<string, unknown>;
    expectSchema(pricingReport, all);
    expect(all).toMatchObject({ version: 0, updatedAt: null, priceHistory: [] });
    expect(stderr).toBe('');
    expect((await run('get')).stdout).toContain('As it came: nothing was ever changed.\n');
  });

  it('a part, and one number alone', async () => {
    expect((await run('get', 'providers.redis', '--json')).json()).toEqual({
      storageCostPerMB: 0.08,
      baseServiceCost: 20,
    });
    expect((await run('get', 'redis')).stdout.trimEnd().split('\n')).toHaveLength(3);
    expect((await run('get', 'mongodb.queryCost')).stdout).toBe('0.000001\n');
    expect((await run('get', 'providers.redis.storageCostPerMB', '--json')).stdout).toBe('0.08\n');
    expect((await run('get', 'version')).stdout).toBe('0\n');
  });

  it('csv, ndjson and markdown have the numbers as they are', async () => {
    const csv = await run('get', 'redis', '--format', 'csv');
    expect(csv.stdout).toBe(
      'path,value,per\nproviders.redis.storageCostPerMB,0.08,"per MB stored, per month"\nproviders.redis.baseServiceCost,20,"per month, shared by the companies"\n',
    );
    const lines = (await run('get', 'thresholds', '--format', 'ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { path: 'budgets.thresholds.warningPercent', value: 80, per: 'of a budget line' },
      { path: 'budgets.thresholds.criticalPercent', value: 120, per: 'of a budget line' },
    ]);
    const markdown = await run('get', 'budgets.thresholds', '--format', 'markdown');
    expect(markdown.stdout).toBe(
      '| Setting | Value | Per |\n| --- | ---: | --- |\n| budgets.thresholds.warningPercent | 80% | of a budget line |\n| budgets.thresholds.criticalPercent | 120% | of a budget line |\n',
    );
  });

  it('writes to a file; what is not there is refused with the nearest paths', async () => {
    const file = `${store.file}.json`;
    expect((await run('get', 'redis', '--json', '--output', file)).stdout).toBe('');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ storageCostPerMB: 0.08, baseServiceCost: 20 });
    const error = await expectError(['pricing', 'get', 'redis.storageCost', ...store.flags], 2);
    expect(error).toMatchObject({
      code: 'RCM_USAGE',
      hint: expect.stringContaining('providers.redis.storageCostPerMB'),
    });
  });
});

describe('rcm pricing set', () => {
  it('several at once are one change, with one number, for the next command of any process', async () => {
    const set = ['set', 'mongodb.storageCostPerGB=$0.27', 'providers.redis.baseServiceCost=25'];
    const who = ['--reason', 'new plan', '--actor', 'ann'];
    const { exitCode, report: first } = await report(...set, ...who);
    expect(exitCode).toBe(0);
    expectSchema(pricingChangeReport, first);
    expect(first).toMatchObject({
      change: 1,
      changes: [
        { path: 'providers.mongodb.storageCostPerGB', oldValue: 0.25, newValue: 0.27 },
        { path: 'providers.redis.baseServiceCost', oldValue: 20, newValue: 25 },
      ],
      reason: 'new plan',
    });
    expect((await run('get', 'mongodb.storageCostPerGB')).stdout).toBe('0.27\n');
    expect((await report('set', 'redis.baseServiceCost=26', '--yes')).report.change).toBe(2);
    const { priceHistory } = await state();
    expect(priceHistory.map((e) => [e.change, e.service, e.field, e.oldValue, e.newValue, e.reason])).toEqual([
      [1, 'mongodb', 'storageCostPerGB', 0.25, 0.27, 'new plan'],
      [1, 'redis', 'baseServiceCost', 20, 25, 'new plan'],
      [2, 'redis', 'baseServiceCost', 25, 26, ''],
    ]);
    expect(priceHistory[0]?.changedBy).toBe('ann');
    expect(priceHistory[2]?.changedBy).toMatch(/.+@.+/);
    await store.with((opened) => expectHistoryExplains(opened, 2));
  });

  it('a dry run shows it and writes nothing; what stands already is no change', async () => {
    const dry = await report('set', 'redis.baseServiceCost=25', '--dry-run');
    expectSchema(pricingChangeReport, dry.report);
    expect(dry).toMatchObject({ exitCode: 0, report: { dryRun: true, change: null, changes: [{ newValue: 25 }] } });
    expect((await run('set', 'redis.baseServiceCost=25', '--dry-run')).stdout).toMatch(/\nNothing was changed\.\n$/);
    const same = await report('set', 'redis.baseServiceCost=20');
    expect(same).toMatchObject({ exitCode: 0, report: { change: null, changes: [], warnings: [] } });
    expect((await run('set', 'redis.baseServiceCost=20')).stdout).toBe(
      'There is nothing to change: that is what stands already.\n',
    );
    expect((await state()).version).toBe(0);
    const half = await report('set', 'redis.baseServiceCost=20', 'redis.storageCostPerMB=0.09');
    expect(half.report.changes.map((c) => c.path)).toEqual(['providers.redis.storageCostPerMB']);
  });

  it.each([
    ['a path that is none', ['redis.storageCostPerGB=1'], 'RCM_USAGE'],
    ['a path twice', ['redis.baseServiceCost=1', 'redis.baseServiceCost=2'], 'RCM_USAGE'],
    ['a path without a value', ['redis.baseServiceCost'], 'RCM_USAGE'],
    ['no path', [], 'RCM_USAGE'],
    ['NaN', ['redis.baseServiceCost=NaN'], 'RCM_VALUE_INVALID'],
    ['Infinity', ['redis.baseServiceCost=Infinity'], 'RCM_VALUE_INVALID'],
    ['a negative value', ['redis.baseServiceCost=-1'], 'RCM_VALUE_INVALID'],
    ['a huge value', ['redis.baseServiceCost=1e999', '--force'], 'RCM_VALUE_INVALID'],
    ['nothing', ['redis.baseServiceCost='], 'RCM_VALUE_INVALID'],
    ['a comma', ['redis.baseServiceCost=1.234,5'], 'RCM_VALUE_INVALID'],
    ['one bad value of several', ['redis.storageCostPerMB=0.09', 'redis.baseServiceCost=x'], 'RCM_VALUE_INVALID'],
    ['what is more likely a slip', ['redis.storageCostPerMB=101'], 'RCM_VALUE_INVALID'],
  ])('refuses %s, and changes nothing', async (_, words, code) => {
    expect((await expectError(['pricing', 'set', ...words, ...store.flags], 2)).code).toBe(code);
    expect((await state()).version).toBe(0);
  });

  it('--force takes what is more likely a slip', async () => {
    expect((await report('set', 'redis.storageCostPerMB=101', '--force')).report).toMatchObject({ change: 1 });
    expect((await state()).providers.redis.storageCostPerMB).toBe(101);
  });

  it('the impact from a snapshot under an hour old, without Redis', async () => {
    // Shares 20/3. a: 100 MB; b: 10 MB; c: nothing. Budget of the cache 16: warning from 12.80, critical from 19.20.
    await store.with(async (opened) => {
      await recordSnapshot(opened, { a: 100, b: 10, c: 0 });
      await opened.pricing.update(({ budgets }) => ({
        budgets: { ...budgets, defaultPerCompany: { cache: 16, storage: 100, calls: 50 } },
        history: [],
      }));
    });
    const { report: found, stderr } = await report('set', 'redis.storageCostPerMB=0.13', '--dry-run');
    expect(stderr).toBe('');
    expectSchema(pricingChangeReport, found);
    // a: 8 + 6.67 = 14.67 (warning) → 13 + 6.67 = 19.67 (critical); b: 7.47 → 7.97; c: 6.67 stays.
    expect(found.impact).toMatchObject({ source: 'snapshot', companies: 3, affected: 2 });
    // Σ: 110 × 0.08 + 20 + 3 × (25 + 900 × 0.000001) + 57, then 110 × 0.05 more.
    expect(found.impact?.total.before).toBeCloseTo(8.8 + 20 + 75.0027 + 57, 6);
    expect(found.impact?.total.change).toBeCloseTo(5.5, 6);
    expect(found.impact?.changed.map((c) => [c.companyId, c.budget.cache])).toEqual([
      ['a', { before: 'warning', after: 'critical' }],
    ]);
    expect(found.impactEstimate).toBe('Affects 2 companies, +$5.50/month in total; 1 change status');
    const { stdout } = await run('set', 'redis.storageCostPerMB=0.13', '--reason', 'dear');
    expect(stdout).toMatch(/^2 of 3 companies are affected, by a snapshot 5m( \d+s)? old\.$/m);
    expect(stdout).toContain('Total  $160.80 → $166.30/month (+$5.50)\n');
    expect(stdout).toMatch(/^Name of a +\$39\.67 → \$44\.67 .*cache warning → critical$/m);
    expect(stdout).toContain('\nReason: dear\n');
    expect(stdout).toMatch(/\nChanged, as number 2 of the history\.\n$/);
    expect((await state()).priceHistory.at(-1)?.impactEstimate).toBe(found.impactEstimate);
  });

  it('neither snapshot nor Redis: a warning, and the price is set', async () => {
    await store.with((opened) => recordSnapshot(opened, { a: 100 }, 61));
    const { exitCode, report: found } = await report('set', 'redis.storageCostPerMB=0.09');
    expectSchema(pricingChangeReport, found);
    expect({ exitCode, found }).toMatchObject({
      exitCode: 0,
      found: { change: 1, impact: null, impactEstimate: null, warnings: [expect.stringContaining('cannot be told')] },
    });
    const { stdout, stderr } = await run('set', 'redis.storageCostPerMB=0.10');
    expect(stdout).toContain('What it does to the companies is unknown');
    expect(stderr).toMatch(/^Warning: What the change does cannot be told: Cannot reach Redis/);
  });

  describe('on a terminal', () => {
    const set = () => ['pricing', 'set', 'redis.storageCostPerMB=0.09', ...store.flags];
    it('asks: no and the end of input change nothing, exit 4; yes does', async () => {
      await store.with((opened) => recordSnapshot(opened, { a: 100 }));
      const no = await rcm(set(), { tty, input: 'n\n' });
      expect(no.exitCode).toBe(4);
      expect(no.stdout).toMatch(
        /1 of 1 company is affected[\s\S]*Make this change\? \[y\/N\] [\s\S]*Error: Not confirmed\. Nothing/,
      );
      const end = await rcm(set(), { tty, input: '\u0004' });
      expect(end.exitCode).toBe(4);
      expect((await state()).version).toBe(0);
      const yes = await rcm(set(), { tty, input: 'y\n' });
      expect(yes.exitCode).toBe(0);
      expect(yes.stdout).toMatch(/Changed providers\.redis\.storageCostPerMB, as number 1 of the history\.\r\n/);
      expect((await state()).version).toBe(1);
    });

    it('--yes, a dry run and what is no change are not asked about', async () => {
      for (const more of [['--dry-run'], ['--yes']])
        expect((await rcm([...set(), ...more], { tty })).stdout).not.toContain('Make this change?');
      expect((await state()).version).toBe(1);
      expect((await rcm(set(), { tty })).stdout).toContain('There is nothing to change');
    });

    it('says before it asks that the impact is unknown', async () => {
      const { stdout } = await rcm(set(), { tty, input: 'y\n' });
      expect(stdout).toMatch(/Warning: What the change does[\s\S]*Make this change\?/);
      expect(stdout.match(/Warning:/g)).toHaveLength(1);
    });

    it('refuses what was changed by somebody else while it asked', async () => {
      const asked = await rcmOnTerminal(set());
      await asked.shows('Make this change?');
      expect((await run('set', 'redis.baseServiceCost=30')).exitCode).toBe(0);
      asked.answer('y\n');
      const { stdout, exitCode } = await asked.ended;
      expect(exitCode).toBe(4);
      expect(stdout).toContain('were changed while you looked at the preview');
      expect((await state()).priceHistory.map((e) => e.field)).toEqual(['baseServiceCost']);
    });

    it('Ctrl-C at the question ends it as a signal does', async () => {
      const asked = await rcmOnTerminal(set());
      await asked.shows('Make this change?');
      asked.answer('\u0003');
      expect((await asked.ended).exitCode).toBe(130);
      expect((await state()).version).toBe(0);
    });
  });
});

describe('rcm pricing set, measured', () => {
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

  it('the impact is measured where there is no snapshot', async () => {
    await redis.set('company:a:x', 'x'.repeat(1_000_000));
    await redis.set('company:b:x', 'x');
    const bytes =
      Number(await redis.memory('USAGE', 'company:a:x')) + Number(await redis.memory('USAGE', 'company:b:x'));
    const flags = ['--state-file', store.file, '--redis-url', server.url];
    const { report: found } = await jsonOf<ChangeReport>(['pricing', 'set', 'redis.storageCostPerMB=10.08', ...flags]);
    expect(found.impact).toMatchObject({ source: 'measured', companies: 2, affected: 2 });
    expect(found.impact?.total.change).toBeCloseTo((bytes / 1024 / 1024) * 10, 6);
    const dollars = ((bytes / 1024 / 1024) * 10).toFixed(2);
    expect((await state()).priceHistory[0]?.impactEstimate).toMatch(`Affects 2 companies, +$${dollars}/month in total`);
  });
});
