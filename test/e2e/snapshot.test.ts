import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import { rcm } from '../support/cli.js';
import { CLOSED_PORT } from '../support/fake-server.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';
import { expectError, reportOf } from './support/run.js';

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
});
