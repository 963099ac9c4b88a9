import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCounterTotals } from '../../src/core/redis/counters.js';
import type { DoctorReport } from '../../src/core/services/doctor/report.js';
import { type ObserveReport, observeReport } from '../../src/core/services/observe/report.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { connect, type RedisServer, startCluster, startRedis } from '../support/redis/index.js';
import { waitUntil } from '../support/wait-until.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const SETTING = 'notify-keyspace-events';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis({ users: ['nomonitor on >pw ~* &* +@all -monitor -config|set'] });
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', SETTING, 'Kg');
  await redis.set('company:demo01:there', 'v');
});
const setting = async () => new Set(((await redis.config('GET', SETTING)) as string[])[1]);
/** Its first look at the server's buffer comes after everything is set up. */
const watching = () =>
  waitUntil('it watches', async () => /name=rcm .* cmd=client\|list/.test(String(await redis.client('LIST'))));

/** Reads one key that is there and one that is not, again and again. */
function load(client: Pick<Redis, 'get'>, keys = ['company:demo01:there', 'company:demo01:absent']) {
  let running = true;
  const done = (async () => {
    while (running) for (const key of keys) await client.get(key);
  })();
  return async () => {
    running = false;
    await done;
  };
}

describe('rcm observe', () => {
  it('in every format; nothing is left behind', async () => {
    const stop = load(redis);
    const run = (...args: string[]) => rcm(['observe', '--duration', '1s', '--redis-url', server.url, ...args]);
    const json = await run('--json', '--record');
    const table = await run('demo01');
    const csv = await run('--format', 'csv', '--columns', 'id,few,hitRate');
    await stop();
    const report = json.json<ObserveReport>();
    expectSchema(observeReport, report);
    expect({ exitCode: json.exitCode, stderr: json.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(report).toMatchObject({
      mode: 'full',
      stoppedEarly: null,
      recorded: { companies: 1, skipped: [] },
      intervals: { good: 1, discarded: 0 },
    });
    const [company] = report.companies;
    expect(company?.companyId).toBe('demo01');
    expect(Math.abs((company?.hits ?? 0) - (company?.misses ?? 99))).toBeLessThanOrEqual(1);
    expect(company?.hitRate).toBeCloseTo(50, 0);
    expect(table.stdout).toMatch(/^1s observed: [\d,]+ reads, hit rate (50\.0|49\.9|50\.1)%/);
    expect(table.stdout).toMatch(/\ndemo01 .* [\d,]+ .*5?\d\.\d%/);
    expect(table.stdout).toContain('of the command thread of 127.0.0.1');
    expect(csv.stdout).toMatch(/^id,few,hitRate\ndemo01,(true|false),\d+(\.\d+)?\n$/);
    expect(await setting()).toEqual(new Set('Kg'));
    expect((await redis.keys('rcm:*')).every((key) => key.startsWith('rcm:{demo01}:'))).toBe(true);
    expect((await redis.keys('rcm:{demo01}:counters:*')).length).toBeGreaterThan(0);
  });

  it('wrong usage, before a server is asked', async () => {
    const nowhere = ['--redis-url', 'redis://127.0.0.1:1'];
    const cases = [['--duration', '0s'], ['--duration', '11m'], ['--force'], ['--max-overhead', '0'], ['--sort', 'none']]; // biome-ignore format: a table
    const ended = await Promise.all(cases.map((args) => rcm(['observe', ...args, ...nowhere])));
    expect(ended.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(cases.map(() => [2, '']));
  });

  it('a company that there is not, and a user that may see nothing', async () => {
    await redis.config('SET', SETTING, '');
    expect((await expectError(['observe', 'nobody', '--redis-url', server.url], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
    const blind = `redis://nomonitor:pw@127.0.0.1:${server.port}`;
    const error = await expectError(['observe', '--duration', '1s', '--redis-url', blind], 3);
    expect(error).toMatchObject({ code: 'RCM_REDIS_FORBIDDEN', hint: expect.stringContaining('+monitor') });
    expect(JSON.stringify(error)).not.toContain(':pw@');
    const doctor = (await rcm(['doctor', '--json', '--redis-url', blind])).json<DoctorReport>();
    const lacking = doctor.checks.filter(({ state, area }) => state === 'info' && area === 'permissions');
    expect(lacking.map(({ name }) => name)).toEqual(['MONITOR', 'CONFIG SET']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: what was seen is printed, the setting put back', async (signal, exitCode) => {
    const controller = new AbortController();
    const running = rcm(['observe', '--duration', '1m', '--json', '--redis-url', server.url], {
      cancelSignal: controller.signal,
      killSignal: signal,
    });
    await watching();
    const stop = load(redis);
    await sleep(300);
    controller.abort();
    const result = await running;
    await stop();
    expect(result.exitCode).toBe(exitCode);
    const report = result.json<ObserveReport>();
    expect(report.stoppedEarly).toMatchObject({ reason: 'interrupted' });
    expect(report.companies[0]?.hitRate).toBeCloseTo(50, 0);
    expect(await setting()).toEqual(new Set('Kg'));
    expect(await redis.keys('rcm:*')).toEqual([]);
  });

  it('kill -9: the next doctor, or observe, puts the setting back; one observer at a time', async () => {
    const killed = async () => {
      const controller = new AbortController();
      const running = rcm(['observe', '--duration', '1m', '--redis-url', server.url], {
        cancelSignal: controller.signal,
        killSignal: 'SIGKILL',
      });
      await watching();
      controller.abort();
      return running;
    };
    const doctor = async () => {
      const { checks } = (await rcm(['doctor', '--json', '--redis-url', server.url])).json<DoctorReport>();
      return checks.filter(({ name, area }) => name === 'observe' && area === 'redis');
    };
    expect(await killed()).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(await setting()).toEqual(new Set('KgEmxe'));
    const second = await rcm(['observe', '--duration', '1s', '--redis-url', server.url]);
    expect(second).toMatchObject({
      exitCode: 4,
      stdout: '',
      stderr: expect.stringContaining('being observed by another run'),
    });
    expect(await doctor()).toMatchObject([
      { state: 'info', message: expect.stringContaining('died in the last 15 s') },
    ]);
    expect(await setting()).toEqual(new Set('KgEmxe'));
    await redis.del('rcm:lock:observe'); // as if 15 s had passed
    expect(await doctor()).toMatchObject([{ state: 'warning', message: expect.stringContaining("put back to 'gK'") }]);
    expect(await setting()).toEqual(new Set('Kg'));
    expect(await doctor()).toEqual([]);
    await killed();
    await redis.del('rcm:lock:observe');
    const next = await rcm(['observe', '--duration', '1s', '--redis-url', server.url]);
    expect(next.stderr).toContain("it was put back to 'gK' first");
    expect(next.stdout).toMatch(/^1s observed: 0 reads, hit rate —/);
    expect(await setting()).toEqual(new Set('Kg'));
    expect(await redis.keys('rcm:*')).toEqual([]);
  });

  it('stopped in its tracks until the server cuts it off: that interval does not count', async () => {
    await redis.config('SET', 'client-output-buffer-limit', 'pubsub 1mb 0 0');
    const launcher = join(import.meta.dirname, '../../bin/run.js');
    const args = [launcher, 'observe', '--duration', '2s', '--json', '--redis-url', server.url];
    const env = await cleanEnvironment();
    const running = execa(process.execPath, args, { env, extendEnv: false, reject: false });
    await watching();
    running.kill('SIGSTOP');
    // The kernel's buffers take some megabytes before the server's does.
    const value = 'x'.repeat(500_000);
    for (let i = 0; /sub=3/.test(String(await redis.client('LIST'))) && i < 200; i += 1)
      await redis.set('company:demo01:there', value);
    running.kill('SIGCONT');
    const report = JSON.parse((await running).stdout) as ObserveReport;
    expect(report.intervals.discarded).toBeGreaterThan(0);
    expect(report.warnings.join()).toContain('the connection was cut');
    expect(await setting()).toEqual(new Set('Kg'));
    await redis.config('SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
  });
});

it('a cluster: every node is watched, and its own setting put back', async () => {
  const cluster = await startCluster();
  const client = new Cluster([{ host: '127.0.0.1', port: cluster.masters[0]?.port as number }]);
  const nodes = cluster.masters.map((master) => connect(master));
  await nodes[1]?.config('SET', SETTING, 'KA');
  for (let i = 0; i < 30; i += 1) await client.set(`company:c:k${i}`, 'v');
  const keys = Array.from({ length: 60 }, (_, i) => `company:c:k${i}`);
  const stop = load(client as unknown as Redis, keys);
  const result = await rcm(['observe', '--duration', '1s', '--record', '--json', '--redis-url', cluster.url]);
  await stop();
  const report = result.json<ObserveReport>();
  expect(result.exitCode, result.stderr).toBe(0);
  expect(report.nodes.map(({ good }) => good)).toEqual([1, 1, 1]);
  expect(report.companies[0]?.hitRate).toBeCloseTo(50, -1);
  const settings = await Promise.all(nodes.map(async (node) => ((await node.config('GET', SETTING)) as string[])[1]));
  expect(settings.map((value) => new Set(value))).toEqual([new Set(), new Set('AK'), new Set()]);
  const now = Date.now();
  const totals = await readCounterTotals(client, ['c'], { fromMs: now - 600_000, toMs: now });
  const [company] = report.companies;
  expect(totals.get('c')?.counters).toEqual({ hit: company?.hits, miss: company?.misses });
  expect([await client.exists('rcm:lock:observe'), await client.exists('rcm:observe:restore')]).toEqual([0, 0]);
  for (const node of nodes) node.disconnect();
  client.disconnect();
  await cluster.stop();
});
