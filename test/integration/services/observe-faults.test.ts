import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { restoreLeftBehind } from '../../../src/core/services/observe/left-behind.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { waitUntil } from '../../support/wait-until.js';
import { countsOf, startObserving } from './observe-support.js';
import { type Rig, rigOn } from './rig.js';

const SETTING = 'notify-keyspace-events';
const RESTORE = 'rcm:observe:restore';

let server: RedisServer;
let redis: Redis;
const opened: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  server = await startRedis({
    users: [
      'nomonitor on >pw ~* &* +@all -monitor',
      'noconfig on >pw ~* &* +@all -config',
      'nothing on >pw ~* &* +@all -monitor -config',
      'nochannels on >pw ~* resetchannels +@all -monitor',
      'noown on >pw ~company:* &* +@all',
    ],
  });
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', SETTING, '');
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const setting = async () => ((await redis.config('GET', SETTING)) as string[])[1];
const as = async (user: string): Promise<Rig> => rigAt(`redis://${user}:pw@127.0.0.1:${server.port}`);
async function rigAt(url: string): Promise<Rig> {
  const rig = await rigOn(url);
  opened.push(rig);
  return rig;
}
/** A hit and two misses of company a, and a miss of what is no read. */
async function traffic(): Promise<void> {
  await redis.set('company:a:there', 'v');
  await redis.mget('company:a:there', 'company:a:x', 'company:a:y');
  await redis.exists('company:a:z');
}

describe('who may not do everything', () => {
  it('without MONITOR: misses of any command, reads and rates unknown', async () => {
    const observing = await startObserving((await as('nomonitor')).ports);
    await traffic();
    const report = await observing.end();
    expect(report.mode).toBe('missesOnly');
    expect(report.companies).toEqual([
      expect.objectContaining({ companyId: 'a', reads: null, hits: null, misses: 3, hitRate: null, few: null }),
    ]);
    expect(report.warnings.join()).toMatch(/MONITOR is refused.*upper bound.*\+monitor/);
    expect(await setting()).toBe('');
  });

  it('without CONFIG, the setting lacking: reads, and what to grant', async () => {
    const observing = await startObserving((await as('noconfig')).ports);
    await traffic();
    const report = await observing.end();
    expect(report.mode).toBe('readsOnly');
    expect(report.companies).toMatchObject([{ reads: 3, hits: null, misses: null, hitRate: null, expirations: null }]);
    expect(report.warnings.join()).toMatch(/hit rates are unknown.*\+config\|get \+config\|set/);
  });

  it('without CONFIG, but the server is set up: everything that can be', async () => {
    await redis.config('SET', SETTING, 'Emxe');
    const observing = await startObserving((await as('noconfig')).ports);
    await traffic();
    const report = await observing.end();
    expect(report.mode).toBe('full');
    expect(report.companies).toMatchObject([{ reads: 3, hits: 1, misses: 2, expirations: null, evictions: null }]);
  });

  it('with neither: what to grant, and nothing is changed', async () => {
    for (const user of ['nothing', 'nochannels'])
      await expect(startObserving((await as(user)).ports)).rejects.toMatchObject({
        code: 'RCM_REDIS_FORBIDDEN',
        exitCode: 3,
        hint: expect.stringMatching(/\+monitor.*\+config\|set \+subscribe/),
      });
    expect([await setting(), await redis.exists(RESTORE)]).toEqual(['', 0]);
  });

  it('with what docs/permissions.md grants, and no more: everything', async () => {
    const page = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8');
    const [, rules = ''] = /^ACL SETUSER rcm-observe reset on >CHANGE-ME (.+)$/m.exec(page) ?? [];
    await redis.call('ACL', 'SETUSER', 'documented', 'on', '>pw', 'resetchannels', ...rules.split(' '));
    const observing = await startObserving((await as('documented')).ports);
    await traffic();
    await waitUntil('it looks', async () =>
      /cmd=client\|list user=documented/.test(String(await redis.client('LIST'))),
    );
    const report = await observing.end();
    expect(report.mode).toBe('full');
    expect(report.companies).toMatchObject([{ reads: 3, hits: 1, misses: 2, expirations: 0, evictions: 0 }]);
    expect(report.warnings).toEqual([expect.stringContaining('interrupted')]);
    expect(report.nodes[0]?.overhead.largestBufferBytes).toBe(0);
    expect([await setting(), await redis.exists(RESTORE)]).toEqual(['', 0]);
  });

  it('who cannot keep what to put back changes nothing', async () => {
    const { ports } = await as('noown');
    await expect(startObserving(ports)).rejects.toMatchObject({
      code: 'RCM_REDIS_FORBIDDEN',
      hint: expect.stringContaining('~rcm:*'),
    });
    expect(await setting()).toBe('');
    await redis.config('SET', SETTING, 'Emxe');
    const observing = await startObserving(ports);
    await traffic();
    const report = await observing.end();
    expect(countsOf(report)).toEqual({ a: [3, 2] });
    expect(report.warnings.join()).toContain('two observers at once cannot be kept apart');
  });
});

