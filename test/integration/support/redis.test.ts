import { existsSync } from 'node:fs';
import { Cluster, Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CLOSED_PORT,
  connect,
  type RedisServer,
  startCluster,
  startHttpServer,
  startRedis,
  startSentinel,
  startSilentServer,
  withClient,
} from '../../support/redis/index.js';

const started: { stop(): Promise<void> }[] = [];
const kept = <T extends { stop(): Promise<void> }>(server: T): T => {
  started.push(server);
  return server;
};
afterAll(async () => {
  await Promise.all(started.map((server) => server.stop()));
});

const ping = (server: RedisServer): Promise<string> => withClient(server, (client) => client.ping());
const failure = (client: Redis): Promise<Error> =>
  new Promise((resolve) => {
    client.once('error', resolve);
  });

describe('startRedis', () => {
  it('gives servers of their own, without persistence, that go without a trace', async () => {
    const [a, b] = await Promise.all([startRedis(), startRedis({ config: ['maxmemory 7mb'] })]);
    await withClient(a, (client) => client.set('k', 'a'));
    expect(await withClient(b, (client) => client.get('k'))).toBeNull();
    expect(await withClient(b, (client) => client.config('GET', 'maxmemory'))).toEqual(['maxmemory', '7340032']);
    expect(await withClient(a, (client) => client.config('GET', 'save'))).toEqual(['save', '']);
    expect(existsSync(a.dir)).toBe(true);
    await Promise.all([a.stop(), b.stop()]);
    await a.stop();
    expect(existsSync(a.dir)).toBe(false);
    expect(() => process.kill(a.pid, 0)).toThrow(/ESRCH/);
  });

  it('finds another port when one is taken, and says so when that one was asked for', async () => {
    const first = kept(await startRedis());
    await expect(startRedis({ port: first.port })).rejects.toThrow(/did not start/);
    await first.kill();
    const again = kept(await startRedis({ port: first.port }));
    expect(await ping(again)).toBe('PONG');
  });

  it('fails with what the server printed', async () => {
    await expect(startRedis({ config: ['no-such-directive 1'] })).rejects.toThrow(/no-such-directive/);
  });

  it('asks for a password, and knows ACL users', async () => {
    const server = kept(
      await startRedis({ password: 's3cret#1', users: ['reader on >pw ~company:* +@read +ping +info'] }),
    );
    expect(await ping(server)).toBe('PONG');
    await withClient({ url: `redis://127.0.0.1:${server.port}` }, async (client) => {
      client.on('error', () => {});
      await expect(client.ping()).rejects.toThrow(/NOAUTH/);
    });
    await withClient({ url: `redis://reader:pw@127.0.0.1:${server.port}` }, async (client) => {
      expect(await client.get('company:1')).toBeNull();
      await expect(client.get('other')).rejects.toThrow(/NOPERM/);
      await expect(client.set('company:1', 'x')).rejects.toThrow(/NOPERM/);
    });
  });

  it('listens on a Unix socket', async () => {
    const server = kept(await startRedis({ unixSocket: true }));
    const client = new Redis({ path: server.socketPath ?? '' });
    expect(await client.config('GET', 'port')).toEqual(['port', String(server.port)]);
    client.disconnect();
  });

  it('speaks TLS with a certificate of its own authority, and nothing else', async () => {
    const server = kept(await startRedis({ tls: true, password: 'pw' }));
    expect(server.url).toBe(`rediss://:pw@127.0.0.1:${server.port}`);
    expect(await ping(server)).toBe('PONG');
    const distrusting = new Redis(server.url, { retryStrategy: null });
    expect((await failure(distrusting)).message).toMatch(/self-signed|certificate/);
    distrusting.disconnect();
  });

  it('follows a master', async () => {
    const master = kept(await startRedis({ password: 'pw' }));
    await withClient(master, (client) => client.set('k', 'v'));
    const replica = kept(await startRedis({ replicaOf: master }));
    expect(await withClient(replica, (client) => client.get('k'))).toBe('v');
    expect(await withClient(replica, (client) => client.role())).toEqual(
      expect.arrayContaining(['slave', '127.0.0.1', master.port]),
    );
  });

  it('can be paused and resumed', async () => {
    const server = kept(await startRedis());
    const client = connect(server, { commandTimeout: 300 });
    expect(await client.ping()).toBe('PONG');
    server.pause();
    await expect(client.ping()).rejects.toThrow(/timed out/);
    server.resume();
    expect(await ping(server)).toBe('PONG');
    client.disconnect();
  });
});

describe('startCluster', () => {
  it('spreads all slots over the masters', async () => {
    const cluster = kept(await startCluster());
    const client = new Cluster([{ host: '127.0.0.1', port: cluster.masters[0]?.port ?? 0 }]);
    const keys = Array.from({ length: 60 }, (_, i) => `company:${i}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    const sizes = await Promise.all(cluster.masters.map((m) => withClient(m, (c) => c.dbsize())));
    expect(sizes).toHaveLength(3);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes.reduce((a, b) => a + b)).toBe(60);
    client.disconnect();
  });

  it('gives every master a replica', async () => {
    const cluster = kept(await startCluster({ replicas: 1, password: 'pw' }));
    expect(cluster.nodes).toHaveLength(6);
    for (const [i, replica] of cluster.replicas.entries()) {
      expect(await withClient(replica, (client) => client.role())).toEqual(
        expect.arrayContaining(['slave', cluster.masters[i]?.port]),
      );
    }
  });
});

describe('startSentinel', () => {
  it('leads to the master, and to the new one when that dies', async () => {
    const master = kept(await startRedis());
    const replica = kept(await startRedis({ replicaOf: master }));
    const sentinel = kept(await startSentinel(master, { replicas: 1 }));
    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: sentinel.masterName });
    client.on('error', () => {});
    expect(await client.config('GET', 'port')).toEqual(['port', String(master.port)]);
    await master.kill();
    await expect.poll(() => withClient(replica, async (c) => (await c.role())[0]), { timeout: 20_000 }).toBe('master');
    client.disconnect();
  });
});

describe('fake servers', () => {
  it('answer in another protocol, not at all, or refuse', async () => {
    const http = kept(await startHttpServer());
    const wrong = new Redis(http.port, { retryStrategy: null, maxRetriesPerRequest: 0 });
    const [error] = await Promise.all([failure(wrong), wrong.ping().catch(() => {})]);
    expect(error.message).toMatch(/Protocol error/);
    wrong.disconnect();

    const silent = kept(await startSilentServer());
    const slow = new Redis(silent.port, { commandTimeout: 200, enableReadyCheck: false });
    await expect(slow.ping()).rejects.toThrow(/timed out/);
    expect(silent.connections.size).toBe(1);
    slow.disconnect();

    const refused = new Redis(CLOSED_PORT, { retryStrategy: null });
    expect((await failure(refused)).message).toMatch(/ECONNREFUSED/);
    refused.disconnect();
  });
});
