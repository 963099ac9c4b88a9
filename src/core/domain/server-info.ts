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
  /** Memory taken from the system ÷ memory used. */
  fragmentationRatio: number | null;
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
  /** Whether the last save to disk went well; null where nothing is saved or it is not said. */
  rdbSaveOk: boolean | null;
  aofWriteOk: boolean | null;
  aofRewriteOk: boolean | null;
  replicas: { host: string; port: number; online: boolean; lagSeconds: number }[];
}

/** What one server of several says, with its address. */
export interface NamedServer extends ServerInfo {
  label: string;
}

/** The primaries together: what each part of the keyspace adds to the whole. `null` as soon as one does not say. */
export interface RedisTotals {
  usedMemoryBytes: number | null;
  /** null as well where one has no limit. */
  maxMemoryBytes: number | null;
  usedPercent: number | null;
  /** Memory taken from the system ÷ memory used, over all. */
  fragmentationRatio: number | null;
  /** Of the one that started last. */
  uptimeSeconds: number | null;
  evictedKeys: number | null;
  expiredKeys: number | null;
  keyspaceHits: number | null;
  keyspaceMisses: number | null;
}

/** Sums over all primaries. @param servers null, or none, when they could not be read */
export function redisTotals(servers: readonly NamedServer[] | null): RedisTotals {
  const values = (of: (server: NamedServer) => number | null): number[] | null => {
    const all = (servers ?? []).map(of);
    return all.length === 0 || all.includes(null) ? null : (all as number[]);
  };
  const sum = (of: (server: NamedServer) => number | null): number | null =>
    values(of)?.reduce((total, value) => total + value, 0) ?? null;
  const usedMemoryBytes = sum((s) => s.usedMemoryBytes);
  // 0 is Redis's word for no limit.
  const maxMemoryBytes = sum((s) => s.maxMemoryBytes || null);
  const resident = sum((s) =>
    s.usedMemoryBytes === null || s.fragmentationRatio === null ? null : s.usedMemoryBytes * s.fragmentationRatio,
  );
  const uptimes = values((s) => s.uptimeSeconds);
  return {
    usedMemoryBytes,
    maxMemoryBytes,
    usedPercent: percentOf(usedMemoryBytes, maxMemoryBytes),
    fragmentationRatio: resident === null || !usedMemoryBytes ? null : resident / usedMemoryBytes,
    uptimeSeconds: uptimes && Math.min(...uptimes),
    evictedKeys: sum((s) => s.evictedKeys),
    expiredKeys: sum((s) => s.expiredKeys),
    keyspaceHits: sum((s) => s.keyspaceHits),
    keyspaceMisses: sum((s) => s.keyspaceMisses),
  };
}

/** Percent of a limit; null where either is unknown or there is no limit. */
export function percentOf(used: number | null, limit: number | null): number | null {
  return used === null || !limit ? null : (used / limit) * 100;
}
