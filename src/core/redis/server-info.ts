import type { Redis } from 'ioredis';

/** What INFO tells of one server, as far as anything here uses it. `null` where the server does not say. */
export interface ServerInfo {
  /** `valkey` or `redis`, with the version as the server gives it. */
  product: 'redis' | 'valkey';
  version: string;
  /** Of this process: after a restart it is another. */
  runId: string | null;
  mode: string;
  role: string;
  uptimeSeconds: number | null;
  usedMemoryBytes: number | null;
  maxMemoryBytes: number | null;
  maxMemoryPolicy: string | null;
  keyspaceHits: number | null;
  keyspaceMisses: number | null;
  evictedKeys: number | null;
  expiredKeys: number | null;
  opsPerSecond: number | null;
  /** Socket reads since the start: the only count that our own scripts' inner commands do not add to. */
  readsProcessed: number | null;
  replicationId: string | null;
  masterLinkUp: boolean | null;
  replicas: { host: string; port: number; online: boolean; lagSeconds: number }[];
}

/** @param sections names of INFO sections; all of the default ones when absent */
export async function readServerInfo(redis: Redis, ...sections: string[]): Promise<ServerInfo> {
  return parseServerInfo(await (sections.length > 0 ? redis.info(...(sections as [string])) : redis.info()));
}

/** INFO's `name:value` lines. */
export function infoFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

export function parseServerInfo(text: string): ServerInfo {
  const fields = infoFields(text);
  const number = (name: string): number | null => {
    const value = Number(fields.get(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  const link = fields.get('master_link_status');
  const valkey = fields.get('valkey_version');
  return {
    product: valkey === undefined ? 'redis' : 'valkey',
    version: valkey ?? fields.get('redis_version') ?? 'unknown',
    runId: fields.get('run_id') ?? null,
    mode: fields.get('redis_mode') ?? fields.get('server_mode') ?? 'standalone',
    role: fields.get('role') ?? 'master',
    uptimeSeconds: number('uptime_in_seconds'),
    usedMemoryBytes: number('used_memory'),
    maxMemoryBytes: number('maxmemory'),
    maxMemoryPolicy: fields.get('maxmemory_policy') ?? null,
    keyspaceHits: number('keyspace_hits'),
    keyspaceMisses: number('keyspace_misses'),
    evictedKeys: number('evicted_keys'),
    expiredKeys: number('expired_keys'),
    opsPerSecond: number('instantaneous_ops_per_sec'),
    readsProcessed: number('total_reads_processed'),
    replicationId: fields.get('master_replid') ?? null,
    masterLinkUp: link === undefined ? null : link === 'up',
    replicas: parseReplicas(fields),
  };
}

function parseReplicas(fields: Map<string, string>): ServerInfo['replicas'] {
  const replicas: ServerInfo['replicas'] = [];
  for (const [name, value] of fields) {
    if (!/^slave\d+$/.test(name)) continue;
    const parts = new Map(value.split(',').map((pair) => pair.split('=', 2) as [string, string]));
    const host = parts.get('ip');
    if (host === undefined) continue;
    const port = Number(parts.get('port'));
    replicas.push({ host, port, online: parts.get('state') === 'online', lagSeconds: Number(parts.get('lag') ?? 0) });
  }
  return replicas;
}
