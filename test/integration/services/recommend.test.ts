import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/index.js';
import { detect } from '../../../src/core/services/detect/detect.js';
import { drillDown } from '../../../src/core/services/drill-down/drill-down.js';
import { prepareFix } from '../../../src/core/services/fix/prepare.js';
import { changePolicy, NO_POLICY } from '../../../src/core/services/policy/change.js';
import { type RecommendOptions, recommend } from '../../../src/core/services/recommend/recommend.js';
import { recommendReport } from '../../../src/core/services/recommend/report.js';
import { applyTtl, planTtl } from '../../../src/core/services/ttl/set.js';
import { generator } from '../../support/random.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { TimeLapse } from '../../support/redis/time-lapse.js';
import { type Rig, rigOn } from './rig.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
/** Reads come in rounds. */
const STEP = 30 * SECOND;
const SHORT = 'too-short';
const FINE = 'fine';
const UNSEEN = 'unseen';
const FEW = 'few';

/** How one company is read: so many keys, each so many seconds after its last read. */
interface Habit {
  keys: number;
  gap: () => number;
  ttl: number;
}

let server: RedisServer;
let redis: Redis;
let rig: Rig;
let lapse: TimeLapse;
const random = generator(42);
const HABITS: Record<string, Habit> = {
  // Wanted again after half a minute to five and a half, and gone after one.
  [SHORT]: { keys: 30, gap: () => 30 + 300 * random(), ttl: 60 },
  [FINE]: { keys: 10, gap: () => 60 + 60 * random(), ttl: 3600 },
};

/**
 * Hours of reads through the real client, on a Redis whose time is passed. Whether a read found its value is told by the
 * loader alone, which nothing of the project counts.
 * @returns percent of reads that found a value, by company
 */
async function live(hours: number): Promise<Record<string, number>> {
  const cache = new CompanyCache({ redis: server.url, clock: lapse.clock });
  const companies = Object.entries(HABITS).map(([companyId, habit]) => ({
    companyId,
    habit,
    due: Array.from({ length: habit.keys }, () => lapse.nowMs + habit.gap() * SECOND),
    reads: 0,
    loads: 0,
  }));
  const until = lapse.nowMs + hours * HOUR;
  for (let round = 1; lapse.nowMs < until; round += 1) {
    const reads = companies.flatMap((one) =>
      one.due.flatMap((due, key) => {
        if (due > lapse.nowMs) return [];
        one.due[key] = lapse.nowMs + one.habit.gap() * SECOND;
        one.reads += 1;
        const load = () => {
          one.loads += 1;
          return 'x'.repeat(200);
        };
        return [cache.wrap(one.companyId, `profile:${key}`, load, { ttl: one.habit.ttl })];
      }),
    );
    await Promise.all(reads);
    if (round % 40 === 0) await cache.flush();
    await lapse.pass(STEP);
  }
  await cache.close();
  return Object.fromEntries(companies.map((one) => [one.companyId, (100 * (one.reads - one.loads)) / one.reads]));
}

/** Six hours of it before all tests: what was recorded, and what really happened. */
let before: Record<string, number>;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  rig = await rigOn(server.url);
  lapse = new TimeLapse(redis, Date.parse('2026-03-01T06:00:00Z'));
  rig.ports.clock = () => new Date(lapse.nowMs);
  await rig.ports.store.pricing.update((current) => ({
    budgets: { ...current.budgets, defaultPerCompany: { cache: 1e6, storage: 1e6, calls: 1e6 } },
    history: [],
  }));
  for (const companyId of Object.keys(HABITS))
    await changePolicy(rig.ports, {
      ...{ companyId, actor: 'ann', reason: null, command: 'ttl set' },
      change: () => ({ ...NO_POLICY, eventsMax: 16_384 }),
    });
  before = await live(6);
  await redis.set(`company:${UNSEEN}:a`, 'x'.repeat(100), 'EX', 90_000);
  const cache = new CompanyCache({ redis: server.url, clock: lapse.clock });
  for (let i = 0; i < 5; i += 1) await cache.wrap(FEW, 'a', () => 'x', { ttl: 90_000 });
  await cache.close();
});
afterAll(async () => {
  await rig.close();
  redis.disconnect();
  await server.stop();
});

