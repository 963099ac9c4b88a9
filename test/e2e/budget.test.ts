import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { budgetsReport, companyBudgetReport } from '../../src/core/services/budget/report.js';
import { pricingChangeReport } from '../../src/core/services/pricing/report.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { type CliOptions, rcm } from '../support/cli.js';
import { CLOSED_PORT, type RedisServer, startRedis, withClient } from '../support/redis/index.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';
import { type SeededStore, STORES } from './support/stores.js';

const ACME = '64b000000000000000000001';
const IDS = [ACME, 'x y', 'nameless', '-dash'];
const tty = { columns: 100, rows: 40 };

interface Change {
  change: number | null;
  dryRun: boolean;
  changes: { path: string; oldValue: number | null; newValue: number | null; companyName?: string }[];
  impactEstimate: string | null;
}
interface Lines {
  companyId: string;
  companyName: string | null;
  lines: Record<
    string,
    { allocated: number; source: string; used: number | null; percentUsed: number | null; status: string }
  >;
  own: { setBy: string; reason: string } | null;
  snapshot: { ageSeconds: number } | null;
  warnings: string[];
}

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

for (const { engine, describe: describeIt = describe, seed } of STORES) {
  describeIt(`rcm budget with ${engine}`, () => {
    let store: SeededStore;
    let flags: string[];
    beforeEach(async () => {
      store = await seed(IDS, []);
      flags = [...store.flags, '--redis-url', server.url];
      await withClient(server, async (redis) => {
        await redis.flushall();
        await redis.set(`company:${ACME}:k`, 'v');
        await redis.set('company:orphan:k', 'v');
      });
    });
    afterEach(() => store.close());
    const budget = (args: string[], options: CliOptions = {}) => rcm(['budget', ...args, ...flags], options);
    const change = async (args: string[]): Promise<Change> => {
      const { exitCode, stdout, stderr, json } = await budget([...args, '--json']);
      expect({ exitCode, stderr }, stdout).toMatchObject({ exitCode: 0 });
      expectSchema(pricingChangeReport, json());
      return json<Change>();
    };
    const company = async (word: string): Promise<Lines> => {
      const { exitCode, stderr, json } = await rcm(['budget', 'get', '--json', ...flags, '--', word]);
      expect(exitCode, stderr).toBe(0);
      expectSchema(companyBudgetReport, json());
      return json<Lines>();
    };
    const stored = async () => {
      const opened = await store.open();
      return opened.pricing.get().finally(() => opened.close());
    };

    it('set, get and unset: own lines override the default one by one', async () => {
      const set = await change(['set', ACME, 'Company <x y> & Söhne', '--cache', '$8', '--calls', '1e2', '--actor', 'ann', '--reason', 'More calls']); // biome-ignore format: a command
      expect(set).toMatchObject({
        change: 1,
        dryRun: false,
        impactEstimate: expect.stringMatching(/^Affects 2 compan/),
      });
      expect(set.changes.map(({ path, oldValue, newValue }) => [path, oldValue, newValue])).toEqual([
        [`budgets.customBudgets.${ACME}.cache`, null, 8],
        ['budgets.customBudgets.x y.cache', null, 8],
        [`budgets.customBudgets.${ACME}.calls`, null, 100],
        ['budgets.customBudgets.x y.calls', null, 100],
      ]);
      await change(['set', '--default', '--storage', '11', '--calls', '40']);
      const all = await budget(['get', '--json']);
      expectSchema(budgetsReport, all.json());
      const who = { reason: 'More calls', setBy: 'ann', setAt: expect.stringMatching(/Z$/) };
      const own = { cache: 8, storage: null, calls: 100, ...who };
      expect(all.json()).toMatchObject({
        defaultPerCompany: { cache: 5, storage: 11, calls: 40 },
        thresholds: { warningPercent: 80, criticalPercent: 120 },
        budgets: [
          { companyId: ACME, companyName: `Company <${ACME}> & Söhne`, ...own },
          { companyId: 'x y', companyName: 'Company <x y> & Söhne', ...own },
        ],
        warnings: [],
      });
      const { lines, own: by } = await company('x y');
      expect(by).toMatchObject({ setBy: 'ann', reason: 'More calls' });
      expect(lines).toMatchObject({
        cache: { allocated: 8, source: 'own', default: 5 },
        storage: { allocated: 11, source: 'default', default: 11 },
        calls: { allocated: 100, source: 'own', default: 40 },
      });
      const report = (await rcm(['companies', '--json', ...flags])).json<{
        companies: { companyId: string; budget: { lines: Record<string, { allocated: number }> } }[];
      }>();
      const allocated = (id: string) => Object.values(report.companies.find((c) => c.companyId === id)?.budget.lines ?? {}).map((l) => l.allocated); // biome-ignore format: one line
      expect([allocated(ACME), allocated('x y'), allocated('nameless')]).toEqual([[8, 11, 100], [8, 11, 100], [5, 11, 40]]); // biome-ignore format: a table

      expect((await change(['unset', 'x y', '--cache'])).changes).toMatchObject([{ oldValue: 8, newValue: null }]);
      expect((await company('x y')).lines).toMatchObject({ cache: { allocated: 5, source: 'default' }, calls: { allocated: 100 } }); // biome-ignore format: one line
      await change(['unset', 'x y', ACME]);
      expect(await stored()).toMatchObject({ version: 4, budgets: { customBudgets: [] } });
      expect(await change(['unset', 'x y'])).toMatchObject({ change: null, changes: [] });
    });

    it('what is used comes from the newest snapshot, at the prices of today', async () => {
      expect(await company(ACME)).toMatchObject({
        snapshot: null,
        lines: { cache: { used: null, status: 'unknown' } },
      });
      await rcm(['snapshot', ...flags]);
      await change(['set', ACME, '--cache', '5.5']);
      const { lines, snapshot } = await company(ACME);
      // A quarter of the base of 20 dollars, and next to nothing for one small key.
      expect(lines.cache?.used).toBeCloseTo(5, 3);
      expect(lines.cache?.percentUsed).toBeCloseTo(90.91, 1);
      expect(lines.cache?.status).toBe('warning');
      expect(snapshot?.ageSeconds).toBeLessThan(60);
      await change(['set', ACME, '--cache', '0']);
      expect((await company(ACME)).lines.cache).toMatchObject({ allocated: 0, percentUsed: null, status: 'critical' });
    });

    it('changes by several processes at once: none is lost', async () => {
      const set = ([id, line, value]: string[]) =>
        budget(['set', id as string, `--${line}`, value as string, '--reason', `${id} ${line}`]);
      const changes = [
        [ACME, 'cache', '1'],
        [ACME, 'storage', '2'],
        ['x y', 'cache', '3'],
        ['x y', 'calls', '4'],
        ['nameless', 'calls', '5'],
      ];
      const results = await Promise.all([...changes.map(set), budget(['thresholds', '--warning', '70'])]);
      expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
        results.map(() => [0, expect.any(String)]),
      );
      const { budgets, priceHistory, version } = await stored();
      expect(version).toBe(6);
      expect(priceHistory.map((entry) => entry.change)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(priceHistory.map((entry) => entry.reason).sort()).toEqual(['', ...changes.map(([id, line]) => `${id} ${line}`)].sort()); // biome-ignore format: one line
      expect(budgets.thresholds.warningPercent).toBe(70);
      const own = (id: string) => budgets.customBudgets.find((b) => b.companyId === id);
      expect(own(ACME)).toMatchObject({ cacheBudget: 1, storageBudget: 2 });
      expect(own('x y')).toMatchObject({ cacheBudget: 3, callsBudget: 4 });
      expect(own('nameless')).toMatchObject({ callsBudget: 5 });
    });

    it('an unlisted id must have keys, unless it is forced', async () => {
      const names = expect.arrayContaining(['RCM_COMPANY_NOT_FOUND']);
      const error = await expectError(['budget', 'set', 'x z', '--cache', '1', ...flags], 4);
      expect([error.code]).toEqual(names);
      expect(error.hint).toContain('Company <x y> & Söhne (x y)');
      expect((await expectError(['budget', 'get', 'x z', ...flags], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
      expect((await stored()).version).toBe(0);
      await change(['set', 'orphan', '--cache', '1']);
      await change(['set', 'tomorrow', '--cache', '2', '--force']);
      // It has a budget now, by which it is known.
      expect((await company('tomorrow')).lines).toMatchObject({ cache: { allocated: 2, source: 'own' } });
      await change(['unset', 'tomorrow']);
      expect((await expectError(['budget', 'set', 'a:b', '--cache', '1', '--force', ...flags], 2)).code).toBe('RCM_COMPANY_ID_INVALID'); // biome-ignore format: one line
    });
  });
}

describe('rcm budget with the embedded store', () => {
  let store: SeededStore;
  let flags: string[];
  beforeEach(async () => {
    store = await STORES[1].seed(IDS);
    flags = store.flags;
    const opened = await store.open();
    await opened.close();
  });
  const budget = (args: string[], options: CliOptions = {}) => rcm(['budget', ...args, ...flags], options);
  const stored = async () => {
    const opened = await store.open();
    return opened.pricing.get().finally(() => opened.close());
  };

  it.each([
    ['no company', ['set', '--cache', '1'], 'RCM_USAGE', 'Which company?'],
    ['no amount', ['set', 'x y'], 'RCM_USAGE', 'No amount is given'],
    ['the default and a company', ['set', 'x y', '--default', '--cache', '1'], 'RCM_USAGE', '--default goes without'],
    ['a company twice', ['set', 'x y', 'x y', '--cache', '1'], 'RCM_USAGE', 'given twice'],
    [
      'a company by id and name',
      ['set', 'x y', 'Company <x y> & Söhne', '--cache', '1'],
      'RCM_USAGE',
      'the same company',
    ],
    ['a flag twice', ['set', 'x y', '--cache', '1', '--cache', '2'], 'RCM_USAGE', 'cache'],
    ['NaN', ['set', 'x y', '--cache', 'NaN'], 'RCM_VALUE_INVALID', 'is no number'],
    ['Infinity', ['set', 'x y', '--storage', 'Infinity'], 'RCM_VALUE_INVALID', 'is no number'],
    ['more than there are', ['set', 'x y', '--calls', '1e999'], 'RCM_VALUE_INVALID', 'larger than'],
    ['a negative one', ['set', 'x y', '--cache', '-1'], 'RCM_VALUE_INVALID', 'is negative'],
    ['nothing', ['set', 'x y', '--cache', ''], 'RCM_VALUE_INVALID', 'is empty'],
    ['a comma', ['set', '--default', '--cache', '8,50'], 'RCM_VALUE_INVALID', 'has a comma'],
    ['a slip', ['set', 'x y', '--cache', '1000001'], 'RCM_VALUE_INVALID', 'above 1,000,000'],
    [
      'one bad of three',
      ['set', 'x y', '--cache', '1', '--storage', '2', '--calls', 'many'],
      'RCM_VALUE_INVALID',
      'calls',
    ],
    ['unset nobody', ['unset'], 'RCM_USAGE', 'Which company?'],
    ['no threshold', ['thresholds'], 'RCM_USAGE', 'No threshold is given'],
    ['warning 0', ['thresholds', '--warning', '0'], 'RCM_VALUE_INVALID', 'above 0%'],
    ['warning = critical', ['thresholds', '--warning', '120'], 'RCM_VALUE_INVALID', 'below the critical one'],
    ['critical below', ['thresholds', '--critical', '79.9'], 'RCM_VALUE_INVALID', 'below the critical one'],
    ['the wrong way round', ['thresholds', '--warning', '120', '--critical', '80'], 'RCM_VALUE_INVALID', 'below'],
    ['a negative threshold', ['thresholds', '--warning', '-5'], 'RCM_VALUE_INVALID', 'is negative'],
    ['dollars of percent', ['thresholds', '--warning', '$80'], 'RCM_VALUE_INVALID', 'no percentage'],
    ['a huge threshold', ['thresholds', '--critical', '10001%'], 'RCM_VALUE_INVALID', 'above 10,000'],
    ['a column that is not there', ['get', '--filter', 'nope=1'], 'RCM_USAGE', "no column 'nope'"],
  ])('%s: exit 2, nothing written', async (_, args, code, text) => {
    const error = await expectError(['budget', ...args, ...flags], 2);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(await stored()).toMatchObject({ version: 0, priceHistory: [] });
  });

  it('what is forced is taken; without Redis the change is made and said to be unmeasured', async () => {
    const { exitCode, json } = await budget(['set', 'x y', '--cache', '1000001', '--force', '--json']);
    expect({ exitCode, ...json() }).toMatchObject({ exitCode: 0, change: 1, impact: null, impactEstimate: null });
    expect(json<{ warnings: string[] }>().warnings).toEqual([expect.stringContaining('cannot be told')]);
    expect((await budget(['thresholds', '--critical', '20000', '--force'])).exitCode).toBe(0);
  });

  it('an id that only Redis can know, without Redis: exit 3, and what to do', async () => {
    const away = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`];
    const error = await expectError(['budget', 'set', 'stranger', '--cache', '1', ...flags, ...away], 3);
    expect(error).toMatchObject({ code: 'RCM_REDIS_UNREACHABLE', message: expect.stringContaining("'stranger'") });
    expect(error.hint).toContain('--force');
    expect((await budget(['set', 'stranger', '--cache', '1', '--force', ...away])).exitCode).toBe(0);
    expect((await budget(['get', 'stranger', ...away])).stdout).toContain('own, not $5.00');
  });

  it('a dry run shows and writes nothing', async () => {
    await withClient(server, (redis) => redis.flushall());
    const { exitCode, stdout } = await budget(['set', 'x y', '--cache', '2', '--dry-run', '--redis-url', server.url]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Company <x y> & Söhne: cache budget +default +\$2\.00\n/);
    // Its share of the base, 5.00, is 100 % of 5.00 and 250 % of 2.00.
    expect(stdout).toMatch(/1 of 4 .* affected, as measured now/);
    expect(stdout).toContain('cache warning → critical');
    expect(stdout).toContain('Nothing was changed.');
    expect((await stored()).version).toBe(0);
  });

  it('on a terminal it asks, and takes a part of a name', async () => {
    const no = await budget(['set', 'x y> &', '--cache', '2'], { tty, input: 'n\n' });
    expect(no.stdout).toContain("'x y> &' is Company <x y> & Söhne (x y).");
    expect(no.stdout).toMatch(/Make this change\?[\s\S]*Error: Not confirmed/);
    expect(no.exitCode).toBe(4);
    expect((await stored()).version).toBe(0);
    const yes = await budget(['set', 'x y> &', '--cache', '2'], { tty, input: 'y\n' });
    expect(yes.exitCode).toBe(0);
    expect(yes.stdout).toMatch(/as number 1 of the history/);
    expect((await stored()).budgets.customBudgets).toMatchObject([{ companyId: 'x y', cacheBudget: 2 }]);
    const unasked = await budget(['unset', 'x y', '--yes'], { tty });
    expect(unasked.stdout).not.toContain('Make this change?');
    const several = await budget(['set', 'Company', '--cache', '2'], { tty, input: 'y\n' });
    expect(several.exitCode).toBe(4);
    const part = await budget(['set', 'x y> &', '--cache', '2', '--redis-url', server.url]);
    expect({ exitCode: part.exitCode, version: (await stored()).version }).toEqual({ exitCode: 4, version: 2 });
  });

  it('every format of both lists; names with escapes never reach a terminal', async () => {
    const opened = await openStore({ stateFile: flags[1] as string, collections });
    await opened.companies.replaceImported([{ companyId: '1', companyName: 'A|b\u001b[31m', calls: null, minutes: null, recordingBytes: null, storageBytes: null }], new Date()); // biome-ignore format: one line
    await opened.close();
    await budget(['set', '1', '--cache', '8', '--reason', 'why, "so"', '--actor', 'ann']);
    const all = async (...args: string[]) => (await budget(['get', ...args])).stdout;
    expect(await all()).toMatch(
      /Default for every company: cache \$5\.00 · storage \$10\.00 · calls \$50\.00 a month\n/,
    );
    expect(await all()).toMatch(/A\|b\\x1b\[31m +\$8\.00 +default +default +why, "so" +ann/);
    expect(await all('--format', 'markdown')).toContain('| A\\|b\\\\x1b\\[31m | $8.00 | default |');
    const columns = 'companyId,companyName,cache,storage,calls,reason';
    expect(parse(await all('--format', 'csv', '--columns', columns))).toEqual([columns.split(','), ['1', 'A|b\u001b[31m', '8', '', '', 'why, "so"']]); // biome-ignore format: one line
    expect(JSON.parse(await all('--format', 'ndjson'))).toMatchObject({ companyId: '1', cache: 8, storage: null });
    expect((await budget(['get', '--json', '--filter', 'cache>8'])).json()).toMatchObject({ budgets: [] });
    const one = async (...args: string[]) => (await budget(['get', '1', ...args])).stdout;
    const table = await one();
    expect(table).toMatch(/cache +\$8\.00 +own, not \$5\.00 +— +— +— +unknown/);
    expect(table).toContain('Own budget set by ann');
    expect(table).not.toContain('\u001b');
    expect(parse(await one('--format', 'csv'), { columns: true })).toMatchObject([
      { line: 'cache', allocated: '8', source: 'own', used: '' },
      { line: 'storage', source: 'default' },
      { line: 'calls' },
    ]);
    expect((await one('--format', 'ndjson')).trim().split('\n')).toHaveLength(3);
    expect(await one('--format', 'markdown')).toContain('| cache | $8.00 | own, not $5.00 | — |');
    const { stdout } = await budget(['get', '1', '--no-color'], { tty: { columns: 80, rows: 24 } });
    const lines = stdout.split('\r\n').filter((line) => !line.startsWith('Warning: '));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});
