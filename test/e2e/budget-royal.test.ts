import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import type { Store } from '../../src/core/store/store.js';
import { companyRow, platformRow } from '../integration/store/builders.js';
import { rcm } from '../support/cli.js';
import { type RedisServer, startRedis, withClient } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';

const MB = 1_048_576;
const ID = '68e3f77a9d623b8058c700c4';
const OTHERS = ['a', 'b', 'c', 'd'];

interface Company {
  companyId: string;
  status: { code: string };
  costs: { redis: number };
  metrics: { cacheBytes: number };
  budget: { line: string; lines: { cache: { allocated: number; percentUsed: number; status: string } } };
}
interface Changed {
  change: number;
  impactEstimate: string;
  impact: {
    changed: { companyId: string; status: object; budget: { cache: { before: string; after: string } } }[];
  };
}

let flags: string[];
let stateFile: string;
let dir: string;
beforeEach(async () => {
  dir = await tempDir('royal');
  stateFile = join(dir, 'rcm.db');
  flags = ['--state-file', stateFile];
  const list = [`${ID},Royal Plumbing`, ...OTHERS.map((id) => `${id},Company ${id}`)];
  await writeFile(join(dir, 'companies.csv'), `companyId,companyName\n${list.join('\n')}\n`);
  expect((await rcm(['companies', 'import', join(dir, 'companies.csv'), ...flags])).exitCode).toBe(0);
});

const onStore = async <T>(use: (store: Store) => Promise<T>): Promise<T> => {
  const store = await openStore({ stateFile, collections });
  return use(store).finally(() => store.close());
};
/** Five companies: the base cost of 20 dollars is 4 for each. Without recorded reads the status is the budget's. */
const measured = (cacheBytes: number) =>
  onStore((store) => {
    const at = new Date();
    const row = (id: string, bytes: number) =>
      companyRow(id, at, { cacheBytes: bytes, hits: null, misses: null, readUs: null, storageBytes: 0, minutes: 0 });
    const royal = { ...row(ID, cacheBytes), companyName: 'Royal Plumbing' };
    return store.snapshots.insert({ platform: platformRow(at), companies: [royal, ...OTHERS.map((id) => row(id, 0))] });
  });
const run = async <T>(args: string[]): Promise<T> => {
  const result = await rcm([...args, ...flags, '--json']);
  expect(result.exitCode, result.stderr + result.stdout).toBe(0);
  return result.json<T>();
};
const royal = async (args: string[]): Promise<Company> => {
  const { companies } = await run<{ companies: Company[] }>(['companies', ...args]);
  return companies.find((company) => company.companyId === ID) as Company;
};

describe('Royal Plumbing with a cache budget of $8.00', () => {
  // Redis costs it 0.08 dollars a MB and 4 of the base: 6.40, which is 80 % of 8.00, at 30 MB; 9.60, 120 %, at 70 MB.
  it.each([
    [30 * MB - 1, 'within_budget', 'unknown'],
    [30 * MB, 'warning', 'warning'],
    [70 * MB - 1, 'warning', 'warning'],
    [70 * MB, 'critical', 'critical'],
  ])('%i bytes: %s', async (bytes, budget, status) => {
    await measured(bytes);
    await run(['budget', 'set', 'Royal Plumbing', '--cache', '8']);
    const company = await royal(['--from-snapshot']);
    expect(company.budget.lines.cache).toMatchObject({ allocated: 8, status: budget });
    expect(company.status.code).toBe(status);
    expect(company.costs.redis).toBeCloseTo((bytes / MB) * 0.08 + 4, 6);
  });

  it('status changes with budget and thresholds, and the history tells who, why and what it did', async () => {
    await measured(30 * MB); // 6.40 dollars: 128 % of the default of 5.00
    expect((await royal(['--from-snapshot'])).status.code).toBe('critical');
    const who = ['--actor', 'ann', '--reason'];
    const set = await run<Changed>(['budget', 'set', 'Royal Plumbing', '--cache', '$8.00', ...who, 'High volume']);
    expect(set.impact.changed).toMatchObject([
      {
        companyId: ID,
        status: { before: 'critical', after: 'warning' },
        budget: { cache: { before: 'critical', after: 'warning' } },
      },
    ]);
    expect((await royal(['--from-snapshot'])).status.code).toBe('warning');
    await run(['budget', 'thresholds', '--warning', '80.01', ...who, 'Too early']);
    expect((await royal(['--from-snapshot'])).budget.lines.cache.status).toBe('within_budget');
    await run(['budget', 'thresholds', '--warning', '50', '--critical', '80%', ...who, 'Stricter']);
    expect((await royal(['--from-snapshot'])).status.code).toBe('critical');
    await run(['budget', 'unset', ID, ...who, 'Back to normal']);
    expect((await royal(['--from-snapshot'])).budget.lines.cache.allocated).toBe(5);

    const { priceHistory, version } = await onStore((store) => store.pricing.get());
    const field = `customBudgets.${ID}.cache`;
    const none = 'Affects 1 company, no change of cost; no status changes';
    const one = 'Affects 1 company, no change of cost; 1 change status';
    // The others' share of the base is 80 % of their 5.00.
    const all = 'Affects 5 companies, no change of cost; 5 change status';
    expect(version).toBe(4);
    const entry = (change: number, name: string, oldValue: number | null, newValue: number | null, reason: string, impactEstimate: string) => ({ change, service: 'budgets', field: name, oldValue, newValue, changedBy: 'ann', reason, impactEstimate, timestamp: expect.any(Date) }); // biome-ignore format: a table
    expect(priceHistory).toEqual([
      entry(1, field, null, 8, 'High volume', one),
      entry(2, 'thresholds.warningPercent', 80, 80.01, 'Too early', all),
      entry(3, 'thresholds.warningPercent', 80.01, 50, 'Stricter', all),
      entry(3, 'thresholds.criticalPercent', 120, 80, 'Stricter', all),
      // 6.40 of 5.00 is critical as 6.40 of 8.00 was at 80 %.
      entry(4, field, 8, null, 'Back to normal', none),
    ]);
  });
});

describe('measured on a real Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  // Redis rounds large values up by a fifth at most: 22 MB cost 5.76 to 6.12 dollars, 36 MB 6.88 to 7.46, 76 MB over 10.
  it.each([
    [22, 'within_budget'],
    [36, 'warning'],
    [76, 'critical'],
  ])('%i MB: %s', async (mb, status) => {
    await withClient(server, async (redis) => {
      await redis.flushall();
      await redis.setrange(`company:${ID}:large`, mb * MB - 1, 'x');
    });
    const redis = ['--redis-url', server.url];
    await run(['budget', 'set', ID, '--cache', '8', ...redis]);
    const company = await royal(redis);
    const expected = (company.metrics.cacheBytes / MB) * 0.08 + 4;
    expect(company.costs.redis).toBeCloseTo(expected, 6);
    expect(company.budget.lines.cache).toMatchObject({ allocated: 8, status });
    expect(company.budget.lines.cache.percentUsed).toBeCloseTo((expected / 8) * 100, 4);
  });
});
