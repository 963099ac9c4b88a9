import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/index.js';
import { readCounterSlots } from '../../../src/core/redis/counters.js';
import { readEvents } from '../../../src/core/redis/events.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { type RedisCluster, type RedisServer, startKind } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';
import { cacheOf, deferred, recorded } from './rig.js';

describe.each(['standalone', 'cluster'])('CompanyCache on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let redis: Redis | Cluster;
  const flush = async () => {
    const masters = redis instanceof Cluster ? redis.nodes('master') : [redis];
    await Promise.all(masters.map((node) => node.flushall()));
  };

  beforeAll(async () => {
    ({ nodes, client: redis } = await startKind(kind));
  });
  afterAll(async () => {
    redis.disconnect();
    await nodes.stop();
  });
  beforeEach(flush);

  it.each([[{ a: [1, 'é', null] }], ['text'], [0], [false], [null]])('gives back what was set: %j', async (value) => {
    const { cache } = cacheOf({ redis });
    expect(await cache.set('12', 'k', value)).toBe(true);
    expect(await cache.get('12', 'k')).toEqual(value);
    await cache.close();
  });

  it('counts known traffic exactly, also when it is concurrent', async () => {
    const { cache, errors } = cacheOf({ redis });
    await Promise.all(Array.from({ length: 50 }, (_, i) => cache.set('12', `k${i}`, 'xxx')));
    await Promise.all(Array.from({ length: 400 }, (_, i) => cache.get('12', `k${i % 100}`)));
    await Promise.all(Array.from({ length: 30 }, (_, i) => cache.wrap('12', `w${i % 10}`, async () => ({ i }))));
    expect(await cache.delete('12', 'k0', 'k1', 'absent')).toBe(2);
    await cache.get('other', 'k0');
    await cache.close();
    expect(errors).toEqual([]);
    // 50 sets of 5 bytes ("xxx"); 10 stores of {"i":0} … {"i":9}, 7 bytes each.
    const counted = { hit: 200, miss: 210, set: 50, del: 3, bytes: 50 * 5 + 10 * 7 };
    expect(await recorded(redis, '12')).toEqual(counted);
    expect(await recorded(redis, 'other')).toEqual({ miss: 1 });
    // All slots: the test may run across the end of one.
    const slots = await readCounterSlots(redis, '12', { fromMs: Date.now() - 600_000, toMs: Date.now() });
    const buckets = slots.flatMap((slot) => Object.entries(slot.counters)).filter(([name]) => /^b\d$/.test(name));
    expect(buckets.reduce((sum, [, n]) => sum + n, 0)).toBe(410);
  });

  it('loads once for concurrent callers, and stores what was loaded', async () => {
    const { cache } = cacheOf({ redis });
    const load = deferred<string>();
    let loads = 0;
    const calls = Array.from({ length: 20 }, () =>
      cache.wrap('12', 'k', () => {
        loads += 1;
        return load.promise;
      }),
    );
    await waitUntil('the loader is called', () => loads > 0);
    load.resolve('value');
    expect(await Promise.all(calls)).toEqual(Array(20).fill('value'));
    expect(loads).toBe(1);
    expect(await cache.wrap('12', 'k', () => 'not this one')).toBe('value');
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ hit: 1, miss: 1, bytes: 7 });
    const events = await readEvents(redis, '12');
    expect(events.map((e) => [e.op, e.key, e.sizeBytes, e.threshold])).toEqual([
      ['miss', 'k', 7, 1],
      ['hit', 'k', 7, 1],
    ]);
  });

  it('rejects all callers when the loader throws, stores nothing, counts one miss', async () => {
    const { cache } = cacheOf({ redis });
    const fail = () => Promise.reject(new Error('database down'));
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => cache.wrap('12', 'k', fail)));
    expect(outcomes.map((o) => o.status === 'rejected' && String(o.reason))).toEqual(
      Array(3).fill('Error: database down'),
    );
    expect(await redis.exists('company:12:k')).toBe(0);
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ miss: 1 });
  });

  it('does not store what a delete has overtaken', async () => {
    const { cache } = cacheOf({ redis });
    const load = deferred<string>();
    let loading = false;
    const old = cache.wrap('12', 'k', () => {
      loading = true;
      return load.promise;
    });
    await waitUntil('the loader is called', () => loading);
    await cache.delete('12', 'k');
    load.resolve('old');
    expect(await old).toBe('old');
    expect(await cache.get('12', 'k')).toBeNull();
    await cache.close();
  });

  it('keeps null apart from absent in wrap, and does not store undefined', async () => {
    const { cache } = cacheOf({ redis });
    expect(await cache.wrap('12', 'nothing', () => null)).toBeNull();
    expect(await cache.wrap<string | null>('12', 'nothing', () => 'x')).toBeNull();
    expect(await cache.wrap('12', 'undefined', () => undefined)).toBeUndefined();
    expect(await redis.exists('company:12:undefined')).toBe(0);
    await cache.set('12', 'k', 1);
    expect(await cache.set('12', 'k', undefined)).toBe(false);
    expect(await redis.exists('company:12:k')).toBe(0);
    await cache.close();
  });

  it('treats what cannot be deserialized as absent, and counts an error', async () => {
    const { cache, errors } = cacheOf({ redis });
    await redis.set('company:12:bad', '{');
    expect(await cache.get('12', 'bad')).toBeNull();
    expect(await cache.wrap('12', 'bad', () => 'good')).toBe('good');
    expect(await cache.get('12', 'bad')).toBe('good');
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect(await cache.set('12', 'cyclic', cyclic)).toBe(false);
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ hit: 1, error: 3, bytes: 6 });
    expect(errors).toHaveLength(3);
  });

  it.each(['12', 'a*b', 'a?b', 'a[b]c', 'a\\b', '^a-z', 'é公🙂', '{12}', ' '])(
    'invalidates exactly the keys of %j',
    async (id) => {
      const { cache } = cacheOf({ redis });
      const others = [`${id}3`, `${id}x`, `x${id}`, 'axb', 'aXXb', 'ab', 'a', '*', 'abc', `company:${id}`].filter(
        (other) => other !== id && !other.includes(':'),
      );
      for (const other of others) await cache.set(other, 'k', other);
      await redis.set(`company:${id}`, 'not of this template');
      for (let i = 0; i < 450; i += 1) await redis.set(`company:${id}:k:${i}`, '1');
      expect(await cache.invalidate(id)).toBe(450);
      for (const other of others) expect(await cache.get(other, 'k')).toBe(other);
      expect(await redis.get(`company:${id}`)).toBe('not of this template');
      await cache.close();
      expect(await recorded(redis, id)).toEqual({ clear: 1 });
    },
  );

  it('refuses ids that cannot be in a key, and templates without a place for one', async () => {
    const { cache } = cacheOf({ redis });
    await expect(cache.get('', 'k')).rejects.toMatchObject({ code: 'RCM_COMPANY_ID_INVALID' });
    await expect(cache.wrap('a:b', 'k', () => 1)).rejects.toMatchObject({ code: 'RCM_COMPANY_ID_INVALID' });
    await expect(cache.set('12', 'k', 1, { ttl: 0 })).rejects.toMatchObject({ code: 'RCM_USAGE' });
    await cache.close();
    expect(() => new CompanyCache({ redis, keyTemplate: 'company:{companyId}' })).toThrow(/no place for the key/);
    expect(() => new CompanyCache({ redis, policyLifetimeMs: 5000 })).toThrow(/policyLifetimeMs/);
  });

  it('honours TTLs and their bounds, and finds a changed policy again within its lifetime', async () => {
    const { cache } = cacheOf({ redis, policyLifetimeMs: 20 });
    const ttl = async (options = {}) => {
      await cache.set('12', 'k', 1, options);
      const left = await redis.pttl('company:12:k');
      return left < 0 ? null : Math.ceil(left / 1000);
    };
    expect(await ttl()).toBeNull();
    expect(await ttl({ ttl: 5 })).toBe(5);
    await redis.hset(ownKeys.policy('12'), { minTtlSeconds: '10', maxTtlSeconds: '100' });
    await waitUntil('the policy is honoured', async () => (await ttl({ ttl: 5 })) === 10);
    expect([await ttl({ ttl: 50 }), await ttl({ ttl: 500 }), await ttl()]).toEqual([50, 100, 100]);
    await redis.hset(ownKeys.policy('12'), { maxTtlSeconds: 'damaged' });
    await waitUntil('a damaged policy is none', async () => (await ttl({ ttl: 500 })) === 500);
    await cache.close();
  });

  it('with caching turned off loads, stores and counts nothing, and still deletes', async () => {
    await redis.hset(ownKeys.policy('12'), { cachingEnabled: '0' });
    await redis.set('company:12:old', '"old"');
    await redis.set('company:12:older', '"older"');
    const { cache } = cacheOf({ redis });
    expect(await cache.get('12', 'old')).toBeNull();
    expect(await cache.wrap('12', 'old', () => 'loaded')).toBe('loaded');
    expect(await cache.set('12', 'old', 'new')).toBe(false);
    expect(await redis.exists('company:12:old')).toBe(0);
    expect(await cache.delete('12', 'older')).toBe(1);
    await redis.set('company:12:x', '1');
    expect(await cache.invalidate('12')).toBe(1);
    await cache.close();
    expect(await recorded(redis, '12')).toEqual({ del: 1, clear: 1 });
  });

  it('writes each access into the slot of its time', async () => {
    let now = Date.parse('2026-11-23T22:59:59.999Z');
    const { cache } = cacheOf({ redis, clock: { now: () => now } });
    await cache.get('12', 'a');
    now += 1;
    await cache.get('12', 'a');
    await cache.get('12', 'a');
    await cache.close();
    const slots = await readCounterSlots(redis, '12', { fromMs: now - 600_000, toMs: now });
    expect(slots.map((s) => [new Date(s.slotMs).toISOString(), s.counters.miss])).toEqual([
      ['2026-11-23T22:55:00.000Z', 1],
      ['2026-11-23T23:00:00.000Z', 2],
    ]);
    expect(await redis.ttl(ownKeys.counters('12', now))).toBeGreaterThan(179_900);
  });

  it('after close finds nothing, loads, and leaves the application its connection', async () => {
    const { cache } = cacheOf({ redis });
    await cache.set('12', 'k', 1);
    await Promise.all([cache.close(), cache.close()]);
    await cache.close();
    expect(await cache.get('12', 'k')).toBeNull();
    expect(await cache.wrap('12', 'k', () => 2)).toBe(2);
    expect(await redis.get('company:12:k')).toBe('1');
  });

  it('records nothing when told so', async () => {
    const { cache } = cacheOf({ redis, record: false });
    const counted = cacheOf({ redis, events: false });
    await cache.set('12', 'k', 1);
    await counted.cache.get('12', 'k');
    await Promise.all([cache.close(), counted.cache.close()]);
    expect(await recorded(redis, '12')).toEqual({ hit: 1 });
    expect(await redis.exists(ownKeys.events('12'))).toBe(0);
  });
});
