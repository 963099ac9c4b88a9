import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import { type CompaniesReport, companiesReport } from '../../src/core/services/companies/report.js';
import { rcm } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { DAY_MS, record, recordedIn } from './support/counters.js';
import {
  type CompanyInput,
  DEFAULT_PRICES,
  expectedCompany,
  expectedPlatform,
  nearly,
  type World,
} from './support/expected.js';
import { expectSchema } from './support/schema.js';
import { HOSTILE_IDS, ORPHAN_IDS, type Seeded, seedCompanies, seedForeign, sizesOf } from './support/seed.js';
import { type SeededStore, STORES } from './support/stores.js';

/** As JSON has it. */
type Report = Omit<CompaniesReport, 'window'> & { window: { from: string; to: string; seconds: number } };

const OBJECT_IDS = ['64b000000000000000000001', '64b000000000000000000002'];
const WITH_KEYS = [...HOSTILE_IDS, OBJECT_IDS[0] as string, ...ORPHAN_IDS];
const LISTED = [...HOSTILE_IDS, ...OBJECT_IDS, 'no keys'];
const HOUR_MS = 3_600_000;
const DEFAULTS: Omit<World, 'windowEndMs'> = {
  prices: DEFAULT_PRICES,
  amounts: () => ({ cache: 5, storage: 10, calls: 50 }),
  thresholds: { warning: 80, critical: 120 },
  baseShare: 'equal',
  source: 'list',
};

/** Reads of many kinds, spread over a day and before it: through the client, and by hand. */
async function recordReads(redis: Redis, now: number): Promise<void> {
  for (const [ageHours, reads] of [
    [26, 9],
    [20, 6],
    [7.5, 8],
    [0.2, 3],
  ] as const) {
    // biome-ignore format: a table
    const at = now - ageHours * HOUR_MS;
    const cache = new CompanyCache({ redis, events: false, clock: { now: () => at } });
    await cache.invalidate('1');
    for (let i = 0; i < reads; i++) await cache.wrap('1', `read:${i % 3}`, async () => ({ i }));
    await cache.get('1', 'never there');
    await cache.delete('1', 'read:0');
    await cache.close();
  }
  const by = (id: string, ageHours: number, counters: Record<string, number>) =>
    record(redis, id, now - ageHours * HOUR_MS, counters);
  await by('12', 3, { hit: 9700, miss: 300, hitUs: 9_000_000, missUs: 600_000, error: 5 }); // best
  await by('12', 23, { hit: 100, hitUs: 90_000 });
  await by('12', 25, { hit: 1, miss: 1_000_000, hitUs: 1, missUs: 1e9, clear: 40 }); // before the window
  await by('123', 22, { hit: 85, miss: 15, hitUs: 100_000, missUs: 50_000, clear: 3 });
  await by('a*b?[c]\\^-d', 5, { hit: 70, miss: 30, hitUs: 100_000, missUs: 200_000, clear: 4 });
  await by('%d.+$', 1, { hit: 1, miss: 999_999, hitUs: 100, missUs: 11_000_000_000, clear: 11 }); // worst
  await by('ünï漢😀', 2, { hit: 60, miss: 40, hitUs: 100_000, missUs: 900_000, clear: 10 });
  await by('x y"z,', 2, { clear: 1, set: 5 }); // no reads
  await by('$where', 2, { hit: 3, miss: 1 }); // observed: no times
  await by('no keys', 2, { miss: 50, missUs: 100_000 });
  await by('ghost', 12, { hit: 5, miss: 5, hitUs: 5000, missUs: 5000 });
}

