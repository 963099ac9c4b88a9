import type { Cluster, Redis } from 'ioredis';
import { type KeyTemplates, toBinary } from '../core/redis/key-template.js';
import { isCluster } from './connections.js';

const SCAN_COUNT = 200;

/**
 * Removes exactly one company's keys: SCAN on every master, each key confirmed by the template, UNLINK in batches.
 * @param bound bounds the time of one command
 * @returns how many keys went
 * @throws what Redis says; what was removed until then is gone
 */
export async function removeCompanyKeys(
  redis: Redis | Cluster,
  templates: KeyTemplates,
  companyId: string,
  bound: <T>(command: Promise<T>) => Promise<T>,
): Promise<number> {
  const wanted = toBinary(companyId);
  let removed = 0;
  for (const pattern of templates.scanPatterns(companyId)) {
    for (const node of isCluster(redis) ? redis.nodes('master') : [redis]) {
      let cursor = '0';
      do {
        // The pattern is valid UTF-8: a company id given as a string is.
        const [next, keys] = await bound(
          (node as Redis).scanBuffer(cursor, 'MATCH', pattern.toString(), 'COUNT', SCAN_COUNT),
        );
        cursor = next.toString();
        const own = keys.filter((key) => templates.match(key.toString('latin1')) === wanted);
        removed += await unlink(redis, own, bound);
      } while (cursor !== '0');
    }
  }
  return removed;
}

/** UNLINK; on a cluster key by key, as keys of one company lie in many slots. */
export async function unlink(
  redis: Redis | Cluster,
  keys: (string | Buffer)[],
  bound: <T>(command: Promise<T>) => Promise<T>,
): Promise<number> {
  if (keys.length === 0) return 0;
  if (!isCluster(redis)) return bound(redis.unlink(...keys));
  const counts = await Promise.all(keys.map((key) => bound(redis.unlink(key))));
  return counts.reduce((sum, n) => sum + n, 0);
}
