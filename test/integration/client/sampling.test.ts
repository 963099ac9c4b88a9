import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { keyHash } from '../../../src/core/domain/access-event.js';
import { HOUR_MS } from '../../../src/core/domain/units.js';
import { readEvents } from '../../../src/core/redis/events.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { cacheOf } from './rig.js';

let server: RedisServer;
let redis: Redis;
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
});

it('keeps all accesses of the keys it chose, and no others, however many there are', async () => {
  const { cache } = cacheOf({ redis });
  // 3000 keys, each read three times, far more than one process buffers.
  for (let round = 0; round < 3; round += 1)
    await Promise.all(Array.from({ length: 3000 }, (_, i) => cache.get('12', `k${i}`)));
  await cache.close();
  const events = await readEvents(redis, '12');
  expect(events.length).toBeGreaterThan(50);
  expect(events.length).toBeLessThanOrEqual(512);
  const lowest = Math.min(...events.map((e) => e.threshold));
  expect(lowest).toBeLessThan(0.2);
  const chosen = Array.from({ length: 3000 }, (_, i) => `k${i}`).filter((key) => keyHash(key) < lowest * 2 ** 32);
  for (const key of chosen) expect(events.filter((e) => e.key === key)).toHaveLength(3);
  expect(new Set(events.map((e) => e.key))).toEqual(new Set(chosen));
});

it('lowers the threshold while a full stream is short, and a second process joins in', async () => {
  let now = Date.now();
  const clock = { now: () => now };
  const first = cacheOf({ redis, clock });
  // 600 accesses within 30 minutes: the stream is full and spans less than an hour.
  for (let i = 0; i < 600; i += 1) {
    now += 3000;
    await first.cache.get('12', `k${i}`);
  }
  await first.cache.flush();
  expect(await redis.xlen(ownKeys.events('12'))).toBe(512);
  const span = 511 * 3000;
  const expected = Math.floor((2 ** 24 * span) / (2 * HOUR_MS)) / 2 ** 24;
  for (let i = 0; i < 100; i += 1) await first.cache.get('12', `k${i}`);
  await first.cache.flush();
  const second = cacheOf({ redis, clock });
  for (let i = 100; i < 200; i += 1) await second.cache.get('12', `k${i}`);
  await second.cache.close();
  const added = (await readEvents(redis, '12')).filter((e) => e.timestampMs === now && e.key !== 'k599');
  expect(new Set(added.map((e) => e.threshold))).toEqual(new Set([expected]));
  const chosen = Array.from({ length: 200 }, (_, i) => `k${i}`).filter((key) => keyHash(key) < expected * 2 ** 32);
  expect(added.map((e) => e.key)).toEqual(chosen);
  await first.cache.close();
});

it('keeps as many events as the policy says', async () => {
  await redis.hset(ownKeys.policy('12'), { eventsMax: '40' });
  await redis.hset(ownKeys.policy('off'), { eventsMax: '0' });
  const { cache } = cacheOf({ redis });
  for (let i = 0; i < 100; i += 1) await Promise.all([cache.get('12', `k${i}`), cache.get('off', `k${i}`)]);
  await cache.close();
  expect((await readEvents(redis, '12')).map((e) => e.key)).toEqual(Array.from({ length: 40 }, (_, i) => `k${i + 60}`));
  expect(await redis.exists(ownKeys.events('off'))).toBe(0);
});