const look = async (options: Partial<RecommendOptions> = {}) => {
  const { report, complete } = await recommend(rig.ports, { windowMs: DAY, ...options });
  recommendReport.parse(report);
  return { ...report, complete };
};
const ttlOf = (command: string) => /^rcm ttl set too-short --ttl (\d+)([mh])$/.exec(command);

describe('a company whose values live too shortly', () => {
  it('is advised another TTL, beside the repair of its thrashing; one instead of the other', async () => {
    const { recommendations, total, examined, complete } = await look();
    expect(complete).toBe(true);
    expect(new Set(recommendations.map(({ companyId }) => companyId))).toEqual(new Set([SHORT]));
    const ttl = recommendations.find(({ code }) => code === null);
    const repair = recommendations.find(({ code }) => code === 'CACHE_THRASHING');
    expect(ttl).toMatchObject({ confidence: 'high', atMost: false, effort: 'one command' });
    expect(repair).toMatchObject({ command: `rcm fix ${SHORT} CACHE_THRASHING`, risk: 'low', atMost: false });
    // A repair is said to do what `fix` says it does.
    const ports = { ...rig.ports, backups: rig.dir, unlogged: `${rig.dir}/unlogged` };
    const company = { companyId: SHORT, companyName: null };
    const fix = await prepareFix(ports, { company, code: 'CACHE_THRASHING', force: false, allowSlow: false });
    const { before: from, after: to } = fix.prediction ?? { before: 0, after: 0 };
    expect(repair?.hitRateGain).toBe(to - from);
    expect(to - from).toBeGreaterThan(20);
    expect(ttl?.hitRateGain).toBeGreaterThan(to - from);
    expect(ttl?.insteadOf).toContain(repair?.id);
    expect(repair?.insteadOf).toContain(ttl?.id);
    // What both save is saved once.
    expect(total.savingPerMonth).toBe(Math.max(...recommendations.map(({ savingPerMonth }) => savingPerMonth ?? 0)));
    expect(examined).toEqual({ companies: 4, replayed: 2 });
  });

  it('says what it saves: the reads that no longer miss, by the price of a query', async () => {
    const { recommendations } = await look({ companyId: SHORT });
    const ttl = recommendations.find(({ code }) => code === null);
    const { hit, miss } = await counted(SHORT);
    // 6 hours of a month of 720; memory of 30 small values is worth next to nothing.
    const saved = (((hit + miss) * 720) / 6) * ((ttl?.hitRateGain ?? 0) / 100) * 0.000001;
    expect(ttl?.savingPerMonth).toBeGreaterThan(saved * 0.95);
    expect(ttl?.savingPerMonth).toBeLessThan(saved * 1.05);
  });

  it('the same data give the same advice, byte by byte', async () => {
    const [first, again] = [JSON.stringify(await look()), JSON.stringify(await look())];
    expect(again).toBe(first);
  });

  it('one company alone is told what it is told among all', async () => {
    const [all, alone] = [await look(), await look({ companyId: SHORT })];
    expect(alone.companyId).toBe(SHORT);
    expect(alone.recommendations).toEqual(all.recommendations);
  });

  it('drill-down tells the same, and offers the commands', async () => {
    const { recommendations } = await look({ companyId: SHORT });
    const { report } = await drillDown(rig.ports, SHORT, { windowMs: DAY, keys: 5 });
    expect(report.company.issues).toContain('CACHE_THRASHING');
    expect(report.issues).toEqual(report.company.issues);
    expect(report.advice).toEqual(recommendations);
    expect(report.company.recommendations).toEqual(recommendations.map((one) => `${one.title}: ${one.command}`));
    expect(report.nextCommands.slice(0, 2).map(({ command }) => command)).toEqual([
      `rcm detect ${SHORT}`,
      `rcm fix ${SHORT} CACHE_THRASHING`,
    ]);
    const detected = await detect(rig.ports, { windowMs: DAY, companyId: SHORT });
    const figures = (issues: typeof detected.report.issues) => issues.map(({ since: _, ...issue }) => issue);
    expect(figures(report.detected ?? [])).toEqual(figures(detected.report.issues));
    expect(report.issues).toEqual(detected.report.issues.map(({ code }) => code));
  });

  it('where only some companies are looked into, those with most to gain are, and it is said', async () => {
    rig.ports.config.recommend.companies = 1;
    const { warnings, examined, recommendations } = await look();
    rig.ports.config.recommend.companies = 50;
    expect(examined.replayed).toBe(1);
    expect(recommendations.some(({ code }) => code === null)).toBe(true);
    expect(warnings).toContainEqual(expect.stringMatching(/^Other TTLs were tried on the 1 of 3 companies/));
  });

  it('little risk, a least saving and a limit are obeyed; the total is told whole', async () => {
    const all = await look();
    const none = await look({ minSaving: 1000 });
    expect(none.recommendations).toEqual([]);
    expect(none.counts).toEqual({ found: all.counts.found, wanted: 0 });
    expect(none.total).toEqual(all.total);
    expect(none.wanted.savingPerMonth).toBe(0);
    const one = await look({ limit: 1 });
    expect(one.recommendations).toEqual(all.recommendations.slice(0, 1));
    expect(one.counts.wanted).toBe(all.counts.wanted);
  });
});

