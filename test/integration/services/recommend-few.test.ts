import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareFix } from '../../../src/core/services/fix/prepare.js';
import { recommend } from '../../../src/core/services/recommend/recommend.js';
import { record } from '../../e2e/support/counters.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

let server: RedisServer;
let redis: Redis;
let rig: Rig;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  rig = await rigOn(server.url);
});
afterAll(async () => {
  await rig.close();
  redis.disconnect();
  await server.stop();
});

/** Ten keys, each read every two minutes, 12 times, all of them missed; each lives as long as told. */
async function missed(companyId: string, lifetimeMs: number, clears: boolean): Promise<void> {
  const start = Date.now() - 30 * MINUTE;
  const events: (string | number)[][] = [];
  for (let key = 0; key < 10; key += 1)
    for (let round = 0; round < 12; round += 1) {
      const at = start + round * 2 * MINUTE + key * 36 * SECOND;
      events.push([at, 'k', `a:${key}`, 'o', 'm', 's', 500, 'x', lifetimeMs]);
    }
  if (clears)
    for (let i = 0; i < 14; i += 1) events.push([start + (2 * i + 1) * MINUTE + 1, 'k', '', 'o', 'c', 's', 0]);
  const pipeline = redis.pipeline();
  for (const [at, ...rest] of events.sort(([a], [b]) => Number(a) - Number(b)))
    pipeline.xadd(`rcm:{${companyId}}:events`, '*', 't', at as number, 'd', 90, 'p', 2 ** 24, ...rest);
  pipeline.set(`company:${companyId}:a:1`, 'v'.repeat(500));
  await pipeline.exec();
  await record(redis, companyId, start, { hit: 0, miss: 120 });
}

it('what a fix would do is told from less than other TTLs need, as `fix` tells it', async () => {
  await missed('short', MINUTE, false);
  await missed('cleared', DAY, true);
  const { report } = await recommend(rig.ports, { windowMs: DAY });
  expect(report.notReplayed).toMatchObject([{ companies: 2, why: expect.stringContaining('too little data') }]);
  const repair = (id: string) =>
    report.recommendations.find(({ companyId, code }) => companyId === id && code === 'CACHE_THRASHING');
  // Living 5 minutes a key is missed at 0, hit at 2 and 4, missed at 6: two of three, instead of none.
  expect(repair('short')?.hitRateGain).toBeCloseTo(200 / 3, 9);
  expect(repair('short')).toMatchObject({ atMost: false });
  // Cleared every two minutes, nothing changes by clears once a minute at most: people must see to it.
  expect(repair('cleared')).toMatchObject({
    title: 'Batch config changes, and remove only the keys that a change touches',
    command: 'rcm activity cleared --type clear',
  });
  expect(repair('cleared')?.why.join()).toContain('from 0.0% to 0.0%');

  const ports = { ...rig.ports, backups: rig.dir, unlogged: `${rig.dir}/unlogged` };
  const prepare = (companyId: string) =>
    prepareFix(ports, {
      company: { companyId, companyName: null },
      ...{ code: 'CACHE_THRASHING', force: false, allowSlow: false },
    });
  expect((await prepare('short')).warnings.join()).not.toContain('would not help');
  expect((await prepare('cleared')).warnings.join()).toContain('would not help');
});
