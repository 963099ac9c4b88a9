import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/index.js';
import { DAY_MS, MINUTE_MS } from '../../../src/core/domain/units.js';
import { RcmError } from '../../../src/core/errors.js';
import { detect } from '../../../src/core/services/detect/detect.js';
import { detectReport } from '../../../src/core/services/detect/report.js';
import type { Ports } from '../../../src/core/services/ports.js';
import { type RedisServer, startKind, startRedis } from '../../support/redis/index.js';
import { rigOn } from '../services/rig.js';
import { snapshot } from '../store/builders.js';
import { company, ID, keys, World } from './world.js';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ users: ['noscript on >secret ~* &* +@all -@scripting'] });
});
afterAll(() => server.stop());

let world: World;
afterEach(() => world.close());
const open = async (hours: number) => {
  world = await World.create(server, hours, 1);
  return world;
};
const look = (options: Partial<Parameters<typeof detect>[1]> = {}, ports: Ports = world.rig.ports) =>
  detect(ports, { windowMs: DAY_MS, fresh: true, ...options });
/** Keys of 20 KB that never expire. */
const endless = (n: number, id = ID) =>
  Promise.all(keys(n).map((key) => world.redis.set(`company:${id}:${key}`, 'x'.repeat(20_000))));
const why = ({ report }: Awaited<ReturnType<typeof look>>, code: string) =>
  report.notJudged.filter((group) => group.code === code).map((group) => group.why);

describe('too little to tell', () => {
  it('nothing at all: nothing is found, and that is said', async () => {
    await open(1);
    world.companies = null;
    const { report } = await world.find();
    expect(report).toMatchObject({
      issues: [],
      complete: true,
      worst: null,
      examined: { companies: 0, withEvents: 0 },
    });
    expect(report.examined.byCode).toMatchObject({ CACHE_THRASHING: 0, EVICTION_PRESSURE: 1 });
  });

  it('a company of which nothing is recorded is not called healthy', async () => {
    await open(1);
    await world.redis.set(`company:${ID}:k`, 'v', 'EX', 600);
    const found = await world.find();
    expect(found.report.examined.byCode).toMatchObject({ CACHE_THRASHING: 0, MISSING_TTL: 1, LARGE_KEYS: 1 });
    expect(why(found, 'CACHE_THRASHING')).toEqual(['no reads are recorded']);
    expect(why(found, 'LOW_CACHE_EFFICIENCY')).toEqual(['no reads are recorded']);
  });

  it('few reads, or a short time', async () => {
    await open(1);
    await world.rounds(5, keys(3), 60, 30);
    expect(why(await world.find(), 'CACHE_THRASHING')).toEqual(['too few reads were recorded (under 100)']);
    await world.rounds(2, keys(120), 30, 600);
    const found = await world.find();
    expect(found.report.issues).toEqual([]);
    expect(why(found, 'LOW_CACHE_EFFICIENCY')).toEqual(['it has been recorded for too short a time (under 6 h)']);
  });

  it('a bad hit rate without events: not examined, so that what was found before is not taken for resolved', async () => {
    await open(2);
    await world.rounds(40, keys(8), 30, 45);
    const [first] = (await world.find()).report.issues;
    expect(first).toMatchObject({ code: 'CACHE_THRASHING', since: new Date(world.lapse.nowMs) });
    await world.redis.del(`rcm:{${ID}}:events`);
    await world.pass(60);
    const found = await world.find();
    expect(found.report.issues).toEqual([]);
    expect(why(found, 'CACHE_THRASHING')).toEqual(['no access events tell whether keys were missed again']);
    const [state] = await world.rig.ports.store.issues.list();
    expect(state).toMatchObject({ code: 'CACHE_THRASHING', resolvedAt: null });
  });
});

