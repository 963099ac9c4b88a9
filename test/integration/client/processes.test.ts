import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { childScript } from '../../support/child-script.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { recorded } from './rig.js';

const child = fileURLToPath(new URL('child.ts', import.meta.url));
let script: string;
let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  script = await childScript(child);
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
  execa(process.execPath, [script, server.url, '12', String(reads), mode], { reject: false });

it('adds up what several processes record for one company', async () => {
  const outcomes = await Promise.all([start(100, 'record'), start(150, 'record'), start(7, 'record')]);
  expect(outcomes.map((o) => [o.exitCode, o.stdout, o.stderr])).toEqual(Array(3).fill([0, 'done', '']));
  expect(await recorded(redis, '12')).toEqual({ miss: 257 });
});

it.each(['SIGTERM', 'SIGINT'] as const)('writes on %s and ends by it when told to handle signals', async (signal) => {
  const running = start(20, 'signals');
  running.stdout.once('data', () => running.kill(signal));
  expect((await running).signal).toBe(signal);
  expect(await recorded(redis, '12')).toEqual({ miss: 20 });
});

it('leaves signals alone otherwise', async () => {
  const running = start(20, '');
  running.stdout.once('data', () => running.kill('SIGTERM'));
  expect((await running).signal).toBe('SIGTERM');
  expect(await recorded(redis, '12')).toEqual({});
});
