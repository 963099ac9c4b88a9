import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompanyView } from '../../../src/core/domain/company-view.js';
import { DAY_MS } from '../../../src/core/domain/units.js';
import { companies } from '../../../src/core/services/companies/companies.js';
import type { CompaniesReport } from '../../../src/core/services/companies/report.js';
import type { PricingRepository } from '../../../src/core/store/store.js';
import { DEMO_COMPANIES, type DemoCompany } from '../../../src/demo/companies.js';
import { planDay } from '../../../src/demo/plan.js';
import { withDemo } from '../../../src/demo/run.js';
import { tempDir } from '../../support/temp-dir.js';

/** One day of the demo, and all that is asserted of it. */
let report: CompaniesReport;
let pricing: Awaited<ReturnType<PricingRepository['get']>>;
let usedMemory: number;
let hours: Map<string, number>;
let folder: string;
let url: string;

beforeAll(async () => {
  await withDemo({ signal: new AbortController().signal, clock: () => new Date() }, async (demo) => {
    const { redis, store } = demo.ports;
    if (store instanceof Error) throw store;
    ({ report } = await companies(demo.ports, DAY_MS));
    pricing = await store.pricing.get();
    usedMemory = Number(/used_memory:(\d+)/.exec(await redis.server.info('memory'))?.[1]);
    hours = new Map();
    for (const key of await redis.server.keys('rcm:*:counters:*')) {
      const id = /\{(.*)\}/.exec(key)?.[1] as string;
      hours.set(id, (hours.get(id) ?? 0) + 1);
    }
    folder = demo.stateFile.replace(/\/rcm\.db$/, '');
    url = demo.url;
    expect(existsSync(demo.stateFile)).toBe(true);
  });
});

const viewOf = (id: string): CompanyView => report.companies.find((c) => c.companyId === id) as CompanyView;

/** Keys there were, and those that came since the last clear. */
function keysLeft(company: DemoCompany): number {
  const day = planDay(company);
  const cleared = day.findLastIndex((step) => step.clear);
  const since = day.slice(Math.max(0, cleared)).reduce((sum, step) => sum + step.misses.length, 0);
  return (cleared < 0 ? company.keys : 0) + since;
}

describe('what companies reports of the demo', () => {
  it.each(DEMO_COMPANIES)('$companyId: what its plan did', (company) => {
    const { hits, misses } = company;
    const view = viewOf(company.companyId);
    expect(view.companyName).toBe(company.companyName);
    expect(view.orphan).toBe(company.story === 'orphan');
    expect(view.metrics.keys).toBe(keysLeft(company));
    const reads = hits + misses;
    if (reads === 0) expect(view.metrics).toMatchObject({ hitRate: null, avgResponseMs: null, clears24h: null });
    else {
      expect(view.metrics.hitRate).toBeCloseTo((hits / reads) * 100, 9);
      expect(view.metrics.clears24h).toBe(company.clears);
      // Few reads leave hours without any.
      if (reads > 200) expect(hours.get(company.companyId)).toBeGreaterThanOrEqual(24);
    }
    expect(view.metrics.callsPerDay ?? 0).toBeCloseTo(company.usage === null ? 0 : (company.usage.calls ?? 0) / 30, 9);
  });

  it('every colour, and each story as it is told', () => {
    const codes = Object.fromEntries(report.companies.map((c) => [c.companyId, c.status.code]));
    expect(codes).toEqual({
      demo01: 'healthy',
      demo02: 'healthy',
      demo03: 'healthy',
      demo04: 'healthy',
      demo05: 'critical',
      demo06: 'warning',
      demo07: 'warning',
      demo08: 'critical',
      demo09: 'warning',
      demo10: 'warning',
      demo11: 'unknown',
      demo99: 'unknown',
    });
    for (const { companyId } of DEMO_COMPANIES.filter((c) => c.story === 'over budget'))
      expect(viewOf(companyId).budget.percentUsed).toBeGreaterThan(120);
    expect(report.warnings).toEqual([]);
  });

  it('budgets of two companies, with their history', () => {
    // Storage of 80 GB at $0.25 against its own $30; the cache against its own $12 and $1.50.
    expect(viewOf('demo01').budget.lines).toMatchObject({ cache: { allocated: 12 }, storage: { allocated: 30 } });
    expect(viewOf('demo08').budget.lines).toMatchObject({ cache: { allocated: 1.5 }, storage: { allocated: 10 } });
    const changes = pricing.priceHistory.map(({ field, oldValue, newValue }) => [field, oldValue, newValue]);
    expect(changes).toEqual([
      ['defaultPerCompany.calls', 50, 900],
      ['customBudgets.demo01.cache', null, 12],
      ['customBudgets.demo01.storage', null, 30],
      ['customBudgets.demo08.cache', null, 1.5],
    ]);
  });

  it('the leak holds most of the memory, which is under 100 MB', () => {
    const largest = report.companies.toSorted((a, b) => b.metrics.cacheBytes - a.metrics.cacheBytes)[0];
    expect(largest?.companyId).toBe('demo07');
    expect(usedMemory).toBeLessThan(100 * 1024 ** 2);
  });
});

describe('nothing is left behind', () => {
  it('after it ended', async () => {
    expect(existsSync(folder)).toBe(false);
    await expectNoServer(url);
  });

  it('after it failed', async () => {
    const failing = withDemo({ signal: new AbortController().signal, clock: () => new Date() }, async (demo) => {
      ({ url } = demo);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    await expectNoServer(url);
  });

  it('after it was interrupted, at once', async () => {
    const controller = new AbortController();
    const steps: string[] = [];
    const onProgress = (text: string) => {
      steps.push(text);
      if (text.endsWith(' 10%')) controller.abort(new Error('enough'));
    };
    const demo = withDemo({ signal: controller.signal, clock: () => new Date(), onProgress }, async () => 'used');
    await expect(demo).rejects.toThrow('enough');
    expect(steps[0]).toMatch(/Redis/);
    expect(steps.at(-1)).toMatch(/ 10%$/);
  });

  it('where its Redis dies', async () => {
    const demo = withDemo({ signal: new AbortController().signal, clock: () => new Date() }, async ({ ports }) => {
      folder = String(ports.store instanceof Error ? '' : ports.store.location).replace(/\/rcm\.db$/, '');
      await ports.redis.server.call('SHUTDOWN', 'NOSAVE').catch(() => undefined);
    });
    await demo;
    expect(existsSync(folder)).toBe(false);
  });
});

it('says how to install a server where there is none', async () => {
  const before = process.env.PATH;
  process.env.PATH = await tempDir('empty-path');
  try {
    const demo = withDemo({ signal: new AbortController().signal, clock: () => new Date() }, async () => 'used');
    await expect(demo).rejects.toMatchObject({
      code: 'RCM_DEMO_UNAVAILABLE',
      exitCode: 3,
      hint: expect.stringContaining('setup.sh'),
    });
    expect(await readdir(process.env.PATH)).toEqual([]);
  } finally {
    process.env.PATH = before;
  }
});

async function expectNoServer(address: string): Promise<void> {
  const client = new Redis(address, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  await expect(client.connect()).rejects.toThrow();
  client.disconnect();
}
