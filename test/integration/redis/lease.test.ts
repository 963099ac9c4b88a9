import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Holder, thisHolder } from '../../../src/core/holder.js';
import { acquireLease, type Lease, removeDeadLease } from '../../../src/core/redis/lease.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';

describe.each(['', 'noscript'])('a lease (user %j)', (username) => {
  let server: RedisServer;
  let redis: Redis;
  let leases: (Lease | null)[] = [];
  const take = async (name: string, ttlMs = 60_000) => {
    const lease = await acquireLease(redis, name, { ttlMs });
    leases.push(lease);
    return lease;
  };
  beforeAll(async () => {
    server = await startRedis({ users: ['noscript on >pw ~* +@all -@scripting'] });
    redis = connect(server, username === '' ? {} : { username, password: 'pw' });
  });
  afterEach(async () => {
    for (const lease of leases) await lease?.release();
    leases = [];
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('has one holder at a time', async () => {
    const all = await Promise.all([take('snapshot'), take('snapshot'), take('snapshot'), take('other')]);
    expect(all.slice(0, 3).filter((lease) => lease !== null)).toHaveLength(1);
    expect(all[3]).not.toBeNull();
    await all.find((lease) => lease?.name === 'snapshot')?.release();
    expect(await take('snapshot')).not.toBeNull();
  });

  it('is taken from a process of this machine that has ended, not from one of a machine with the same name', async () => {
    // No process has so large an id.
    const ended: Holder = { ...thisHolder(), pid: 2 ** 30 };
    const key = ownKeys.lock('dead');
    await redis.set(key, JSON.stringify({ ...ended, boot: 'of another machine' }));
    expect(await removeDeadLease(redis, 'dead')).toBe(false);
    expect(await redis.exists(key)).toBe(1);
    await redis.set(key, JSON.stringify(ended));
    expect(await removeDeadLease(redis, 'dead')).toBe(true);
    expect(await redis.exists(key)).toBe(0);
  });

  it('renews itself beyond its lifetime', async () => {
    const lease = await take('long', 600);
    let renewed = 0;
    let left = 600;
    await waitUntil('it was renewed five times', async () => {
      const now = await redis.pttl(ownKeys.lock('long'));
      if (now > left) renewed += 1;
      left = now;
      return renewed >= 5;
    });
    expect(lease?.lost).toBe(false);
    expect(await take('long')).toBeNull();
  });

  it('is lost when somebody else took it, and then leaves theirs alone', async () => {
    const lease = await take('stolen', 600);
    await redis.set(ownKeys.lock('stolen'), 'another token');
    await waitUntil('the signal comes', () => lease?.signal.aborted === true);
    expect(lease?.lost).toBe(true);
    expect(await lease?.renew()).toBe(false);
    await lease?.release();
    expect(await redis.get(ownKeys.lock('stolen'))).toBe('another token');
  });

  it('is lost when Redis is away for longer than it lasts', async () => {
    const lease = await take('away', 600);
    server.pause();
    try {
      await waitUntil('the signal comes', () => lease?.signal.aborted === true);
    } finally {
      server.resume();
    }
    expect(await lease?.renew()).toBe(false);
  });

  it('ends by itself when its holder dies', async () => {
    await redis.set(ownKeys.lock('dead'), 'token of a dead process', 'PX', 300);
    expect(await take('dead')).toBeNull();
    await waitUntil('it can be taken', async () => (await take('dead')) !== null);
  });
});
