import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { connect, type RedisServer, startKind, startRedis } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';
import { cacheOf, recorded } from './rig.js';

const script = fileURLToPath(new URL('update-child.ts', import.meta.url));
let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis({ users: ['managed on >secret ~* &* +@all -eval -evalsha -script'] });
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const limit = (id: string, seconds: number) =>
  redis.hset(ownKeys.policy(id), { cachingEnabled: '1', minUpdateIntervalSeconds: String(seconds) });
const fill = async (id: string) => void (await redis.mset(`company:${id}:a`, '1', `company:${id}:b`, '2'));
const gone = (id: string) => async () => (await redis.exists(`company:${id}:a`, `company:${id}:b`)) === 0;
const clears = async (id: string) => (await recorded(redis, id)).clear ?? 0;
const pending = (id: string) => redis.get(ownKeys.pending(id));

async function startChild(id: string) {
  const child = execa(process.execPath, ['--import', 'tsx', script, server.url, id], { reject: false });
  const lines = createInterface({ input: child.stdout });
  const next = async () => String((await once(lines, 'line'))[0]);
  expect(await next()).toBe('ready');
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await child;
    },
    say: async (word: string) => {
      const answer = next();
      child.stdin.write(`${word}\n`);
      return answer;
    },
  };
}

describe.concurrent('a limit of config updates', () => {
  it.each([
    ['by script', undefined],
    ['where scripts are refused', 'managed'],
  ])('runs the first at once, the others as one at the end (%s)', async (_, username) => {
    const id = `first-${username ?? 'any'}`;
    await limit(id, 1.5);
    const own = username === undefined ? redis : connect(server, { username, password: 'secret' });
    const { cache, errors } = cacheOf({ redis: own });
    await fill(id);
    const began = performance.now();
    expect(await cache.invalidate(id)).toBe(2);
    await fill(id);
    expect(await Promise.all([cache.invalidate(id), cache.invalidate(id), cache.invalidate(id)])).toEqual([0, 0, 0]);
    expect(await cache.set(id, 'k', 'v')).toBe(true);
    expect(await cache.get(id, 'k')).toBe('v');
    expect(await cache.delete(id, 'k')).toBe(1);
    expect(await gone(id)()).toBe(false);
    expect(await pending(id)).toMatch(/^\d+:waiting$/);
    await waitUntil('the waiting update ran', gone(id));
    expect(performance.now() - began).toBeGreaterThan(1450);
    expect(performance.now() - began).toBeLessThan(3500);
    await waitUntil('the run has ended', async () => /^\d+$/.test((await pending(id)) ?? ''));
    // What is stored afterwards stays: nothing waits any more.
    await fill(id);
    await sleep(1700);
    expect(await gone(id)()).toBe(false);
    expect(await pending(id)).toBeNull();
    expect(await cache.invalidate(id)).toBe(2);
    await cache.close();
    expect(errors).toEqual([]);
    expect(await clears(id)).toBe(3);
    if (own !== redis) own.disconnect();
  });

  it('a load that began before a delayed run stores nothing', async () => {
    await limit('flight', 1);
    const { cache } = cacheOf({ redis });
    await cache.invalidate('flight');
    await cache.invalidate('flight');
    let finish: (value: string) => void = () => undefined;
    const load = cache.wrap('flight', 'k', () => new Promise<string>((resolve) => (finish = resolve)));
    await cache.flush();
    await waitUntil('the delayed run was counted', async () => {
      await cache.flush();
      return (await clears('flight')) === 2;
    });
    finish('old');
    expect(await load).toBe('old');
    expect(await redis.exists('company:flight:k')).toBe(0);
    await cache.close();
  });

  it('outlives the process that marked it: exactly one of the others runs it', async () => {
    await limit('killed', 2);
    const [marker, second, third] = await Promise.all([1, 2, 3].map(() => startChild('killed')));
    const { cache } = cacheOf({ redis });
    await cache.get('killed', 'k');
    expect(await marker?.say('invalidate')).toBe('0');
    await fill('killed');
    expect(await second?.say('invalidate')).toBe('0');
    expect(await marker?.say('invalidate')).toBe('0');
    await Promise.all([marker?.kill(), second?.kill()]);
    expect(await pending('killed')).toMatch(/waiting/);
    await waitUntil('a process that marked nothing ran it', gone('killed'));
    await sleep(300);
    await cache.close();
    // The marker was killed before its first clear was written, or after: at most two, and one of them the delayed one.
    const { clear = 0 } = await recorded(redis, 'killed');
    expect(clear).toBeGreaterThanOrEqual(1);
    expect(clear).toBeLessThanOrEqual(2);
    await third?.kill();
  });

  it('several processes that all wait run it once', async () => {
    await limit('many', 1);
    const caches = Array.from({ length: 5 }, () => cacheOf({ redis }).cache);
    await Promise.all(caches.map((cache) => cache.get('many', 'k')));
    await Promise.all(caches.map((cache) => cache.invalidate('many')));
    await sleep(1500);
    await Promise.all(caches.map((cache) => cache.close()));
    expect(await clears('many')).toBe(2);
  });

  it('is run by a process that starts later, and not by one that closes', async () => {
    await limit('restart', 1);
    const { cache: first } = cacheOf({ redis });
    await first.invalidate('restart');
    await fill('restart');
    expect(await first.invalidate('restart')).toBe(0);
    await first.close();
    await sleep(1200);
    expect(await gone('restart')()).toBe(false);
    const { cache: later } = cacheOf({ redis });
    await later.get('restart', 'anything');
    await waitUntil('the first touch ran it', gone('restart'));
    await later.close();
    expect(await clears('restart')).toBe(2);
  });

  it('runs at once when the limit is lifted', async () => {
    await limit('lifted', 60);
    const { cache } = cacheOf({ redis, policyLifetimeMs: 100 });
    await cache.invalidate('lifted');
    await fill('lifted');
    expect(await cache.invalidate('lifted')).toBe(0);
    await redis.del(ownKeys.policy('lifted'));
    await waitUntil('the lifted update ran', async () => {
      await cache.get('lifted', 'k');
      return gone('lifted')();
    });
    await waitUntil('nothing is left of it', async () => (await pending('lifted')) === null);
    await cache.close();
  });

  it('runs again what a process died of', async () => {
    await limit('died', 1);
    await fill('died');
    await redis.set(ownKeys.pending('died'), `${Date.now() - 31_000}:running:somebody`);
    const { cache } = cacheOf({ redis });
    await cache.get('died', 'k');
    await waitUntil('it was run', gone('died'));
    await cache.close();
    await fill('died');
    await redis.set(ownKeys.pending('died'), `${Date.now() - 5000}:running:somebody`);
    const { cache: another } = cacheOf({ redis });
    await another.get('died', 'k');
    await sleep(200);
    expect(await gone('died')()).toBe(false);
    await another.close();
  });
});