describe('while it observes', () => {
  it('a connection that is cut costs its interval; then it goes on, and puts the setting back', async () => {
    const proxy = await startTcpProxy(server.port);
    const { ports } = await rigAt(`redis://127.0.0.1:${proxy.port}`);
    const observing = await startObserving(ports, { durationMs: 3000 });
    await redis.get('company:lost:1');
    await proxy.cut();
    await redis.get('company:lost:1');
    await proxy.open();
    await waitUntil('it watches again', async () => /flags=\w*O.* sub=3/.test(String(await redis.client('LIST'))));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // the interval of the cut is over
    await redis.get('company:seen:1');
    const { report, complete } = await observing.ended;
    expect(complete).toBe(true);
    expect(countsOf(report)).toEqual({ seen: [1, 1] });
    expect(report.nodes[0]?.discarded.connection).toBeGreaterThan(0);
    expect(report.warnings.join()).toMatch(/of 3 intervals of .* do not count: the connection was cut/);
    expect([await setting(), await redis.exists(RESTORE)]).toEqual(['', 0]);
    await proxy.stop();
  });

  it('cut for good: nothing is known, and the setting is left for the next', async () => {
    const proxy = await startTcpProxy(server.port);
    const { ports } = await rigAt(`redis://127.0.0.1:${proxy.port}`);
    const observing = await startObserving(ports, {
      durationMs: 1000,
      companies: [{ companyId: 'a', companyName: null }],
    });
    await redis.get('company:a:1');
    await proxy.stop();
    const { report, complete } = await observing.ended;
    expect(complete).toBe(false);
    expect(report.platform).toMatchObject({ reads: null, hitRate: null });
    expect(report.companies).toMatchObject([{ reads: null, hitRate: null }]);
    expect(report.warnings.join()).toContain('the next `rcm observe` or `rcm doctor` does it');
    expect([new Set(await setting()), await redis.exists(RESTORE)]).toEqual([new Set('Emxe'), 1]);
    const { ports: again } = await rigAt(server.url);
    expect(await restoreLeftBehind(again.redis)).toEqual({ kind: 'observing' });
    await redis.del('rcm:lock:observe'); // as if 15 s had passed
    const next = await startObserving(again, {});
    expect((await next.end()).warnings.join()).toContain('An observer that died had left');
    expect([await setting(), await redis.exists(RESTORE)]).toEqual(['', 0]);
  });

  it('a restart of the server ends it; what was seen before is told', async () => {
    const own = await startRedis();
    const client = connect(own);
    const { ports } = await rigAt(own.url);
    const observing = await startObserving(ports, { durationMs: 15_000 });
    await client.get('company:a:1');
    client.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 1100)); // an interval is over
    await own.stop();
    const again = await startRedis({ port: own.port });
    const { report } = await observing.ended;
    expect(report.stoppedEarly).toMatchObject({ reason: 'restarted' });
    expect(countsOf(report)).toEqual({ a: [1, 1] });
    const check = connect(again);
    expect(await check.config('GET', SETTING)).toEqual([SETTING, '']);
    check.disconnect();
    await again.stop();
  });

  it('somebody else’s setting is not put back over; without misses it ends', async () => {
    const { ports } = await rigAt(server.url);
    const observing = await startObserving(ports);
    await redis.get('company:a:1');
    await redis.config('SET', SETTING, 'KEA');
    const { report } = await observing.ended;
    expect(report.stoppedEarly).toMatchObject({ reason: 'setting' });
    expect(report.nodes[0]?.discarded.setting).toBe(1);
    expect(report.companies).toEqual([]);
    expect(report.platform.reads).toBeNull();
    expect(new Set(await setting())).toEqual(new Set('AKE'));
    expect(report.warnings.join()).toMatch(/changed to 'AKE' by somebody else meanwhile: it was left so/);
    expect(await redis.exists(RESTORE)).toBe(0);
  });

  it('a setting that was changed back and forth costs its interval, and no more', async () => {
    const { ports } = await rigAt(server.url);
    const observing = await startObserving(ports, { durationMs: 2000 });
    await redis.get('company:lost:1');
    await redis.config('SET', SETTING, '');
    await redis.config('SET', SETTING, 'Emxe');
    await new Promise((resolve) => setTimeout(resolve, 1150));
    await redis.get('company:seen:1');
    const { report } = await observing.ended;
    expect(countsOf(report)).toEqual({ seen: [1, 1] });
    expect(report.intervals).toMatchObject({ good: 1, discarded: 1 });
    expect(await setting()).toBe('');
  });

  it('too much overhead ends it early, and says so', async () => {
    const { ports } = await rigAt(server.url);
    // Cheap commands before, dear ones during it: what they cost more is taken for ours.
    let state = 'before';
    const dear = "redis.call('GET', KEYS[1]); for i = 1, 30000 do end";
    const load = (async () => {
      while (state !== 'over')
        if (state === 'during') await redis.eval(dear, 1, 'company:a:1');
        else await redis.pipeline(Array.from({ length: 500 }, () => ['ping'])).exec();
    })();
    const observing = await startObserving(ports, { maxOverheadPercent: 1, baselineMs: 300 });
    state = 'during';
    const { report, complete } = await observing.ended;
    state = 'over';
    await load;
    expect(complete).toBe(true);
    expect(report.stoppedEarly).toMatchObject({ reason: 'overhead' });
    expect(report.warnings.join()).toMatch(/Stopped early: Observing took \d+ % of the thread/);
    expect(report.intervals.good).toBeGreaterThanOrEqual(2);
    expect(report.observedSeconds).toBeLessThan(15);
    expect(report.companies[0]?.hitRate).toBe(0);
    expect(await setting()).toBe('');
  });

  it('more than this machine can read, on a server that sets no limit: it stops before the server’s memory is full', async () => {
    await redis.config('SET', 'client-output-buffer-limit', 'pubsub 0 0 0');
    const slow = await startSlowProxy(server.port);
    const { ports } = await rigAt(`redis://127.0.0.1:${slow.port}`);
    const observing = await startObserving(ports);
    await redis.get('company:a:1');
    await new Promise((resolve) => setTimeout(resolve, 1100)); // an interval is over
    slow.stall();
    let ended = false;
    void observing.ended.then(() => {
      ended = true;
    });
    const value = 'x'.repeat(100_000);
    while (!ended)
      await Promise.all([redis.set('company:a:big', value), new Promise((resolve) => setTimeout(resolve, 2))]);
    const { report, complete } = await observing.ended;
    expect(complete).toBe(true);
    expect(report.stoppedEarly).toMatchObject({ reason: 'buffer' });
    expect(countsOf(report)).toEqual({ a: [1, 1] });
    expect(report.nodes[0]?.overhead.largestBufferBytes).toBeGreaterThan(16 * 1024 * 1024);
    expect([await setting(), await redis.exists(RESTORE)]).toEqual(['', 0]);
    await redis.config('SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
    slow.stop();
  });
});

/** A way to a server on which what MONITOR gives can be held up, and nothing else. */
async function startSlowProxy(targetPort: number) {
  const sockets: Socket[] = [];
  let monitor: Socket | undefined;
  const proxy = createServer((inward) => {
    const outward = connectTo(targetPort, '127.0.0.1');
    sockets.push(inward, outward);
    for (const socket of [inward, outward]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        inward.destroy();
        outward.destroy();
      });
    }
    inward.on('data', (chunk: Buffer) => {
      if (chunk.includes('MONITOR')) monitor = outward;
      outward.write(chunk);
    });
    outward.on('data', (chunk: Buffer) => inward.write(chunk));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    stall: () => monitor?.pause(),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}
