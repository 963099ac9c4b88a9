import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import { simulateTtl, type TtlAccess } from '../../src/core/index.js';
import {
  companyTtlReport,
  type TtlPreviewReport,
  type TtlSetReport,
  ttlPoliciesReport,
  ttlPresetsReport,
  ttlPreviewReport,
  ttlSetReport,
} from '../../src/core/services/ttl/report.js';
import { type CliOptions, rcm, rcmOnTerminal } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Reads every half minute of 12 keys in turn, 500 bytes each: under 5 minutes TTL none is there, under 15 two of three are. */
function steady(fromMs: number, toMs: number): TtlAccess[] {
  const accesses: TtlAccess[] = [];
  for (let at = fromMs, i = 0; at < toMs; at += MINUTE / 2, i += 1)
    accesses.push({ timestampMs: at, key: `scenario:${i % 12}`, op: 'get', sizeBytes: 500 });
  return accesses;
}

describe('ttl preview --trace', () => {
  let file: string;
  const accesses = steady(0, 30 * HOUR);
  beforeAll(async () => {
    file = join(await tempDir('trace'), 'a b.csv');
    const rows = accesses.map(({ timestampMs, key, op, sizeBytes }) => `${timestampMs},${key},${op},${sizeBytes}`);
    await writeFile(file, `timestamp_ms,key,op,size_bytes\n${rows.join('\n')}\n`);
  });

  it('needs nothing but the file, and says what the model says', async () => {
    const { exitCode, stderr, json } = await rcm(['ttl', 'preview', '--trace', file, '--ttl', '15m,5m,7d', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = json<TtlPreviewReport>();
    expectSchema(ttlPreviewReport, report);
    const model = simulateTtl(accesses, [300, 900, 604_800]);
    expect(
      report.predictions.map(({ ttlSeconds, hitRate, meanLiveBytes }) => [ttlSeconds, hitRate, meanLiveBytes]),
    ).toEqual(model.map(({ ttlSeconds, hitRate, meanLiveBytes }) => [ttlSeconds, hitRate, meanLiveBytes]));
    // By hand: a key is read every 6 minutes, so that after a miss it is hit at 6 and 12 of 15 minutes: two of three.
    expect(report.predictions[0]?.hitRate).toBe(0);
    expect(report.predictions[1]?.hitRate).toBeCloseTo(200 / 3, 1);
    expect(report.predictions[2]).toMatchObject({ longerThanTrace: true, note: expect.stringContaining('cold cache') });
    expect(report).toMatchObject({ company: null, today: null, cheapest: null, fastest: 604_800, enough: true });
    expect(report.predictions.every(({ totalCost }) => totalCost === null)).toBe(true);
  });

  it('draws the rates, and prints every format', async () => {
    const table = await rcm(['ttl', 'preview', '--trace', file, '--ttl', '15m', '--no-color']);
    expect(table.stdout).toMatch(/TTL +Hit rate +Memory/);
    expect(table.stdout).toMatch(/15m +66\.\d% ±\d\.\d/);
    expect(table.stdout).toContain('Hit rate by TTL');
    expect(table.stdout).toMatch(/┤█+/);
    expect(table.stdout).not.toContain('Redis');
    const csv = await rcm(['ttl', 'preview', '--trace', '-', '--format', 'csv'], {
      input: 'timestamp_ms,key,op\n1,a,get\n9,a,get\n',
    });
    const rows = parse(csv.stdout, { columns: true }) as unknown as Record<string, string>[];
    expect(rows.map(({ ttlSeconds, hitRate, marks }) => [ttlSeconds, hitRate, marks])[0]).toEqual([
      '60',
      '50',
      'too little data, cold cache',
    ]);
    const markdown = await rcm(['ttl', 'preview', '--trace', file, '--ttl', '15m', '--format', 'markdown']);
    expect(markdown.stdout).toMatch(/\| 15m \| 66\.\d% ±\d\.\d \|/);
  });

  it('refuses what cannot be read as accesses, and names the line', async () => {
    const bad = join(await tempDir('trace'), 'bad.csv');
    await writeFile(bad, 'timestamp_ms,key,op\n5,a,get\n4,a,get\n');
    const error = await expectError(['ttl', 'preview', '--trace', bad], 2);
    expect(error).toMatchObject({ code: 'RCM_TRACE_INVALID', message: expect.stringContaining('line 3') });
  });
});

describe('ttl of a company', () => {
  let server: RedisServer;
  let redis: Redis;
  let flags: string[];
  let options: CliOptions;
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    flags = ['--redis-url', server.url, '--state-file', `${await tempDir('state')}/rcm.db`];
    options = { env: { RCM_ACTOR: 'ann@host' } };
  });
  const run = (...words: string[]) => rcm(['ttl', ...words, ...flags], options);
  const jsonOf = async <T>(...words: string[]) => {
    const { exitCode, json, stderr } = await run(...words, '--json');
    return { exitCode, report: json<T>(), stderr };
  };
  /** As the client records it, every value living 10 minutes; 24 keys of company 12 are there. */
  const recordSteady = async (hours: number): Promise<void> => {
    const now = Date.now();
    const pipeline = redis.pipeline();
    for (const { timestampMs, key } of steady(now - hours * HOUR, now)) {
      const [n, place] = [Math.round((timestampMs - now + hours * HOUR) / (MINUTE / 2)), 0];
      const hit = Math.floor(n / 12) % 2 === 1 + place;
      pipeline.xadd(
        'rcm:{12}:events',
        '*',
        't',
        Math.round(timestampMs),
        'k',
        key,
        'o',
        hit ? 'h' : 'm',
        's',
        500,
        'd',
        90,
        'p',
        2 ** 24,
        ...(hit ? [] : ['x', 600_000]),
      );
    }
    for (let i = 0; i < 24; i += 1) pipeline.set(`company:12:scenario:${i}`, 'v'.repeat(500));
    await pipeline.exec();
  };

  it('is predicted with memory and money, and the presets choose from that', async () => {
    await recordSteady(40);
    await record(redis, '12', Date.now() - 6 * HOUR, { hit: 500, miss: 500 });
    const { exitCode, report } = await jsonOf<TtlPreviewReport>('preview', '12');
    expect(exitCode).toBe(0);
    expectSchema(ttlPreviewReport, report);
    expect(report.predictions.map(({ ttlSeconds }) => ttlSeconds)).toEqual([
      60, 300, 600, 900, 1800, 3600, 21_600, 86_400,
    ]);
    expect(report.today).toMatchObject({ ttlSeconds: 600, recordedHitRate: 50, keys: 24 });
    expect(report.today?.replayedHitRate).toBeCloseTo(50, 0);
    const [, , today, longer] = report.predictions;
    expect(today).toMatchObject({ ttlSeconds: 600, today: true, enough: true });
    // Memory is what the cache takes now; money by the prices of a new configuration: $0.08/MB, $20 base for one company, $0.000001 a query.
    expect(today?.memoryBytes).toBeCloseTo(report.today?.cacheBytes as number, 0);
    const memoryCost = ((today?.memoryBytes as number) / 1024 ** 2) * 0.08;
    expect(today?.redisCost).toBeCloseTo(20 + memoryCost, 9);
    const coveredMs = Date.now() - Math.floor((Date.now() - 6 * HOUR) / (5 * MINUTE)) * 5 * MINUTE;
    const reads = (1000 * 30 * 24 * HOUR) / coveredMs;
    expect((today?.missesPerMonth as number) / (reads * (1 - (today?.hitRate as number) / 100))).toBeCloseTo(1, 2);
    expect(today?.mongodbCost).toBeCloseTo((today?.missesPerMonth as number) * 0.000001, 9);
    expect(today?.totalCost).toBeCloseTo((today?.redisCost as number) + (today?.mongodbCost as number), 9);
    expect(longer?.hitRate).toBeCloseTo(200 / 3, 0);

    const presets = await jsonOf<{
      presets: { name: string; chosen: object | null; predicted: { hitRate: number } | null }[];
    }>('presets', '12');
    expectSchema(ttlPresetsReport, presets.report);
    const chosen = Object.fromEntries(presets.report.presets.map(({ name, chosen }) => [name, chosen]));
    // A hit rate of 70 % and more needs three hits after each miss: over 18 minutes, so 30 of the candidates.
    expect(chosen['memory-saver']).toEqual({ minTtlSeconds: 1800, maxTtlSeconds: 1800 });
    expect(chosen['fresh-data']).toEqual({ minTtlSeconds: null, maxTtlSeconds: 60 });
    // 85 % needs six: over 36 minutes.
    expect(chosen['high-performance']).toMatchObject({ maxTtlSeconds: 43_200 });
  });

  it('is not chosen by a model that does not tell what happened', async () => {
    // A warm cache: every read a hit, of keys that were stored before; to the model, empty at first, each is a miss.
    const pipeline = redis.pipeline();
    for (let i = 0; i < 500; i += 1) {
      const time = Date.now() - (500 - i) * MINUTE;
      const event = ['t', time, 'k', `scenario:${i}`, 'o', 'h', 's', 500, 'd', 90, 'p', 2 ** 24];
      pipeline.xadd('rcm:{12}:events', '*', ...event, ...(i % 9 === 0 ? ['x', 3_600_000] : []));
      pipeline.set(`company:12:scenario:${i}`, 'v'.repeat(500));
    }
    await pipeline.exec();
    const { report } = await jsonOf<TtlPreviewReport>('preview', '12');
    expect(report.today).toMatchObject({ recordedHitRate: 100, replayedHitRate: 0 });
    expect(report.predictions.some(({ enough }) => enough)).toBe(true);
    expect(report).toMatchObject({ cheapest: null, fastest: null });
    expect(report.warnings.join()).toContain('was warm before');
    const presets = await jsonOf<{ presets: { chosen: object | null; predicted: object | null }[] }>('presets', '12');
    expect(presets.report.presets.filter(({ chosen }) => chosen !== null)).toHaveLength(1);
    expect(presets.report.presets.every(({ predicted }) => predicted === null)).toBe(true);
    for (const preset of ['optimal', 'low-cost'])
      expect(await run('set', '12', '--preset', preset, '--yes')).toMatchObject({
        exitCode: 4,
        stderr: expect.stringContaining('was warm before'),
      });
    const { report: plan } = await jsonOf<{ predicted: object }>('set', '12', '--ttl', '1m', '--dry-run');
    expect(plan.predicted).toMatchObject({ before: null, after: null, why: expect.stringContaining('100.0%') });
  });

  it('is not guessed from too little data, or from none', async () => {
    await recordSteady(1);
    const { report } = await jsonOf<TtlPreviewReport>('preview', '12', '--ttl', '10m');
    expect(report).toMatchObject({
      enough: false,
      cheapest: null,
      fastest: null,
      advice: expect.stringContaining('--events-max 16384 12'),
    });
    const text = await run('preview', '12', '--ttl', '10m');
    expect(text.stdout).toContain('too little data');
    expect(await run('set', '12', '--preset', 'optimal', '--yes')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('Too little data'),
    });
    await redis.set('company:13:a', 'v');
    const none = await expectError(['ttl', 'preview', '13', ...flags], 4);
    expect(none).toMatchObject({ code: 'RCM_NOT_APPLICABLE', message: expect.stringContaining('No reads of 13') });
  });

  it('is set by whoever confirms it, obeyed by the client, shown, and taken away', async () => {
    await redis.set('company:12:old', 'v');
    await redis.set('company:12:profile:1', 'v', 'EX', 10_000);
    expect(await run('set', '12', '--ttl', '5m')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('give --yes'),
    });
    const dry = await jsonOf<TtlSetReport>('set', '12', '--max', '1h', '--existing', '--dry-run');
    expectSchema(ttlSetReport, dry.report);
    expect(dry.report).toMatchObject({
      dryRun: true,
      before: null,
      after: { maxTtlSeconds: 3600 },
      existing: { wouldChange: 2, shortened: 0 },
    });
    expect((await jsonOf<object>('get')).report).toMatchObject({ policies: [] });

    const made = await jsonOf<TtlSetReport>('set', '12', '--max', '1h', '--existing', '--yes', '--reason', 'stale');
    expect(made.report).toMatchObject({
      changed: true,
      existing: { shortened: 1, given: 1 },
      predicted: { after: null, why: expect.stringContaining('No reads') },
    });
    expect(await redis.ttl('company:12:old')).toBeGreaterThan(3500);
    await run('set', '12', '--segment', 'profile', '--ttl', '5m', '--yes');
    await run('set', '--default', '--min', '2h', '--yes');
    const cache = new CompanyCache({ redis: server.url, ttlSeconds: 9999 });
    for (const [id, key] of [
      ['12', 'new'],
      ['12', 'profile:2'],
      ['13', 'x'],
    ] as const)
      await cache.set(id, key, 1);
    await cache.set('13', 'short', 1, { ttl: 5 });
    await cache.close();
    const ttls = await Promise.all(
      ['12:new', '12:profile:2', '13:x', '13:short'].map((key) => redis.ttl(`company:${key}`)),
    );
    expect(ttls).toEqual([3600, 300, 9999, 7200]);

    const own = await jsonOf<{ bounds: object[] }>('get', '12');
    expectSchema(companyTtlReport, own.report);
    expect(own.report).toMatchObject({
      bounds: [
        { segment: 'profile', minTtlSeconds: 300, maxTtlSeconds: 300, source: 'company' },
        { segment: null, minTtlSeconds: null, maxTtlSeconds: 3600, source: 'company' },
      ],
      own: { version: 2, setBy: 'ann@host' },
    });
    expect((await jsonOf<object>('get', '13')).report).toMatchObject({
      bounds: [{ segment: null, minTtlSeconds: 7200, source: 'default' }],
      own: null,
    });
    const all = await jsonOf<{ policies: { companyId: string; segment: string | null }[] }>('get');
    expectSchema(ttlPoliciesReport, all.report);
    expect(all.report.policies.map(({ companyId, segment }) => [companyId, segment])).toEqual([
      ['', null],
      ['12', null],
      ['12', 'profile'],
    ]);

    const unset = await jsonOf<TtlSetReport>('set', '12', '--unset', '--yes');
    expect(unset.report).toMatchObject({ after: null });
    expect(await redis.exists('rcm:{12}:policy')).toBe(0);
    const again = await run('set', '12', '--unset', '--yes');
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('There is nothing to change') });
  });

  it('is asked for on a terminal, with what it would do', async () => {
    await recordSteady(40);
    const { shows, answer, ended } = await rcmOnTerminal(['ttl', 'set', '12', '--ttl', '15m', '--existing', ...flags]);
    await shows('all keys: as the application says → 15m');
    await shows('Predicted: hit rate 50.');
    await shows('24 would live shorter');
    await shows('Make this change? [y/N]');
    answer('y\n');
    expect(await ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('24 that never expired now do') });
    expect(await redis.ttl('company:12:scenario:3')).toBeGreaterThan(800);
  });
});
