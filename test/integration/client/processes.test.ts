import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { recorded } from './rig.js';

const script = fileURLToPath(new URL('child.ts', import.meta.url));
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

const start = (reads: number, mode: string) =>
  execa(process.execPath, ['--import', 'tsx', script, server.url, '12', String(reads), mode], { reject: false });

it('adds up what several processes record for one company', async () => {
  const outcomes = await Promise.all([start(100, 'record'), start(150, 'record'), start(7, 'record')]);
  expect(outcomes.map((o) => [o.exitCode, o.stdout, o.stderr])).toEqual(Array(3).fill([0, 'done', '']));
  expect(await recorded(redis, '12')).toEqual({ miss: 257 });
});

it.each(['SIGTERM', 'SIGINT'] as const)('writes on %s and ends by it when told to handle signals', async (signal) => {
  const child = start(20, 'signals');
  child.stdout.once('data', () => child.kill(signal));
  expect((await child).signal).toBe(signal);
  expect(await recorded(redis, '12')).toEqual({ miss: 20 });
});

it('leaves signals alone otherwise', async () => {
  const child = start(20, '');
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect((await child).signal).toBe('SIGTERM');
  expect(await recorded(redis, '12')).toEqual({});
});
