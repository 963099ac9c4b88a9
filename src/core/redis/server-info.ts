import type { Redis } from 'ioredis';
import type { ServerInfo } from '../domain/server-info.js';

export type { ServerInfo };

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
  const ok = (name: string): boolean | null => (fields.has(name) ? fields.get(name) === 'ok' : null);
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
    fragmentationRatio: number('mem_fragmentation_ratio'),
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
    rdbSaveOk: ok('rdb_last_bgsave_status'),
    aofWriteOk: fields.get('aof_enabled') === '0' ? null : ok('aof_last_write_status'),
    aofRewriteOk: fields.get('aof_enabled') === '0' ? null : ok('aof_last_bgrewrite_status'),
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