it('a policy that is older than 5 seconds is read before anything is done', async () => {
  const { cache } = cacheOf({ redis });
  await fill('idle');
  await cache.invalidate('idle');
  await limit('idle', 60);
  const now = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + 6000);
  await cache.invalidate('idle');
  await fill('idle');
  expect(await cache.invalidate('idle')).toBe(0);
  spy.mockRestore();
  expect(await gone('idle')()).toBe(false);
  await cache.close();
});

it('on a cluster: one at once, one at the end', async () => {
  const { nodes, client } = await startKind('cluster');
  await client.hset(ownKeys.policy('12'), { cachingEnabled: '1', minUpdateIntervalSeconds: '1' });
  const { cache, errors } = cacheOf({ redis: client });
  await Promise.all(['a', 'b', 'c'].map((key) => client.set(`company:12:${key}`, '1')));
  expect(await cache.invalidate('12')).toBe(3);
  await client.set('company:12:a', '1');
  expect(await cache.invalidate('12')).toBe(0);
  await waitUntil('it ran', async () => (await client.exists('company:12:a')) === 0);
  await cache.close();
  expect(errors).toEqual([]);
  client.disconnect();
  await nodes.stop();
});

it('the default policy limits companies that have none of their own', async () => {
  const own = await startRedis();
  const client = connect(own);
  client.on('error', () => undefined);
  await client.hset(ownKeys.policy(''), { cachingEnabled: '1', minUpdateIntervalSeconds: '60' });
  const { cache } = cacheOf({ redis: client, closeTimeoutMs: 100 });
  await client.set('company:12:a', '1');
  expect(await cache.invalidate('12')).toBe(1);
  await client.set('company:12:a', '1');
  expect(await cache.invalidate('12')).toBe(0);
  // Redis away: told, as without a limit.
  await own.stop();
  await expect(cache.invalidate('12')).rejects.toMatchObject({ code: expect.stringMatching(/^RCM_REDIS_/) });
  await cache.close();
  client.disconnect();
});
