import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { budgetsReport, companyBudgetReport } from '../../src/core/services/budget/report.js';
import { pricingChangeReport } from '../../src/core/services/pricing/report.js';
import { type CliOptions, rcm } from '../support/cli.js';
import { type RedisServer, startRedis, withClient } from '../support/redis/index.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';
import { type SeededStore, STORES } from './support/stores.js';

const ACME = '64b000000000000000000001';
const IDS = [ACME, 'x y', 'nameless', '-dash'];

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