describe('figures', () => {
  it('memory that never expires, its cost, since when, and when it is over', async () => {
    await open(1);
    await endless(80);
    await world.redis.set(`company:${ID}:t`, 'x'.repeat(20_000), 'EX', 600);
    let bytes = 0;
    for (const key of keys(80)) bytes += Number(await world.redis.call('MEMORY', 'USAGE', `company:${ID}:${key}`));
    const at = new Date(world.lapse.nowMs);
    const { report } = await world.find();
    expect(detectReport.parse(report)).toEqual(report);
    expect(report.issues).toMatchObject([
      { code: 'MISSING_TTL', companyId: ID, since: at, impact: { bytes, costPerMonth: (bytes / 1024 ** 2) * 0.08 } },
    ]);
    await world.pass(60);
    expect((await world.find()).report.issues[0]?.since).toEqual(at);
    await world.redis.flushall();
    await world.pass(60);
    expect((await world.find()).report.issues).toEqual([]);
    const [state] = await world.rig.ports.store.issues.list();
    expect(state?.resolvedAt).toEqual(new Date(world.lapse.nowMs));
  });

  it('thrashing: queries and milliseconds by its counters', async () => {
    await open(1);
    await world.rounds(40, keys(8), 30, 45);
    const { report, figures } = await world.find();
    const [issue] = report.issues;
    // Each key is missed and hit in turn: 20 misses of 40 reads, 19 of them of a key that had been cached.
    expect(issue?.evidence.find(({ name }) => name === 'hitRatePercent')?.value).toBe(50);
    expect(issue?.evidence.find(({ name }) => name === 'reMissPercent')?.value).toBeCloseTo(95);
    expect(issue?.rootCauses).toMatchObject([{ cause: 'expired_early', percent: 100 }]);
    const { counters, reads } = figures[0] as (typeof figures)[number];
    const perMonth = (160 * 0.95 * 30 * DAY_MS) / (reads?.coveredMs as number);
    expect(issue?.impact.costPerMonth).toBeCloseTo(perMonth * 1e-6, 9);
    const added = ((counters?.missUs as number) - (counters?.hitUs as number)) / 160 / 1000;
    expect(issue?.impact.addedMsPerRead).toBeCloseTo(Math.max(0, added) * 0.95 * 0.5, 9);
  });

  it('one company alone: the same issues, and nothing of others', async () => {
    await open(1);
    await world.redis.set(`company:${ID}:big`, 'x'.repeat(300_000));
    await endless(80);
    await endless(80, 'other');
    world.companies = [company(ID), company('other')];
    const all = (await world.find()).report.issues.filter(({ companyId }) => companyId === ID);
    const { report } = await look({ companyId: 'ACME' });
    expect(report).toMatchObject({ companyId: ID, examined: { companies: 1 } });
    expect(report.issues).toEqual(all);
    expect(report.issues.map(({ code }) => code).sort()).toEqual(['LARGE_KEYS', 'MISSING_TTL']);
    await expect(look({ companyId: 'nobody' })).rejects.toMatchObject({ code: 'RCM_COMPANY_NOT_FOUND' });
  });

  it('the same where scripts are refused', async () => {
    await open(1);
    await world.redis.set(`company:${ID}:big`, 'x'.repeat(300_000));
    await endless(80);
    const { report } = await world.find();
    const rig = await rigOn(server.url.replace('//', '//noscript:secret@'));
    const other = await look({}, { ...world.rig.ports, redis: rig.ports.redis });
    await rig.close();
    expect(other.report.issues).toEqual(report.issues);
    expect(other.report.warnings.join()).toContain('Scripts are refused');
  });
});

