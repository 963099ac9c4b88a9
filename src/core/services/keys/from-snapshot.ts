import type { Store } from '../../store/store.js';
import { companyInSnapshot } from '../companies/snapshot-facts.js';
import type { KeysListReport } from './list-report.js';

/**
 * What the newest snapshot knows of a company's keys: how many there were and their size. It holds no names. No Redis is asked.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_SNAPSHOT_MISSING, RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS; RCM_STORE_*, RCM_MONGODB_*
 */
export async function keysFromSnapshot(store: Store, now: Date, word: string): Promise<KeysListReport> {
  const { facts, all, snapshot } = await companyInSnapshot(store, now, word);
  const { companyId, companyName, keys, cacheBytes } = facts;
  return {
    generatedAt: now,
    company: { companyId, companyName },
    sort: null,
    snapshot,
    keys: null,
    matched: { keys, bytes: cacheBytes },
    nextCursor: null,
    warnings: all.recorded.warnings,
  };
}
