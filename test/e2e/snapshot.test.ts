import { statSync } from 'node:fs';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotReport } from '../../src/core/services/snapshot/report.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import { rcm } from '../support/cli.js';
import { CLOSED_PORT } from '../support/fake-server.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';
import { expectError, reportOf } from './support/run.js';
import { expectSchema } from './support/schema.js';

describe('rcm snapshot', () => {
  let server: RedisServer;
  let redis: Redis;
  let stateFile: string;
  let flags: string[];
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    stateFile = `${await tempDir()}/rcm.db`;
    flags = ['--redis-url', server.url, '--state-file', stateFile];
    for (let i = 0; i < 50; i++) await redis.set(`company:${i % 5}:${i}`, 'x'.repeat(i * 10));
    await record(redis, '1', Date.now(), { hit: 80, missUs: 1000, miss: 20, hitUs: 1000, clear: 2 });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  const recorded = async (): Promise<number> => {
    const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
    const rows = await store.snapshots.platformRange(new Date(0), new Date(Date.now() + 1000));
    await store.close();
    return rows.length;
  };

  it('none yet', async () => {
    const error = await expectError(['companies', '--from-snapshot', ...flags], 3);
    expect(error.code).toBe('RCM_SNAPSHOT_MISSING');
    expect(error.hint).toContain('rcm snapshot');
  });

  it('is silent, gives back its lease, and shows what a live run showed', async () => {
    const { exitCode, stdout, stderr } = await rcm(['snapshot', ...flags]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await redis.exists('rcm:lock:snapshot')).toBe(0);
    const live = await reportOf(['companies', ...flags]);
    const kept = await reportOf(['companies', '--from-snapshot', ...flags]);
    expect(kept.exitCode).toBe(0);
    // Misses per month depend on the moment.
    const steady = ({ report }: typeof live) =>
      report.companies
        .map(({ companyId, orphan, metrics: { cost: _, ...metrics }, costs: { redis: cost } }) => ({
          companyId,
          orphan,
          metrics,
          cost,
        }))
        .sort((a, b) => (a.companyId < b.companyId ? -1 : 1));
    expect(steady(kept)).toEqual(steady(live));
  });

  it('--json; over 7 days hit rates come from snapshots', async () => {
    const { exitCode, stdout } = await rcm(['snapshot', '--json', ...flags]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ recorded: true, companies: 5, complete: true, warnings: [] });
    const { report } = await reportOf(['companies', '--window', '7d', ...flags]);
    expect(report.companies.find((c) => c.companyId === '1')?.metrics.hitRate).toBe(80);
    expect(report.warnings).toEqual([expect.stringContaining('Hit rates cover 24h of 7d')]);
  });

  it('while another is at it: ends at once, records nothing', async () => {
    const before = await recorded();
    await redis.set('rcm:lock:snapshot', 'another', 'PX', 60_000);
    const { exitCode, stdout, stderr } = await rcm(['snapshot', ...flags, '--json']);
    expect({ exitCode, stderr, result: JSON.parse(stdout) }).toEqual({
      exitCode: 0,
      stderr: '',
      result: { recorded: false, busy: true },
    });
    expect(await redis.get('rcm:lock:snapshot')).toBe('another');
    await redis.del('rcm:lock:snapshot');
    expect(await recorded()).toBe(before);
  });

  it('Redis down: exit 3, nothing recorded', async () => {
    const before = await recorded();
    const down = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, '--state-file', stateFile];
    expect((await expectError(['snapshot', ...down], 3)).code).toBe('RCM_REDIS_UNREACHABLE');
    expect(await recorded()).toBe(before);
  });

  it('--if-older-than: nothing is done, and nothing said, while the newest is young', async () => {
    const before = await recorded();
    const young = await rcm(['snapshot', '--if-older-than', '10m', ...flags]);
    expect([young.exitCode, young.stdout, young.stderr]).toEqual([0, '', '']);
    const told = (await rcm(['snapshot', '--if-older-than', '1d', '--json', ...flags])).json();
    expect(told).toMatchObject({ recorded: false, busy: false, newest: expect.stringMatching(/Z$/) });
    expect(await recorded()).toBe(before);
    const due = await rcm(['snapshot', '--if-older-than', '1s', '--json', ...flags]);
    expectSchema(snapshotReport, due.json());
    expect(due.json()).toMatchObject({ recorded: true });
    expect(await recorded()).toBe(before + 1);
    expect((await expectError(['snapshot', '--if-older-than', 'soon', ...flags], 2)).code).toBe('RCM_USAGE');
  });

  it('over 7 days, hits and misses are those of every hour that was kept', async () => {
    const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const kept = [160, 100, 60].map((ago) => ({ companyId: '2', hourMs: hour - ago * 3_600_000, mark: null }));
    await store.counterHours.put(kept.map((one, n) => ({ ...one, counters: { hit: 10 * (n + 1), miss: 1 } })));
    await store.counterHours.put([
      { companyId: '2', hourMs: hour - 200 * 3_600_000, mark: null, counters: { miss: 999 } },
    ]);
    await store.close();
    await record(redis, '2', Date.now() - 3 * 3_600_000, { hit: 30, miss: 2 });
    const { report } = await reportOf(['companies', '--window', '7d', ...flags]);
    // 60 of 63 in the store, 30 of 32 in Redis.
    expect(report.companies.find((c) => c.companyId === '2')?.metrics.hitRate).toBeCloseTo((90 / 95) * 100, 10);
    // No snapshot was taken while those hours were copied: how much of the week is known is said.
    expect(report.warnings).toEqual([expect.stringMatching(/^Hit rates cover \d+h of 7d/)]);
  });

  it('killed at any moment: the next run makes it whole, and nothing is there twice', async () => {
    const id = '3';
    for (let ago = 2; ago < 40; ago++) await record(redis, id, Date.now() - ago * 3_600_000, { hit: ago, miss: 1 });
    for (let i = 0; i < 400; i++)
      await redis.xadd(
        `rcm:{${id}}:events`,
        '*',
        't',
        Date.now(),
        'k',
        `k${i}`,
        'o',
        'h',
        's',
        1,
        'd',
        1,
        'p',
        16_777_216,
      );
    for (const ms of [600, 800, 1000]) {
      await rcm(['snapshot', ...flags], { timeout: ms, killSignal: 'SIGKILL' });
      await redis.del('rcm:lock:snapshot');
    }
    const { exitCode, stderr } = await rcm(['snapshot', ...flags]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
    const spans = await store.counterHours.range(id, 0, Date.now());
    const events = await store.activity.list({ companyId: id, types: ['hit'], limit: 9999 });
    await store.close();
    expect(spans.map(({ counters }) => counters.hit)).toEqual(Array.from({ length: 38 }, (_, i) => 39 - i));
    expect(new Set(events.map((event) => event.key)).size).toBe(400);
    expect(events).toHaveLength(400);
  });

  it('a store that is full, or may not be written: exit 3, says so, and what was there stays', async () => {
    const before = await recorded();
    // Files may not grow: what a full disk does to a write.
    const size = Math.ceil(statSync(stateFile).size / 1024);
    const run = ['bin/run.js', 'snapshot', '--redis-url', server.url, '--state-file', stateFile];
    const full = await execa(
      'bash',
      ['-c', `trap '' XFSZ; ulimit -f ${Math.min(size, 8)}; exec "$@"`, 'bash', process.execPath, ...run],
      {
        env: { RCM_MONGODB_URI: 'none' },
        reject: false,
      },
    );
    expect(full.exitCode, full.stderr).toBe(3);
    expect(full.stderr).toMatch(/^Error: .*rcm\.db/);
    await redis.del('rcm:lock:snapshot');
    expect(await recorded()).toBe(before);
    expect((await rcm(['snapshot', ...flags])).exitCode).toBe(0);
    expect(await recorded()).toBe(before + 1);
  });
});
