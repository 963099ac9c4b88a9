import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CachePolicy } from '../../../src/core/domain/policy.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { parsePolicy, removePolicyMirror, writePolicyMirror } from '../../../src/core/redis/policy-mirror.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';

const policy: CachePolicy = {
  companyId: '12',
  minTtlSeconds: 60,
  maxTtlSeconds: 3600,
  segments: [
    { segment: 'profile', minTtlSeconds: 300, maxTtlSeconds: null },
    { segment: 'a:b', minTtlSeconds: null, maxTtlSeconds: 0.5 },
  ],
  cachingEnabled: false,
  minUpdateIntervalSeconds: 30,
  eventsMax: 2048,
  reviewReason: 'large values',
  version: 3,
  setBy: 'ann@host',
  setAt: new Date(0),
  reason: 'test',
};
const mirrored = {
  minTtlSeconds: 60,
  maxTtlSeconds: 3600,
  segments: policy.segments,
  cachingEnabled: false,
  minUpdateIntervalSeconds: 30,
  eventsMax: 2048,
};

describe('the policy mirror', () => {
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

  it('is what applications read; a newer one leaves nothing of the older', async () => {
    await writePolicyMirror(redis, [policy, { ...policy, companyId: '123' }]);
    expect(parsePolicy(await redis.hgetall(ownKeys.policy('12')))).toEqual(mirrored);
    const free = {
      ...policy,
      minTtlSeconds: null,
      maxTtlSeconds: null,
      segments: [],
      minUpdateIntervalSeconds: null,
      eventsMax: null,
    };
    await writePolicyMirror(redis, [{ ...free, cachingEnabled: true, reviewReason: null, version: 4 }]);
    expect(await redis.hgetall(ownKeys.policy('12'))).toEqual({ cachingEnabled: '1', version: '4' });
    expect(parsePolicy(await redis.hgetall(ownKeys.policy('123')))).toEqual(mirrored);
  });

  it('can be removed', async () => {
    await writePolicyMirror(redis, [policy]);
    await removePolicyMirror(redis, '12');
    expect(parsePolicy(await redis.hgetall(ownKeys.policy('12')))).toBeNull();
  });
});

describe('parsing a policy', () => {
  const none = {
    minTtlSeconds: null,
    maxTtlSeconds: null,
    segments: [],
    cachingEnabled: true,
    minUpdateIntervalSeconds: null,
    eventsMax: null,
  };
  it.each([
    [{}, null],
    [{ version: '9', newer: 'x' }, none],
    [{ cachingEnabled: 'yes' }, null],
    [{ maxTtlSeconds: '0' }, null],
    [{ maxTtlSeconds: '-5' }, null],
    [{ minTtlSeconds: '' }, null],
    [{ minTtlSeconds: 'soon' }, null],
    [{ 'minTtlSeconds:profile': 'soon' }, null],
    [{ 'eventsMax:profile': 'x' }, none],
    [{ 'maxTtlSeconds:': '7' }, { ...none, segments: [{ segment: '', minTtlSeconds: null, maxTtlSeconds: 7 }] }],
    [{ eventsMax: '99999' }, { ...none, eventsMax: 16_384 }],
    [{ maxTtlSeconds: '0.5' }, { ...none, maxTtlSeconds: 0.5 }],
  ])('%j', (hash, expected) => {
    expect(parsePolicy(hash as Record<string, string>)).toEqual(expected);
  });
});
