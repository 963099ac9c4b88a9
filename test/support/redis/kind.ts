import { Cluster, type Redis } from 'ioredis';
import { connect } from './client.js';
import { type RedisCluster, startCluster } from './cluster.js';
import { type RedisServer, startRedis } from './server.js';

/** Servers of one kind with a client that is ready; close both. `masters` hold all keys between them. */
export interface StartedKind {
  nodes: RedisServer | RedisCluster;
  client: Redis | Cluster;
  masters: Redis[];
}

/** For suites that run on `standalone` and on `cluster`. */
export async function startKind(kind: string): Promise<StartedKind> {
  const nodes = kind === 'cluster' ? await startCluster() : await startRedis();
  const client = kind === 'cluster' ? new Cluster([nodes.url]) : connect(nodes as RedisServer);
  await client.get('ready');
  return { nodes, client, masters: client instanceof Cluster ? client.nodes('master') : [client] };
}
