import { waitUntil } from '../wait-until.js';
import { withClient } from './client.js';
import { type RedisOptions, type RedisServer, startRedis } from './server.js';

const SLOTS = 16_384;

export interface ClusterOptions extends Pick<RedisOptions, 'config' | 'password' | 'users'> {
  /** 3 unless given. */
  masters?: number;
  /** Replicas of each master: none unless given. */
  replicas?: 0 | 1;
}

export interface RedisCluster {
  readonly masters: RedisServer[];
  /** The replica at i follows the master at i. */
  readonly replicas: RedisServer[];
  readonly nodes: RedisServer[];
  /** URL of the first master. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Redis cluster, its slots spread evenly, and waits until every node finds it complete. */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const { masters: count = 3, replicas: replicasEach = 0, config = [], ...rest } = options;
  const startNode = (): Promise<RedisServer> =>
    startRedis({
      ...rest,
      config: ['cluster-enabled yes', 'cluster-node-timeout 2000', 'cluster-replica-validity-factor 0', ...config],
    });
  const nodes = await Promise.all(Array.from({ length: count * (1 + replicasEach) }, startNode));
  const masters = nodes.slice(0, count);
  const replicas = nodes.slice(count);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await joinNodes(masters, replicas);
  } catch (error) {
    await stop();
    throw error;
  }
  return { masters, replicas, nodes, url: (masters[0] as RedisServer).url, stop };
}

async function joinNodes(masters: RedisServer[], replicas: RedisServer[]): Promise<void> {
  const nodes = [...masters, ...replicas];
  const first = masters[0] as RedisServer;
  for (const [i, node] of nodes.entries()) {
    await withClient(node, async (client) => {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      if (i < masters.length) {
        const from = Math.floor((SLOTS * i) / masters.length);
        const to = Math.floor((SLOTS * (i + 1)) / masters.length) - 1;
        await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      }
      if (i > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', first.port);
    });
  }
  await everyNode(nodes, 'knows the others', (info) => info.includes(`cluster_known_nodes:${nodes.length}\r`));
  await everyNode(nodes, 'finds the cluster complete', (info) => info.includes('cluster_state:ok'));
  for (const [i, replica] of replicas.entries()) {
    const id = await withClient(masters[i] as RedisServer, (client) => client.call('CLUSTER', 'MYID'));
    await withClient(replica, async (client) => {
      await client.call('CLUSTER', 'REPLICATE', String(id));
      await waitUntil('a replica follows its master', async () =>
        (await client.info('replication')).includes('master_link_status:up'),
      );
    });
  }
  // Clients learn the replicas from any node: each must have heard of all of them.
  for (const node of replicas.length > 0 ? nodes : []) {
    await withClient(node, (client) =>
      waitUntil('every node knows the replicas', async () => {
        const slots = (await client.call('CLUSTER', 'SLOTS')) as unknown[][];
        return slots.length === masters.length && slots.every((range) => range.length === 4);
      }),
    );
  }
}

async function everyNode(nodes: RedisServer[], what: string, holds: (info: string) => boolean): Promise<void> {
  for (const node of nodes) {
    await withClient(node, (client) =>
      waitUntil(`every cluster node ${what}`, async () => holds(String(await client.call('CLUSTER', 'INFO')))),
    );
  }
}
