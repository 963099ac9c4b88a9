import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addEventCommand, readEvents, readLatestEvents } from '../../../src/core/redis/events.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';

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

const event = (i: number) => ({
  timestampMs: 1_790_000_000_000 + i,
  key: `key ${i} é`,
  op: 'hit' as const,
  sizeBytes: i,
  durationUs: 2 * i,
  threshold: 0.5,
});

it('reads what was written, leaves out what it does not know, and goes on after an id', async () => {
  const key = ownKeys.events('a[b]');
  const commands = [1, 2, 3, 4, 5].map((i) => addEventCommand(key, event(i), i === 5 ? 4 : null));
  commands.splice(2, 0, ['xadd', key, '*', 'something', 'else']);
  await redis.pipeline(commands).exec();
  const events = await readEvents(redis, 'a[b]');
  // Six entries were added and the last trimmed to four: the unknown one, 3, 4 and 5.
  expect(await redis.xlen(key)).toBe(4);
  expect(events.map(({ id: _, ...rest }) => rest)).toEqual([event(3), event(4), event(5)]);
  const [first, second] = events;
  expect(await readEvents(redis, 'a[b]', { afterId: first?.id ?? '', limit: 1 })).toEqual([second]);
  expect((await readLatestEvents(redis, 'a[b]', 2)).map((e) => e.sizeBytes)).toEqual([5, 4]);
  expect(await readEvents(redis, 'nobody')).toEqual([]);
});
