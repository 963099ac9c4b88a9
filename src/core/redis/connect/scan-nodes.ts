import { Redis } from 'ioredis';
import { RcmError } from '../../errors.js';
import type { ScanNode } from '../scan/keyspace-scan.js';
import { readServerInfo, type ServerInfo } from '../server-info.js';
import { type RedisConnection, ready } from './connect.js';

/** A replica further behind than this many seconds is not asked. */
const MOST_LAG_SECONDS = 10;

interface Endpoint {
  host: string;
  port: number;
}

/** Servers that hold the same keys. */
interface Group {
  /** null: the server that is connected. */
  primary: Endpoint | null;
  replicas: Endpoint[];
  slots?: NonNullable<ScanNode['slots']>;
}

/** The servers to scan, with what was chosen told in `notes`; `close` closes the connections that were opened for it. */
export interface ScanNodes {
  nodes: ScanNode[];
  notes: string[];
  close(): void;
}

/**
 * One server for each part of the keyspace: a replica that is in sync where there is one and `readFrom` allows it
 * (READONLY first), else the primary.
 * @param wanted leaves out the parts of a cluster that nothing is asked of: a node that is down need not be in the way
 * @throws RCM_REDIS_UNREACHABLE when `readFrom` insists on a replica and there is none
 */
export async function scanNodes(
  connection: RedisConnection,
  wanted: (part: Pick<ScanNode, 'slots'>) => boolean = () => true,
): Promise<ScanNodes> {
  const opened: Redis[] = [];
  const notes: string[] = [];
  const groups =
    connection.kind === 'cluster'
      ? (await clusterGroups(connection)).filter(wanted)
      : [{ primary: null, replicas: await announcedReplicas(connection.server) }];
  const nodes = await Promise.all(
    groups.map(async (group) => {
      const node = await chooseNode(connection, group, opened, notes);
      return group.slots ? { ...node, slots: group.slots } : node;
    }),
  );
  return {
    nodes,
    notes,
    close: () =>
      opened.forEach((redis) => {
        redis.disconnect();
      }),
  };
}

async function chooseNode(
  connection: RedisConnection,
  group: Group,
  opened: Redis[],
  notes: string[],
): Promise<ScanNode> {
  const primary = group.primary ? open(connection, group.primary, false, opened) : connection.server;
  const primaryLabel = group.primary ? label(group.primary) : connection.label;
  if (group.primary) await ready(primary, primaryLabel, connection.settings.connectTimeoutMs);
  if (connection.settings.readFrom === 'primary') return { redis: primary, label: primaryLabel, role: 'primary' };
  const replicationId = (await readServerInfo(primary, 'replication').catch(() => null))?.replicationId ?? null;
  for (const endpoint of group.replicas) {
    const replica = open(connection, endpoint, connection.kind === 'cluster', opened);
    const info = await replicaInfo(replica, endpoint);
    // The same replication id proves that an address seen from here is the replica that the primary meant.
    if (info && info.replicationId === replicationId)
      return { redis: replica, label: label(endpoint), role: 'replica' };
    replica.disconnect();
  }
  if (connection.settings.readFrom === 'replica')
    throw new RcmError(
      'RCM_REDIS_UNREACHABLE',
      `No replica of ${primaryLabel} can be read`,
      'Set redis.readFrom to auto or primary, or look at the replicas with `rcm doctor`.',
    );
  if (group.replicas.length > 0)
    notes.push(`No replica of ${primaryLabel} can be reached from here or is in sync: the primary is read.`);
  return { redis: primary, label: primaryLabel, role: 'primary' };
}

async function announcedReplicas(server: Redis): Promise<Endpoint[]> {
  const info = await readServerInfo(server, 'replication').catch(() => null);
  return (info?.replicas ?? []).filter((r) => r.online && r.lagSeconds <= MOST_LAG_SECONDS);
}

async function replicaInfo(replica: Redis, endpoint: Endpoint): Promise<ServerInfo | null> {
  try {
    await ready(replica, label(endpoint), 1000);
    const info = await readServerInfo(replica, 'replication');
    return info.role === 'slave' && info.masterLinkUp ? info : null;
  } catch {
    return null;
  }
}

/** Primaries with their replicas, from CLUSTER SLOTS; a server with several slot ranges is listed once. */
async function clusterGroups(connection: RedisConnection): Promise<Group[]> {
  const slots = await connection.server.cluster('SLOTS');
  const groups = new Map<string, Group>();
  for (const [first, last, primary, ...replicas] of slots) {
    if (!primary) continue;
    // A node that does not know its own address gives '': it is the one we asked.
    const endpoint = ([host, port]: [string, number, ...unknown[]]): Endpoint => ({
      host: host || (connection.server.options.host ?? '127.0.0.1'),
      port,
    });
    const ranges = groups.get(label(endpoint(primary)))?.slots ?? [];
    groups.set(label(endpoint(primary)), {
      primary: endpoint(primary),
      replicas: replicas.map(endpoint),
      slots: [...ranges, [first, last]],
    });
  }
  return [...groups.values()];
}

function open(connection: RedisConnection, endpoint: Endpoint, readOnly: boolean, opened: Redis[]): Redis {
  const { path: _path, sentinels: _sentinels, name: _name, ...options } = connection.options;
  const redis = new Redis({ ...options, ...endpoint, readOnly, lazyConnect: true });
  opened.push(redis);
  return redis;
}

function label({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