describe('rcm companies --json: every figure', () => {
  let server: RedisServer;
  let redis: Redis;
  let seeded: Seeded;
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    // Before the keys are listed: what the client stores is a company's, too.
    await recordReads(redis, Date.now());
    const stored = await redis.keysBuffer('company:1:*');
    seeded = await seedCompanies(redis, WITH_KEYS);
    seeded.get('1')?.push(...stored);
    await redis.set('company:12', 'the template without a rest');
    seeded.get('12')?.push(Buffer.from('company:12'));
    await seedForeign(redis);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  /** What must be reported, from the server's own answers and this test's own sums. */
  async function expectReport(report: Report, store: SeededStore | null, change: Partial<World>, samples?: number) {
    const world: World = { ...DEFAULTS, ...change, windowEndMs: Date.parse(report.window.to) };
    const windowMs = report.window.seconds * 1000;
    expect(Date.parse(report.window.from)).toBe(world.windowEndMs - windowMs);
    expect(report.generatedAt).toBe(report.window.to);
    const sizes = await sizesOf(redis, seeded, samples);
    const listed = [...(store?.names.keys() ?? [])];
    const inputs: CompanyInput[] = [];
    for (const id of new Set([...listed, ...seeded.keys()])) {
      const unknown = { storageBytes: null, calls: null, minutes: null, recordingBytes: null };
      const toMs = world.windowEndMs;
      const hasCounters = id !== '\\xff\\xfe';
      inputs.push({
        id,
        name: store?.names.get(id) ?? null,
        listed: listed.includes(id),
        keys: sizes.get(id)?.keys ?? 0,
        bytes: sizes.get(id)?.bytes ?? 0,
        reads: hasCounters ? await recordedIn(redis, id, { fromMs: toMs - windowMs, toMs }) : null,
        day: hasCounters ? await recordedIn(redis, id, { fromMs: toMs - DAY_MS, toMs }) : null,
        usage: store ? await store.usageOf(id) : unknown,
      });
    }
    const expected = inputs.map((input) => expectedCompany(input, inputs, world));
    expect(report.companies.map((c) => c.companyId).sort()).toEqual(expected.map((c) => c.companyId).sort());
    for (const company of expected) {
      const actual = report.companies.find((c) => c.companyId === company.companyId);
      expect(actual, company.companyId).toEqual(nearly(company));
    }
    expect(report.platformStats).toEqual(nearly(expectedPlatform(expected, inputs, world), 4));
    await expectServerFigures(report);
    expectSchema(companiesReport, report);
    return expected;
  }

  async function expectServerFigures({ platformStats }: Report): Promise<void> {
    const info = await redis.info();
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    const used = field('used_memory');
    expect(Math.abs((platformStats.redisUsedMemoryBytes ?? 0) - used)).toBeLessThan(used / 5);
    expect(Math.abs((platformStats.uptimeSeconds ?? -99) - field('uptime_in_seconds'))).toBeLessThanOrEqual(60);
  }

  const run = async (args: string[], env: Record<string, string> = {}): Promise<Report> => {
    const result = await rcm(['companies', '--json', '--redis-url', server.url, ...args], { env });
    expect({ code: result.exitCode, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    return result.json<Report>();
  };

  for (const { engine, describe: describeIt = describe, seed } of STORES) {
    describeIt(`with ${engine}`, () => {
      let store: SeededStore;
      // biome-ignore lint/suspicious/noDuplicateTestHooks: a suite of its own, which the rule does not see
      beforeAll(async () => {
        store = await seed(LISTED, ORPHAN_IDS);
      });
      // biome-ignore lint/suspicious/noDuplicateTestHooks: the same
      afterAll(() => store.close());

      it('at the default prices, over 24 hours', async () => {
        const report = await run(store.flags);
        expect(report.warnings).toEqual([]);
        const expected = await expectReport(report, store, {});
        // The seed is worth something only while it reaches every verdict.
        expect(new Set(expected.map((c) => c.status.code))).toContain('healthy');
        expect(
          expected
            .filter((c) => c.orphan)
            .map((c) => c.companyId)
            .sort(),
        ).toEqual([...ORPHAN_IDS].sort());
        const order = ['critical', 'warning', 'unknown', 'healthy'];
        const ranks = report.companies.map((c) => order.indexOf(c.status.code));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      });

      it.each(['1h', '6h', '48h'])('over %s', async (window) => {
        const report = await run([...store.flags, '--window', window]);
        await expectReport(report, store, {});
      });

      it('with --exact', async () => {
        await expectReport(await run([...store.flags, '--exact']), store, {}, 0);
      });

      it('at prices, budgets and thresholds that were changed since, the base shared by memory', async () => {
        const opened = await store.open();
        const set = { reason: 'test', setBy: 'test', setAt: new Date() };
        await opened.pricing.update(() => ({
          providers: {
            redis: { storageCostPerMB: 33, baseServiceCost: 100 },
            mongodb: { storageCostPerGB: 1.5, queryCost: 0.0003, baseTierCost: 12 },
            twilio: { recordingStoragePerGB: 7, perCallCostPerMinute: 0.5 },
          },
          budgets: {
            defaultPerCompany: { cache: 14, storage: 8, calls: 100 },
            thresholds: { warningPercent: 60, criticalPercent: 90 },
            customBudgets: [
              { companyId: '12', cacheBudget: 0, ...set },
              { companyId: '123', cacheBudget: 1000, storageBudget: 0.5, callsBudget: 0, ...set },
            ],
          },
          history: [],
        }));
        await opened.close();
        const expected = await expectReport(await run(store.flags, { RCM_COSTS_BASE_SHARE: 'proportional' }), store, {
          prices: {
            storageCostPerMB: 33, baseServiceCost: 100,
            storageCostPerGB: 1.5, queryCost: 0.0003, baseTierCost: 12,
            recordingStoragePerGB: 7, perCallCostPerMinute: 0.5,
          }, // biome-ignore format: a table
          amounts: (id) =>
            id === '12'
              ? { cache: 0, storage: 8, calls: 100 }
              : id === '123'
                ? { cache: 1000, storage: 0.5, calls: 0 }
                : { cache: 14, storage: 8, calls: 100 },
          thresholds: { warning: 60, critical: 90 },
          baseShare: 'proportional',
        });
        const codes = expected.map((c) => c.status.code);
        expect(codes).toContain('critical');
        expect(expected.find((c) => c.companyId === '12')?.budget).toMatchObject({
          percentUsed: null,
          status: 'critical',
        });
        expect(new Set(expected.map((c) => c.budget.status)).size).toBeGreaterThan(1);
      });
    });
  }

  it('with a Redis and nothing else: nobody is an orphan, unknown costs are named', async () => {
    const report = await run([]);
    expect(report.warnings).toEqual([]);
    await expectReport(report, null, { source: 'keys' });
    for (const company of report.companies) {
      expect(company.orphan).toBe(false);
      expect(company.costs.unknown).toEqual(
        expect.arrayContaining(['mongodb.storage', 'twilio.calls', 'twilio.recordings']),
      );
    }
  });

  it('of keys named after another template, hash-tagged', async () => {
    const tagged = await seedCompanies(redis, ['1', '12', 'a*b?[c]\\^-d', '\\xff\\xfe'], 'tenant:{ID}:');
    const report = await run([], { RCM_KEY_TEMPLATES: 'tenant:{{companyId}}:*' });
    const sizes = await sizesOf(redis, tagged);
    expect(
      Object.fromEntries(
        report.companies.map((c) => [c.companyId, { keys: c.metrics.keys, bytes: c.metrics.cacheBytes }]),
      ),
    ).toEqual(Object.fromEntries(sizes));
    expect(report.companies.find((c) => c.companyId === '12')?.metrics.hitRate).toBeGreaterThan(90);
    await redis.del(...[...tagged.values()].flat());
  });
});
