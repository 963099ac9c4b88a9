import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MOST_COMPANIES, ObservedTally } from '../../../src/core/domain/observe/tally.js';
import { KeyTemplates } from '../../../src/core/redis/key-template.js';
import { ObserveRecorder } from '../../../src/core/services/observe/recording.js';
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

const recorder = () => new ObserveRecorder(() => redis, new KeyTemplates(), { force: false, clock: () => new Date() });

it('counts each read once, however many write at a time', async () => {
  const recording = recorder();
  const tally = new ObservedTally();
  Object.assign(tally.of('12'), { reads: 10, misses: 4 });
  await recording.commit(tally);
  // Servers of a cluster commit on their own: one may write while another waits for its answers.
  await Promise.all([recording.flush(), recording.flush()]);
  const [key] = await redis.keys('rcm:{12}:counters:*');
  expect(Object.values(await redis.hgetall(key as string)).sort()).toEqual(['4', '6']);
});

it('keeps no more companies in mind than an interval does', () => {
  const recording = recorder();
  for (let n = 0; n < MOST_COMPANIES; n += 1) recording.read(String(n), `company:${n}:a`, false);
  expect([...recording.warnings]).toEqual([]);
  recording.read('one more', 'company:one more:a', false);
  expect([...recording.warnings]).toEqual([expect.stringContaining('100,000')]);
});
