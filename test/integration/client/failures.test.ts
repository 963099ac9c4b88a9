import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventKey } from '../../../src/core/domain/access-event.js';
import { readEvents } from '../../../src/core/redis/events.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';
import { cacheOf, recorded } from './rig.js';

describe('CompanyCache when Redis fails', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeEach(async () => {
    server = await startRedis();
    redis = connect(server, { retryStrategy: () => 50 });
    redis.on('error', () => undefined);
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('spares the application a hanging server, counts errors, and writes them when it answers again', async () => {
    const { cache, errors } = cacheOf({ redis, commandTimeoutMs: 100 });
    await cache.set('12', 'k', 1);
    server.pause();
    expect(await cache.get('12', 'k')).toBeNull();
    expect(await cache.wrap('12', 'k', () => 'loaded')).toBe('loaded');
    expect(await cache.set('12', 'k', 2)).toBe(false);
    expect(await cache.delete('12', 'other')).toBe(0);
    await expect(cache.invalidate('12')).rejects.toMatchObject({ code: 'RCM_REDIS_TIMEOUT' });
    server.resume();
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ set: 1, bytes: 1, error: 5 });
    expect(errors.length).toBeGreaterThanOrEqual(4);
  });

  it('works without Redis, and says on close what could not be written', async () => {
    const { cache, errors } = cacheOf({
      redis: `redis://:secret@127.0.0.1:${CLOSED_PORT}`,
      closeTimeoutMs: 300,
      commandTimeoutMs: 100,
    });
    expect(await cache.get('12', 'k')).toBeNull();
    expect(await cache.wrap('12', 'k', () => 'loaded')).toBe('loaded');
    await expect(cache.wrap('12', 'k', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await cache.set('12', 'k', 1)).toBe(false);
    await cache.close();
    expect(String(errors.at(-1))).toContain('Could not write');
    expect(errors.map(String).join()).not.toContain('secret');
  });

  it('close is bounded while the server hangs, and says that the last records may be missing', async () => {
    const { cache, errors } = cacheOf({ redis, closeTimeoutMs: 200, commandTimeoutMs: 100 });
    await cache.get('12', 'k');
    server.pause();
    await cache.close();
    expect(String(errors.at(-1))).toContain('before closing');
    server.resume();
  });

  it('keeps what was counted while a killed server is away, and counts nothing twice', async () => {
    const { cache } = cacheOf({ redis, commandTimeoutMs: 100, closeTimeoutMs: 20_000 });
    await cache.get('12', 'a');
    await cache.flush();
    expect(await recorded(redis, '12')).toEqual({ miss: 1 });
    const traffic = Array.from({ length: 200 }, (_, i) => cache.get('12', `k${i}`));
    await server.kill();
    const read = await Promise.all(traffic);
    expect(read).toEqual(Array(200).fill(null));
    await waitUntil('the connection is known to be gone', () => redis.status !== 'ready');
    expect(await cache.wrap('12', 'b', () => 'loaded')).toBe('loaded');
    await cache.flush();
    server = await startRedis({ port: server.port });
    await waitUntil('the application is connected again', () => redis.status === 'ready');
    expect(await cache.get('12', 'c')).toBeNull();
    await cache.close();
    const { miss = 0, error = 0 } = await recorded(redis, '12');
    // The first was in the killed server's memory; every other access is a miss or an error, and once.
    expect(miss + error).toBe(202);
    expect(error).toBeGreaterThanOrEqual(1);
  });

  it('sends again what the server refused, and only that', async () => {
    // One time for all of it: an hour that ends meanwhile would have another key.
    const now = Date.now();
    const { cache, errors } = cacheOf({ redis, clock: { now: () => now } });
    await cache.get('12', 'a');
    await cache.get('other', 'a');
    await redis.set(ownKeys.counters('12', now), 'in the way');
    await cache.flush();
    expect(String(errors[0])).toContain('WRONGTYPE');
    expect(await recorded(redis, 'other')).toEqual({ miss: 1 });
    await redis.del(ownKeys.counters('12', now));
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ miss: 1 });
    expect(await recorded(redis, 'other')).toEqual({ miss: 1 });
  });

  it('keeps events that the server refused, in their order', async () => {
    const { cache } = cacheOf({ redis });
    const long = 'x'.repeat(300);
    for (const key of ['a', 'b', long]) await cache.get('12', key);
    await redis.set(ownKeys.events('12'), 'in the way');
    await cache.flush();
    await redis.del(ownKeys.events('12'));
    await cache.close();
    expect((await readEvents(redis, '12')).map((e) => e.key)).toEqual(['a', 'b', eventKey(long)]);
    expect(await recorded(redis, '12')).toEqual({ miss: 3 });
  });

  it('refuses a connection with a keyPrefix, and a URL that is none', () => {
    const prefixed = new Redis({ keyPrefix: 'app:', lazyConnect: true });
    expect(() => cacheOf({ redis: prefixed })).toThrow(/keyPrefix/);
    expect(() => cacheOf({ redis: 'http://me:secret@host' })).toThrow(/^(?!.*secret).*cannot be used/);
  });

  it('never sends an increment twice when the connection is cut before the answer', async () => {
    const proxy = await cuttingProxy(server.port);
    const app = new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => 20 });
    app.on('error', () => undefined);
    const { cache, errors } = cacheOf({ redis: app });
    await cache.get('12', 'a');
    await cache.get('12', 'b');
    proxy.cutOnce();
    await cache.flush();
    await waitUntil('the server has applied it', async () => (await recorded(redis, '12')).miss === 2);
    await cache.get('12', 'c');
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ miss: 3 });
    expect(errors.map(String).join('\n')).toContain('connection was cut');
    app.disconnect();
    proxy.server.close();
  });
});

/** Passes everything on; once, cuts a connection after an HINCRBY has gone to the server and before its answer comes. */
async function cuttingProxy(port: number): Promise<{ port: number; server: Server; cutOnce(): void }> {
  let cut = false;
  const server = createServer((client: Socket) => {
    const upstream = tcpConnect(port, '127.0.0.1');
    let silent = false;
    client.on('data', (chunk) => {
      if (cut && /hincrby/i.test(chunk.toString())) {
        cut = false;
        silent = true;
        upstream.write(chunk, () => setTimeout(() => client.destroy(), 100));
      } else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!silent) client.write(chunk);
    });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    server,
    cutOnce() {
      cut = true;
    },
  };
}
