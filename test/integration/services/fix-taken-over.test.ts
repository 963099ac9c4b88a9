import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { applyFix } from '../../../src/core/services/fix/apply.js';
import { type FixPorts, fixPorts } from '../../../src/core/services/fix/ports.js';
import { prepareFix } from '../../../src/core/services/fix/prepare.js';
import { recoverFixes } from '../../../src/core/services/fix/recover.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const act = { actor: 'ann', reason: null };

let server: RedisServer;
let redis: Redis;
let rig: Rig;
let other: FixPorts;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  rig = await rigOn(server.url, { fix: { obeySeconds: 0 } });
  other = fixPorts(rig.ports, rig.dir, `${rig.dir}/unlogged.ndjson`);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await rig.close();
  redis.disconnect();
  await server.stop();
});

/** A process that is held up once for longer than its lease lasts: another one settles its fix before it goes on. */
function heldUp(when: 'policy' | 'clear'): FixPorts {
  const { store } = other;
  let once = true;
  let gets = 0;
  const meanwhile = async () => {
    once = false;
    const [lease] = await redis.keys('rcm:lock:fix:*');
    await redis.del(lease as string);
    expect(await recoverFixes(other, act)).toHaveLength(1);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 11_000);
  };
  const open = async () => (await store.fixes.list({ statuses: ['applying'], limit: 1 }))[0];
  const get: typeof store.policies.get = async (id) => {
    const policy = await store.policies.get(id);
    if ((await open())?.steps[0]?.begun === true) gets += 1;
    // Held up between reading the policy and writing the new one.
    if (once && when === 'policy' && gets === 2) await meanwhile();
    return policy;
  };
  const update: typeof store.fixes.update = async (fix) => {
    const written = await store.fixes.update(fix);
    if (once && fix.steps.find(({ begun, done }) => begun && !done)?.name === 'clear' && when === 'clear')
      await meanwhile();
    return written;
  };
  return { ...other, store: { ...store, fixes: { ...store.fixes, update }, policies: { ...store.policies, get } } };
}

const fixOn = async (ports: FixPorts, companyId: string) => {
  const company = { companyId, companyName: null };
  await redis.set(`company:${companyId}:a`, 'v');
  const prepared = await prepareFix(ports, { company, code: 'EXCESSIVE_MEMORY', force: true, allowSlow: false });
  const outcome = await applyFix(ports, prepared, act);
  expect(await other.store.fixes.get(outcome.record.fixId)).toMatchObject({ status: outcome.record.status });
  return outcome;
};

it('what another process finished while this one was held up stays done, and is told so', async () => {
  const { record } = await fixOn(heldUp('clear'), '12');
  expect(record.status).toBe('applied');
  expect(await redis.exists('company:12:a')).toBe(0);
  expect((await other.store.policies.get('12'))?.maxTtlSeconds).toBe(1800);
});

it('what another process took back while this one was held up stays so: it sets no policy after that', async () => {
  const { record } = await fixOn(heldUp('policy'), '13');
  expect(record.status).toBe('rolled_back');
  expect(await redis.exists('company:13:a')).toBe(1);
  expect(await other.store.policies.get('13')).toBeNull();
  expect(await redis.exists('rcm:{13}:policy')).toBe(0);
});
