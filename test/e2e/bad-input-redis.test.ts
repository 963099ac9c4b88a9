import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcm } from '../support/cli.js';
import { CLOSED_PORT, type FakeServer, startHttpServer, startSilentServer } from '../support/fake-server.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { record } from './support/counters.js';
import { expectError, reportOf, type ShortReport } from './support/run.js';

/** What does not change from one run to the next, as costs per month of recorded misses do. */
const steady = ({ companies }: ShortReport) =>
  companies.map(({ companyId, metrics: { cost: _, ...metrics } }) => ({ companyId, metrics }));

/** `+@all` less what is named. */
const user = (name: string, ...without: string[]) => `${name} on >secret ~* &* +@all ${without.join(' ')}`;
const QUICK = { RCM_REDIS_CONNECT_TIMEOUT_MS: '400', RCM_REDIS_COMMAND_TIMEOUT_MS: '400' };

describe('a Redis that cannot be read', () => {
  const fakes: FakeServer[] = [];
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ password: 'right one' });
  });
  afterAll(async () => {
    await server.stop();
    for (const fake of fakes) await fake.stop();
  });

  it('unreachable', async () => {
    const url = `redis://me:secret@127.0.0.1:${CLOSED_PORT}`;
    const error = await expectError(['companies', '--redis-url', url], 3, { env: { RCM_DEBUG: '' } });
    expect(error.code).toBe('RCM_REDIS_UNREACHABLE');
    expect(error.message).toContain(`127.0.0.1:${CLOSED_PORT}`);
    expect(error.message).not.toContain('secret');
  });

  it.each(['wrong', ''])('password %j', async (password) => {
    const url = `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${server.port}`;
    const error = await expectError(['companies', '--redis-url', url], 3);
    expect(error.code).toBe('RCM_REDIS_AUTH');
    expect(error.hint).toContain('password');
    expect(JSON.stringify(error)).not.toContain('wrong@');
  });

  it('wrong protocol', async () => {
    const http = await startHttpServer();
    fakes.push(http);
    const error = await expectError(['companies', '--redis-url', `redis://127.0.0.1:${http.port}`], 3);
    expect(error.code).toBe('RCM_REDIS_PROTOCOL');
  });

  it('TLS where there is none', async () => {
    const error = await expectError(['companies', '--redis-url', `rediss://127.0.0.1:${server.port}`], 3, {
      env: QUICK,
    });
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
  });

  it('accepts and never answers: an end in bounded time', async () => {
    const silent = await startSilentServer();
    fakes.push(silent);
    const url = `redis://127.0.0.1:${silent.port}`;
    const error = await expectError(['companies', '--redis-url', url], 3, { env: QUICK, timeout: 20_000 });
    expect(error.code).toBe('RCM_REDIS_TIMEOUT');
  });

  it('stops answering: an end in bounded time', async () => {
    const url = `redis://:right%20one@127.0.0.1:${server.port}`;
    server.pause();
    try {
      const error = await expectError(['companies', '--redis-url', url], 3, { env: QUICK, timeout: 20_000 });
      expect(error.code).toBe('RCM_REDIS_TIMEOUT');
      expect(error.message).toContain(`127.0.0.1:${server.port}`);
    } finally {
      server.resume();
    }
  });
});

describe('a Redis that allows only a part', () => {
  let server: RedisServer;
  let redis: Redis;
  let full: Awaited<ReturnType<typeof reportOf>>['report'];
  beforeAll(async () => {
    server = await startRedis({
      users: [
        user('noscript', '-@scripting'),
        user('nomemory', '-memory|usage'),
        user('noscriptnomemory', '-@scripting', '-memory|usage'),
        user('noinfo', '-info'),
        user('noscan', '-scan'),
        user('reader', '-@write'),
        'narrow on >secret %R~company:* +@all',
      ],
    });
    redis = connect(server);
    for (let i = 0; i < 300; i++) await redis.hset(`company:${i % 7}:${i}`, { a: 'x'.repeat(i), b: i });
    await record(redis, '3', Date.now(), { hit: 9, miss: 1, hitUs: 100, missUs: 100 });
    full = (await reportOf(['companies', '--redis-url', server.url])).report;
    expect(full.companies).toHaveLength(7);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  const as = (name: string) => ['companies', '--redis-url', `redis://${name}:secret@127.0.0.1:${server.port}`];

  it('no scripts: measured key by key, and says so', async () => {
    const { exitCode, stderr, report } = await reportOf(as('noscript'));
    expect(exitCode).toBe(0);
    expect(steady(report)).toEqual(steady(full));
    expect(report.warnings).toEqual([expect.stringContaining('Scripts are refused')]);
    expect(stderr).toBe(`Warning: ${report.warnings[0]}\n`);
  });

  it('no scripts, --exact', async () => {
    const exact = await reportOf(['companies', '--redis-url', server.url, '--exact']);
    const { report } = await reportOf([...as('noscript'), '--exact']);
    expect(steady(report)).toEqual(steady(exact.report));
  });

  it.each(['nomemory', 'noscriptnomemory'])('no MEMORY USAGE (%s): named', async (name) => {
    const error = await expectError(as(name), 3);
    expect(error.code).toBe('RCM_REDIS_FORBIDDEN');
    expect(error.message).toMatch(/memory.usage/i);
    expect(error.hint).toContain('rcm doctor');
  });

  it('no SCAN: named', async () => {
    const error = await expectError(as('noscan'), 3);
    expect(error.code).toBe('RCM_REDIS_FORBIDDEN');
    expect(error.message).toMatch(/scan/i);
  });

  it('no INFO: scanned gently, and says so', async () => {
    const { exitCode, report } = await reportOf(as('noinfo'));
    expect(exitCode).toBe(0);
    expect(steady(report)).toEqual(steady(full));
    expect(report.platformStats).toMatchObject({ redisUsedMemoryBytes: null, uptimeSeconds: null });
    expect(report.warnings).toEqual([expect.stringContaining('INFO is refused')]);
  });

  it('no writes: everything is read', async () => {
    const { exitCode, report } = await reportOf(as('reader'));
    expect({ exitCode, warnings: report.warnings }).toEqual({ exitCode: 0, warnings: [] });
    expect(steady(report)).toEqual(steady(full));
  });

  it('no writes: snapshots are recorded, unguarded', async () => {
    const { exitCode, stdout, stderr } = await rcm(['snapshot', ...as('reader').slice(1), '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      recorded: true,
      warnings: [expect.stringContaining('cannot be written')],
    });
  });

  it('a replica alone, which is read-only', async () => {
    const replica = await startRedis({ replicaOf: server });
    const { exitCode, report } = await reportOf(['companies', '--redis-url', replica.url]);
    expect({ exitCode, warnings: report.warnings }).toEqual({ exitCode: 0, warnings: [] });
    const short = ({ companies }: typeof full) =>
      companies.map((c) => [c.companyId, c.metrics.keys, c.metrics.hitRate]);
    expect(short(report)).toEqual(short(full));
    await replica.stop();
  });
});
