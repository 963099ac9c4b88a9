import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { changePolicy, NO_POLICY, type PolicyContent } from '../../../src/core/services/policy/change.js';
import { mirrorPolicies } from '../../../src/core/services/snapshot/mirror-policies.js';
import type { PolicyRepository } from '../../../src/core/store/store.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

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

const set = (ports: Rig['ports'], companyId: string, content: PolicyContent | null) =>
  changePolicy(ports, { actor: 'ann', reason: null, command: 'ttl set', companyId, change: () => content });
const mirrored = (companyId: string) => redis.hgetall(ownKeys.policy(companyId));

/** The same ports of a process that is held up after a call of the store, while another one changes the policy. */
function heldUpAfter(method: 'put' | 'list' | 'remove', meanwhile: () => Promise<unknown>): Rig['ports'] {
  const { store } = rig.ports;
  let once = true;
  const call = store.policies[method] as (...args: unknown[]) => Promise<unknown>;
  const policies = {
    ...store.policies,
    [method]: async (...args: unknown[]) => {
      const result = await call(...args);
      if (once) {
        once = false;
        await meanwhile();
      }
      return result;
    },
  } as PolicyRepository;
  return { ...rig.ports, store: { ...store, policies } };
}

it('of two changes at once applications see the one that the store has', async () => {
  const later = { ...NO_POLICY, maxTtlSeconds: 222 };
  const ports = heldUpAfter('put', () => set(rig.ports, '12', later));
  await set(ports, '12', { ...NO_POLICY, cachingEnabled: false });
  expect((await rig.ports.store.policies.get('12'))?.maxTtlSeconds).toBe(222);
  expect(await mirrored('12')).toMatchObject({ cachingEnabled: '1', maxTtlSeconds: '222' });
});

it('a policy that is set while it is removed by another is seen', async () => {
  await set(rig.ports, '13', { ...NO_POLICY, maxTtlSeconds: 1 });
  const ports = heldUpAfter('remove', () => set(rig.ports, '13', { ...NO_POLICY, maxTtlSeconds: 333 }));
  await set(ports, '13', null);
  expect(await mirrored('13')).toMatchObject({ maxTtlSeconds: '333' });
});

it('a policy that is removed while all are mirrored is not brought back', async () => {
  await set(rig.ports, '14', { ...NO_POLICY, cachingEnabled: false });
  const ports = heldUpAfter('list', () => set(rig.ports, '14', null));
  await mirrorPolicies(ports, ports.store, []);
  expect(await mirrored('14')).toEqual({});
  expect(await mirrored('13')).toMatchObject({ maxTtlSeconds: '333' });
});
