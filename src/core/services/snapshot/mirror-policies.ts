import { removePolicyMirror, writePolicyMirror } from '../../redis/policy-mirror.js';
import type { Store } from '../../store/store.js';
import type { Ports } from '../ports.js';

/** A policy that changes while it is mirrored is mirrored again, so often at most. */
const MOST_ROUNDS = 3;

/**
 * Writes every durable policy to Redis again: a mirror that was lost (a flush, a change while Redis was away) is back. What
 * only Redis has is left: another store may have put it there.
 * A Redis that is only read here is none of a run's faults: that is a warning.
 * @returns how many were mirrored; null where Redis may not be written
 * @throws what Redis says; RCM_STORE_*, RCM_MONGODB_*
 */
export async function mirrorPolicies(
  { redis }: Pick<Ports, 'redis'>,
  { policies }: Pick<Store, 'policies'>,
  warnings: string[],
): Promise<number | null> {
  const mirrored = new Map<string, number>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const stored = await policies.list();
    const stale = stored.filter(({ companyId, version }) => mirrored.get(companyId) !== version);
    const known = new Set(stored.map(({ companyId }) => companyId));
    // Removed in between, and written here after that: nothing else would take it away again.
    const removed = [...mirrored.keys()].filter((companyId) => !known.has(companyId));
    if (stale.length === 0 && removed.length === 0) break;
    try {
      await writePolicyMirror(redis.client, stale);
      for (const companyId of removed) await removePolicyMirror(redis.client, companyId);
    } catch (error) {
      if (!/NOPERM|READONLY/.test(String(error))) throw error;
      warnings.push('Policies were not mirrored: Redis may not be written.');
      return null;
    }
    for (const companyId of removed) mirrored.delete(companyId);
    for (const { companyId, version } of stale) mirrored.set(companyId, version);
  }
  return mirrored.size;
}
