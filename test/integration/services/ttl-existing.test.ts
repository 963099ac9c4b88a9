import { afterAll, beforeAll, expect, it } from 'vitest';
import { RcmError } from '../../../src/core/errors.js';
import { applyToExisting } from '../../../src/core/services/ttl/existing.js';
import { applyTtl, planTtl } from '../../../src/core/services/ttl/set.js';
import { type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

let server: RedisServer;
let rig: Rig;
beforeAll(async () => {
  server = await startRedis();
  rig = await rigOn(server.url);
});
afterAll(async () => {
  await rig.close();
  await server.stop();
});

it('a store that goes away after the policy was set is told as what stopped it', async () => {
  const { ports } = rig;
  const act = { actor: 'ann', reason: null };
  const change = { segment: null, maxTtlSeconds: 60 };
  const plan = await planTtl(ports, { word: null, parts: false, change, preset: null });
  expect(await applyTtl(ports, plan, act)).toEqual([]);
  const away = new RcmError('RCM_STORE_UNAVAILABLE', 'The store is away', 'Try again.');
  const policies = { ...ports.store.policies, list: () => Promise.reject(away) };
  const failing = { ...ports, store: { ...ports.store, policies } };
  const request = { ...act, segment: null, dryRun: false, maxRate: undefined };
  const outcome = await applyToExisting(failing, plan, request);
  expect(outcome).toMatchObject({
    stoppedBy: 'error',
    error: { code: 'RCM_STORE_UNAVAILABLE', exitCode: 3, hint: expect.stringContaining('again to go on') },
  });
});
