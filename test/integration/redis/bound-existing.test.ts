import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import { KeyTemplates } from '../../../src/core/redis/key-template.js';
import { KeySelection } from '../../../src/core/redis/keys/selection.js';
import { type BoundOptions, boundExisting, type UnboundedKey } from '../../../src/core/redis/ttl/bound-existing.js';
import { primaries } from '../../../src/core/services/primaries.js';
import { type RedisCluster, type RedisServer, startKind } from '../../support/redis/index.js';

const BINARY = Buffer.concat([Buffer.from('company:12:'), Buffer.from([0xff, 0x00, 0xfe])]);
const MAX = 60_000;

describe.each(['standalone', 'cluster'])('lifetimes of keys that are there, on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
    for (const node of masters)
      await node.call('ACL', ['SETUSER', 'noscript', 'on', '>pw', '~*', '+@all', '-@scripting']);
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(async () => {
    await Promise.all(masters.map((node) => node.flushall()));
    await client.set('company:12:long', 'v', 'PX', 500_000);
    await client.set('company:12:short', 'v', 'PX', 30_000);
    await client.set('company:12:never', 'v');
    await client.set(BINARY, 'v');
    await client.hset('company:12:hash', 'f', 'v');
    await client.set('company:123:never', 'v');
    await client.set('rcm:{12}:policy', 'v');
  });

  const run = async (options: Partial<BoundOptions> = {}, user?: string) => {
    const told: UnboundedKey[] = [];
    const changed: string[] = [];
    const url = user === undefined ? nodes.url : nodes.url.replace('://', `://${user}:pw@`);
    const connection = await connectRedis(configSchema.parse({ redis: { url } }).redis);
    const { nodes: servers, close } = await primaries(connection);
    try {
      await boundExisting(servers, new KeySelection(new KeyTemplates(), ['12']), {
        maxTtlMs: () => MAX,
        before: (keys) => {
          told.push(...keys);
        },
        after: ({ key }, done) => {
          if (done) changed.push(key.toString('hex'));
        },
        ...options,
      });
    } finally {
      close();
      connection.close();
    }
    return { told, changed };
  };
  const left = (key: string | Buffer): Promise<number> => client.pttl(key);

  it.each([undefined, 'noscript'])('are shortened, and given where there is none: user %s', async (user) => {
    const { told, changed } = await run({}, user);
    expect(changed).toHaveLength(4);
    for (const key of ['company:12:long', 'company:12:never', BINARY, 'company:12:hash']) {
      expect(await left(key)).toBeGreaterThan(MAX - 10_000);
      expect(await left(key)).toBeLessThanOrEqual(MAX);
    }
    const short = await left('company:12:short');
    expect(short).toBeGreaterThan(20_000);
    expect(short).toBeLessThanOrEqual(30_000);
    expect(await left('company:123:never')).toBe(-1);
    expect(await left('rcm:{12}:policy')).toBe(-1);
    const former = new Map(told.map(({ key, formerTtlMs }) => [key.toString('latin1'), formerTtlMs]));
    expect(former.get('company:12:never')).toBe(-1);
    expect(former.get('company:12:long')).toBeGreaterThan(490_000);
    expect(former.get(BINARY.toString('latin1'))).toBe(-1);
    expect(told).toHaveLength(4);
    // Again there is nothing left to do.
    expect(await run({}, user)).toEqual({ told: [], changed: [] });
  });

  it('are told before they change, and stay as they are when that fails, or in a dry run', async () => {
    const before = () => {
      throw new Error('the journal is full');
    };
    await expect(run({ before })).rejects.toThrow('the journal is full');
    expect(await left('company:12:never')).toBe(-1);
    const { told, changed } = await run({ dryRun: true });
    expect({ told: told.length, changed }).toEqual({ told: 4, changed: [] });
    expect(await left('company:12:never')).toBe(-1);
  });

  it('that were shortened by somebody else meanwhile are never lengthened', async () => {
    const before = async (keys: readonly UnboundedKey[]) => {
      await Promise.all(keys.map(({ key }) => client.pexpire(key, 5000)));
    };
    const { changed } = await run({ before });
    expect(changed).toEqual([]);
    expect(await left('company:12:never')).toBeLessThanOrEqual(5000);
  });

  it('stop being changed when it is interrupted, and what was done is told', async () => {
    const many = Array.from({ length: 3000 }, (_, n) => client.set(`company:12:more:${n}`, 'v'));
    await Promise.all(many);
    const stop = new AbortController();
    let done = 0;
    const after = () => {
      done += 1;
      stop.abort(new Error('enough'));
    };
    await expect(run({ after, signal: stop.signal, maxRate: 2000 })).rejects.toThrow('enough');
    const ttls = await Promise.all(Array.from({ length: 3000 }, (_, n) => client.pttl(`company:12:more:${n}`)));
    const others = await Promise.all(['company:12:long', 'company:12:never', BINARY, 'company:12:hash'].map(left));
    const changed = [...ttls, ...others].filter((ms) => ms >= 0 && ms <= MAX).length;
    expect(changed).toBe(done);
    expect(done).toBeLessThan(3000);
  });
});
