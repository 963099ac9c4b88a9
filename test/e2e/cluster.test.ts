import { Cluster } from 'ioredis';
import { describe, expect, it } from 'vitest';
import {
  connect,
  type RedisServer,
  startCluster,
  startRedis,
  startSentinel,
  withClient,
} from '../support/redis/index.js';
import { reportOf } from './support/run.js';
import { type Seeded, seedCompanies, sizesOf } from './support/seed.js';

const IDS = ['1', '12', 'a*b?[c]\\^-d', '\\xff\\xfe'];

/** Keys and bytes by company id, as reported. */
async function companies(url: string, env: Record<string, string> = {}): Promise<Record<string, object>> {
  const { exitCode, report } = await reportOf(['companies', '--redis-url', url], { env });
  expect({ exitCode, warnings: report.warnings }).toEqual({ exitCode: 0, warnings: [] });
  return Object.fromEntries(
    report.companies.map(({ companyId, metrics: { keys, cacheBytes: bytes } }) => [companyId, { keys, bytes }]),
  );
}

/** The same, asked key by key; each key is on one of the servers. Replicas of one key need not agree to the byte. */
async function asked(servers: readonly RedisServer[], seeded: Seeded): Promise<Record<string, object>> {
  const sums: Record<string, { keys: number; bytes: number }> = {};
  for (const server of servers) {
    const redis = connect(server, { readOnly: true });
    for (const [id, keys] of seeded) {
      for (const key of keys) {
        const one = await sizesOf(redis, new Map([[id, [key]]])).catch((error: Error) => {
          if (error.message.startsWith('MOVED')) return null;
          throw error;
        });
        if (one === null) continue;
        const sum = sums[id] ?? { keys: 0, bytes: 0 };
        sums[id] = { keys: sum.keys + 1, bytes: sum.bytes + (one.get(id)?.bytes ?? 0) };
      }
    }
    redis.disconnect();
  }
  return sums;
}

/** Whether a server ran the scan's script. */
const scanned = (server: RedisServer): Promise<boolean> =>
  withClient(server, async (client) => /cmdstat_eval(sha)?_ro:/.test(await client.info('commandstats')));

async function seededStandalone(options: Parameters<typeof startRedis>[0] = {}) {
  const server = await startRedis(options);
  const redis = connect(server);
  const seeded = await seedCompanies(redis, IDS);
  redis.disconnect();
  return { server, seeded };
}

describe('topologies', () => {
  it.each([0, 1] as const)('a cluster of three masters with %i replicas each', async (replicas) => {
    const cluster = await startCluster({ replicas });
    const client = new Cluster([{ host: '127.0.0.1', port: (cluster.masters[0] as RedisServer).port }]);
    const seeded = await seedCompanies(client, IDS);
    client.disconnect();
    // Replicas are read: what was just written must be there.
    for (const [i, replica] of cluster.replicas.entries()) {
      const size = await withClient(cluster.masters[i] as RedisServer, (one) => one.dbsize());
      await expect.poll(() => withClient(replica, (one) => one.dbsize()), { timeout: 10_000 }).toBe(size);
    }
    const found = await companies(cluster.url);
    const wasRead = [await Promise.all(cluster.masters.map(scanned)), await Promise.all(cluster.replicas.map(scanned))];
    expect(wasRead).toEqual(
      replicas === 0
        ? [[true, true, true], []]
        : [
            [false, false, false],
            [true, true, true],
          ],
    );
    expect(found).toEqual(await asked(replicas === 0 ? cluster.masters : cluster.replicas, seeded));
    const standalone = await seededStandalone();
    const keys = (of: Record<string, object>) =>
      Object.entries(of)
        .map(([id, one]) => [id, (one as { keys: number }).keys])
        .sort();
    expect(keys(found)).toEqual(keys(await companies(standalone.server.url)));
    await Promise.all([cluster.stop(), standalone.server.stop()]);
  });

  it('Sentinel, Unix socket, ACL user', async () => {
    const { server, seeded } = await seededStandalone({ unixSocket: true, users: ['alice on >s%2F3 ~* &* +@all'] });
    const expected = await asked([server], seeded);
    expect(Object.keys(expected)).toHaveLength(IDS.length);
    expect(await companies(`unix://${server.socketPath}`)).toEqual(expected);
    expect(await companies(`redis://alice:s%252F3@127.0.0.1:${server.port}`)).toEqual(expected);
    const sentinel = await startSentinel(server);
    expect(await companies(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`)).toEqual(expected);
    await Promise.all([sentinel.stop(), server.stop()]);
  });

  it('TLS', async () => {
    const { server, seeded } = await seededStandalone({ tls: true });
    const found = await companies(server.url, { RCM_REDIS_TLS_CA: server.tls?.ca as string });
    expect(found).toEqual(await asked([server], seeded));
    await server.stop();
  });
});
