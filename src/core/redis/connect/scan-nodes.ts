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
  /** The primary of each part, whoever is scanned: server figures are theirs. */
  primaries: ScanNode[];
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
  const close = () => {
    for (const redis of opened) redis.disconnect();
  };
  try {
    return { ...(await choose(connection, opened, wanted)), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function choose(
  connection: RedisConnection,
  opened: Redis[],
  wanted: (part: Pick<ScanNode, 'slots'>) => boolean,
): Promise<Omit<ScanNodes, 'close'>> {
  const notes: string[] = [];
  const groups: Group[] =
    connection.kind === 'cluster'
      ? (await clusterGroups(connection)).filter(wanted)
      : [{ primary: null, replicas: await announcedReplicas(connection.server) }];
  const primaries = await Promise.all(groups.map((group) => primaryOf(connection, group, opened)));
  const nodes = await Promise.all(
    groups.map((group, i) => chooseNode(connection, primaries[i] as ScanNode, group.replicas, opened, notes)),
  );
  return { nodes, primaries, notes };
}

async function primaryOf(
  connection: RedisConnection,
  { primary: endpoint, slots }: Group,
  opened: Redis[],
): Promise<ScanNode> {
  if (endpoint === null) return { redis: connection.server, label: connection.label, role: 'primary' };
  const redis = open(connection, endpoint, false, opened);
  await ready(redis, label(endpoint), connection.settings.connectTimeoutMs);
  return { redis, label: label(endpoint), role: 'primary', ...(slots && { slots }) };
}

async function chooseNode(
  connection: RedisConnection,
  primary: ScanNode,
  replicas: readonly Endpoint[],
  opened: Redis[],
  notes: string[],
): Promise<ScanNode> {
  if (connection.settings.readFrom === 'primary') return primary;
  const replicationId = (await readServerInfo(primary.redis, 'replication').catch(() => null))?.replicationId ?? null;
  for (const endpoint of replicas) {
    const replica = open(connection, endpoint, connection.kind === 'cluster', opened);
    const info = await replicaInfo(replica, endpoint);
    // The same replication id proves that an address seen from here is the replica that the primary meant.
    if (info && info.replicationId === replicationId)
      return { ...primary, redis: replica, label: label(endpoint), role: 'replica' };
    replica.disconnect();
  }
  if (connection.settings.readFrom === 'replica')
    throw new RcmError(
      'RCM_REDIS_UNREACHABLE',
      `No replica of ${primary.label} can be read`,
      'Set redis.readFrom to auto or primary, or look at the replicas with `rcm doctor`.',
    );
  if (replicas.length > 0)
    notes.push(`No replica of ${primary.label} can be reached from here or is in sync: the primary is read.`);
  return primary;
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
