import type { ScanNode } from '../redis/scan/keyspace-scan.js';
import type { Ports } from './ports.js';

/** Tells `ports.onProgress` how many of all keys were looked at: call what it returns with those of each step. */
export async function visitProgress(
  ports: Pick<Ports, 'onProgress'>,
  nodes: readonly ScanNode[],
): Promise<(visited: number) => void> {
  if (ports.onProgress === undefined) return () => undefined;
  const sizes = await Promise.all(nodes.map(({ redis }) => redis.dbsize().catch(() => 0)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const began = performance.now();
  let keys = 0;
  return (visited) => {
    keys += visited;
    ports.onProgress?.({ keys: Math.min(keys, total), total, elapsedMs: performance.now() - began });
  };
}
