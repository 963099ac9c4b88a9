import type { ScanNode } from '../redis/scan/keyspace-scan.js';
import type { Ports } from './ports.js';

/** Tells `ports.onProgress` how many of all keys were looked at. */
export async function walkProgress(ports: Ports, nodes: readonly ScanNode[]): Promise<(visited: number) => void> {
  const totals = await Promise.all(nodes.map(({ redis }) => redis.dbsize().catch(() => 0)));
  const total = totals.reduce((sum, size) => sum + size, 0);
  const began = performance.now();
  let keys = 0;
  return (visited) => {
    keys += visited;
    ports.onProgress?.({ keys: Math.min(keys, total), total, elapsedMs: performance.now() - began });
  };
}
