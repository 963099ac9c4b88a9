import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorReport } from '../../src/core/services/doctor/report.js';
import { rcm } from '../support/cli.js';
import { CLOSED_PORT } from '../support/fake-server.js';
import { REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';

describe('rcm doctor', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis({
      config: ['maxmemory 100mb', 'maxmemory-policy allkeys-lru'],
      users: [
        'limited on >hunter2 ~* &* +@all -memory|usage -type -@scripting -@write',
        'blind on >hunter2 ~* &* +@all -scan',
      ],
    });
    redis = connect(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  const doctor = async (args: string[], env: Record<string, string> = {}) => {
    const result = await rcm(['doctor', '--json', ...args], { env });
    const report = result.json<DoctorReport>();
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(report.healthy ? 0 : 3);
    return { report, named: (name: string) => report.checks.filter((check) => check.name === name) };
  };

  it('all is well, and only what nobody did yet is remarked', async () => {
    await record(redis, '1', Date.now(), { hit: 1 });
    const { report } = await doctor(['--redis-url', server.url]);
    expect(report.healthy).toBe(true);
    expect(report.checks.filter((check) => check.state === 'warning' || check.state === 'failed')).toEqual([]);
    expect(report.checks.filter((check) => check.state === 'info').map((check) => check.name)).toEqual([
      'companies', // none was imported
      'snapshots',
    ]);
    expect(new Set(report.checks.map((check) => check.area))).toEqual(
      new Set(['configuration', 'redis', 'permissions', 'recording', 'store']),
    );
  });

  it('for people', async () => {
    const { exitCode, stdout, stderr } = await rcm(['doctor', '--redis-url', server.url]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/\n\d+ fine, 0 to look at, 0 failed\n$/);
    expect(stdout).not.toContain('\u001b');
  });

  it('lists each command that a limited user lacks', async () => {
    const { report, named } = await doctor(['--redis-url', `redis://limited:hunter2@127.0.0.1:${server.port}`]);
    expect(report.healthy).toBe(false);
    expect(named('MEMORY USAGE')).toMatchObject([{ state: 'failed', hint: expect.stringContaining('+memory|usage') }]);
    const refused = report.checks.filter((check) => check.area === 'permissions' && check.name !== 'allowed');
    expect(refused.map((check) => [check.name, check.state])).toEqual(
      expect.arrayContaining([['MEMORY USAGE', 'failed'], ['TYPE', 'failed'], ['EVAL_RO', 'warning'], ['SET', 'warning'], ['UNLINK', 'info']]), // biome-ignore format: a table
    );
    expect(refused.map((check) => check.name)).not.toContain('SCAN');
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  it('a user without SCAN', async () => {
    const { report, named } = await doctor(['--redis-url', `redis://blind:hunter2@127.0.0.1:${server.port}`]);
    expect(report.healthy).toBe(false);
    expect(named('SCAN')).toMatchObject([{ state: 'failed' }]);
  });

  it('Redis and MongoDB down: each is told, with what to do', async () => {
    const { report } = await doctor(
      ['--redis-url', `redis://:hunter2@127.0.0.1:${CLOSED_PORT}`, '--mongodb-uri', REFUSING_MONGO_URI],
      { RCM_MONGODB_TIMEOUT_MS: '300' },
    );
    const failed = report.checks.filter((check) => check.state === 'failed');
    expect(failed.map((check) => check.area).sort()).toEqual(['mongodb', 'redis']);
    for (const check of failed) expect(check.hint).toMatch(/\w+/);
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  it('a state file that is none', async () => {
    const file = join(await tempDir(), 'rcm.db');
    await writeFile(file, 'this is no database at all, '.repeat(100));
    const { report } = await doctor(['--redis-url', server.url, '--state-file', file]);
    expect(report.checks.filter((check) => check.state === 'failed').map((check) => check.area)).toEqual(['store']);
  });

  it('nothing records, no memory limit, writes that fail when full', async () => {
    const bare = await startRedis();
    const { report, named } = await doctor(['--redis-url', bare.url]);
    expect(report.healthy).toBe(true);
    expect(named('counters')).toMatchObject([
      {
        state: 'warning',
        message: expect.stringContaining('nothing seems to record'),
        hint: expect.stringMatching(/CompanyCache.*rcm observe --record/),
      },
    ]);
    expect(named('memory')).toMatchObject([{ state: 'warning', message: expect.stringContaining('No maxmemory') }]);
    await bare.stop();
  });
});
