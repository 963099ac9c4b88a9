import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/index.js';
import { DEFAULT_POLICY_ID } from '../../../src/core/domain/policy.js';
import { changePolicy, NO_POLICY } from '../../../src/core/services/policy/change.js';
import { connect, type RedisServer, startRedis, withClient } from '../../support/redis/index.js';
import { TimeLapse } from '../../support/redis/time-lapse.js';
import { type Rig, rigOn } from './rig.js';

describe('a change of policy', () => {
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
  const edit = { actor: 'ann@host', reason: 'try', command: 'ttl set' };

  it('is stored, seen by applications, and logged; its removal too', async () => {
    const { ports } = rig;
    const segments = [{ segment: 'profile', minTtlSeconds: 300, maxTtlSeconds: null }];
    const made = await changePolicy(ports, {
      ...edit,
      companyId: '12',
      change: () => ({ ...NO_POLICY, maxTtlSeconds: 100, segments }),
    });
    expect(made).toMatchObject({ before: null, after: { version: 1, maxTtlSeconds: 100, segments }, warnings: [] });
    await changePolicy(ports, {
      ...edit,
      companyId: DEFAULT_POLICY_ID,
      change: () => ({ ...NO_POLICY, minTtlSeconds: 1000 }),
    });

    const cache = new CompanyCache({ redis: server.url, ttlSeconds: 200 });
    await cache.set('12', 'other', 1);
    await cache.set('12', 'profile:1', 1);
    await cache.set('13', 'profile:1', 1);
    await cache.close();
    await withClient(server, async (redis) => {
      expect(await redis.ttl('company:12:other')).toBe(100);
      expect(await redis.ttl('company:12:profile:1')).toBe(300);
      expect(await redis.ttl('company:13:profile:1')).toBe(1000);
    });

    expect(await changePolicy(ports, { ...edit, companyId: '12', change: () => null })).toMatchObject({ after: null });
    await withClient(server, async (redis) => expect(await redis.exists('rcm:{12}:policy')).toBe(0));
    const log = await ports.store.activity.list({ companyId: '12', limit: 10 });
    expect(log.map(({ eventType, details }) => [eventType, details.before, details.after])).toEqual([
      ['policy', expect.objectContaining({ maxTtlSeconds: 100, segments }), null],
      ['policy', null, expect.objectContaining({ maxTtlSeconds: 100, segments })],
    ]);
  });

  it('is refused when somebody else changed the policy meanwhile', async () => {
    const { ports } = rig;
    const { policies } = ports.store;
    await changePolicy(ports, { ...edit, companyId: '14', change: () => ({ ...NO_POLICY, minTtlSeconds: 1 }) });
    await expect(
      changePolicy(
        { ...ports, store: { ...ports.store, policies: { ...policies, get: async () => null } } },
        { ...edit, companyId: '14', change: () => NO_POLICY },
      ),
    ).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
  });
});

describe('time that passes on a real Redis', () => {
  it('expires keys as hours would, and is the time of recorded events', async () => {
    const server = await startRedis();
    const redis = connect(server);
    try {
      const lapse = new TimeLapse(redis, Date.parse('2026-03-01T10:00:00Z'));
      const cache = new CompanyCache({ redis: server.url, clock: lapse.clock });
      expect(await cache.wrap('1', 'a', () => 'one', { ttl: 3600 })).toBe('one');
      await cache.wrap('1', 'b', () => 'two', { ttl: 7200 });
      expect(await lapse.pass(3_600_000)).toBe(1);
      expect(await cache.wrap('1', 'a', () => 'new', { ttl: 3600 })).toBe('new');
      expect(await cache.wrap('1', 'b', () => 'new')).toBe('two');
      await cache.invalidate('1');
      await cache.close();
      const events = await redis.xrange('rcm:{1}:events', '-', '+');
      const field = (fields: string[], name: string) => fields[fields.indexOf(name) + 1];
      expect(events.map(([, f]) => [field(f, 'o'), field(f, 't'), f.includes('x') ? field(f, 'x') : null])).toEqual([
        ['m', '1772359200000', '3600000'],
        ['m', '1772359200000', '7200000'],
        ['m', '1772362800000', '3600000'],
        ['h', '1772362800000', null],
        ['c', '1772362800000', null],
      ]);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});