it('on a cluster: all parts of the keyspace, and the parts of large keys', async () => {
  await open(1);
  const { nodes, client } = await startKind('cluster');
  const rig = await rigOn(nodes.url);
  for (const key of keys(90)) await client.set(`company:${ID}:${key}`, 'x'.repeat(20_000));
  await client.hset(`company:${ID}:settings`, { small: 'x', logo: 'words of a text '.repeat(20_000) });
  for (const companyId of [undefined, ID]) {
    const { report } = await look({ companyId }, rig.ports);
    expect(
      report.issues
        .map(({ code }) => code)
        .filter((code) => code !== 'COST_OVER_BUDGET')
        .sort(),
    ).toEqual(['LARGE_KEYS', 'MISSING_TTL']);
    const large = report.issues.find(({ code }) => code === 'LARGE_KEYS');
    expect(large?.evidence.at(-1)?.text).toMatch(
      /settings: .* \(hash, 2 elements\); its largest part is logo, 312.5KB/,
    );
  }
  client.disconnect();
  await rig.close();
  await nodes.stop();
});

describe('when something is amiss', () => {
  it('clocks apart: that of this machine', async () => {
    await open(1);
    await endless(1);
    world.rig.ports.clock = () => new Date(Date.now() + 10 * MINUTE_MS);
    const { report } = await look();
    expect(report.warnings).toEqual([expect.stringMatching(/clock is (10m|9m 59s|10m \ds) ahead of Redis's/)]);
  });

  it("clocks apart: an application's", async () => {
    await open(0.3);
    const ahead = new CompanyCache({
      redis: world.redis,
      flushIntervalMs: 30_000,
      clock: { now: () => world.lapse.nowMs + 30 * MINUTE_MS },
    });
    for (let i = 0; i < 30; i += 1) {
      for (const key of keys(5)) await ahead.wrap(ID, key, () => 'v', { ttl: 30 });
      await world.pass(40);
    }
    await ahead.close();
    await world.list();
    world.rig.ports.clock = () => new Date(world.lapse.nowMs + 30 * MINUTE_MS);
    const { report } = await look();
    expect(report.warnings.join()).toMatch(/application's clock is \d+m.* ahead of Redis's/);
  });

  it('Redis started again: what it counted before does not count', async () => {
    await open(5);
    await world.list();
    const { store } = world.rig.ports;
    const takenAt = new Date(world.lapse.nowMs);
    await store.snapshots.insert(snapshot(takenAt, [ID], { redisEvictedKeys: 1000, redisUptimeSeconds: 86_400 }));
    await world.pass(4.9 * 3600);
    // Counters went with the rest, a few minutes ago.
    await world.rounds(1, keys(150), 60, 600);
    const found = await world.find();
    expect(found.report.issues).toEqual([]);
    expect(found.platform.evictions).toMatchObject({ keys: 0, comparedWith: 'start' });
    expect(why(found, 'CACHE_THRASHING')).toEqual(['it has been recorded for too short a time (under 15 min)']);
  });

  it('the store is away: what Redis alone tells, and exit 3', async () => {
    await open(1);
    await endless(80);
    const store = new RcmError('RCM_STORE_UNAVAILABLE', 'The store is gone', 'Bring it back.');
    const { report, complete } = await look({}, { ...world.rig.ports, store });
    expect(complete).toBe(false);
    expect(report.issues).toMatchObject([{ code: 'MISSING_TTL', since: null, impact: { costPerMonth: null } }]);
    expect(report.issues[0]?.missing).toEqual(['prices']);
    expect(report.warnings.join()).toContain('The store is gone');
    expect(report.notJudged).toContainEqual(
      expect.objectContaining({ code: 'COST_OVER_BUDGET', why: 'prices and budgets are unknown' }),
    );
  });

  it('Redis goes away', async () => {
    await open(1);
    const lost = await startRedis();
    const rig = await rigOn(lost.url);
    await lost.stop();
    await expect(look({}, rig.ports)).rejects.toMatchObject({ code: 'RCM_REDIS_UNREACHABLE' });
    await rig.close();
  });

  it('it can be stopped', async () => {
    await open(1);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(look({}, { ...world.rig.ports, signal })).rejects.toThrow('enough');
  });
});