describe('a company about which nothing is to say', () => {
  it('has no advice where it does well', async () => {
    const { recommendations, counts, complete } = await look({ companyId: FINE });
    expect({ recommendations, counts, complete }).toEqual({
      recommendations: [],
      counts: { found: 0, wanted: 0 },
      complete: true,
    });
  });

  it('says what is missing where nothing was recorded, or too little', async () => {
    const { notReplayed } = await look();
    expect(notReplayed).toEqual([
      expect.objectContaining({ why: 'no reads are recorded', companies: 1, examples: [UNSEEN] }),
      expect.objectContaining({ why: expect.stringContaining('too little data'), companies: 1, examples: [FEW] }),
    ]);
  });
});

// Last: it changes what the others look at.
it('the advised command raises the hit rate by what was said, within 2 points', async () => {
  const { recommendations } = await look();
  const advice = recommendations.find(({ code }) => code === null);
  const [, number, unit] = ttlOf(advice?.command ?? '') ?? [];
  const seconds = Number(number) * (unit === 'h' ? 3600 : 60);
  const change = { segment: null, minTtlSeconds: seconds, maxTtlSeconds: seconds };
  const plan = await planTtl(rig.ports, { word: SHORT, parts: false, change, preset: null });
  await applyTtl(rig.ports, plan, { actor: 'ann', reason: 'recommended' });
  const after = await live(6);
  const gained = (after[SHORT] as number) - (before[SHORT] as number);
  expect(advice?.hitRateGain).toBeGreaterThan(50);
  expect(Math.abs(gained - (advice?.hitRateGain as number))).toBeLessThan(2);
  expect(Math.abs((after[FINE] as number) - (before[FINE] as number))).toBeLessThan(2);
});

/** Reads that were counted, field by field. */
async function counted(companyId: string): Promise<{ hit: number; miss: number }> {
  const sums = { hit: 0, miss: 0 };
  for (const key of await redis.keys(`rcm:{${companyId}}:counters:*`))
    for (const [field, value] of Object.entries(await redis.hgetall(key))) {
      const name = field.split(':')[1];
      if (name === 'hit' || name === 'miss') sums[name] += Number(value);
    }
  return sums;
}
