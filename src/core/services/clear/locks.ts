import { RcmError } from '../../errors.js';
import type { Lease } from '../../redis/lease.js';
import { ownKeys } from '../../redis/namespace.js';
import { takeLock } from '../lock.js';
import type { Ports } from '../ports.js';

/** Leases of the companies that are worked on. */
export interface Locks {
  leases: Lease[];
  warnings: string[];
  release(): Promise<void>;
}

/** More companies than this are locked by one lease for all of them. */
const MOST_LEASES = 64;

/**
 * Keeps a second run for the same company away. A run for all of them and one for a single company keep each other away too:
 * each looks for the other's lease after it has taken its own, so that of two at once at least one sees the other.
 * @throws RCM_CONFLICT when there is one; RCM_REDIS_*
 */
export async function lockCompanies(ports: Ports, companyIds: readonly string[]): Promise<Locks> {
  const single = companyIds.map((id) => `clear:${id}`);
  const many = companyIds.length > MOST_LEASES;
  const leases: Lease[] = [];
  const warnings = new Set<string>();
  const release = async () => {
    await Promise.all(leases.map((lease) => lease.release().catch(() => undefined)));
  };
  try {
    for (const name of many ? [ALL] : [...new Set(single)].sort()) {
      const lock = await takeLock(ports, name);
      if (lock === null) throw inUse(name);
      if (lock.lease) leases.push(lock.lease);
      if (lock.warning) warnings.add(lock.warning);
    }
    const other = await heldOf(ports, many ? single : [ALL]);
    if (other !== null) throw inUse(other);
  } catch (error) {
    await release();
    throw error;
  }
  return { leases, warnings: [...warnings], release };
}

/** No id: those begin with `clear:`. */
const ALL = 'clear-all';

/** The first of these leases that somebody holds; null when none is, or nobody may look. */
async function heldOf({ redis }: Ports, names: readonly string[]): Promise<string | null> {
  const held = await Promise.all(names.map((name) => redis.client.exists(ownKeys.lock(name)).catch(() => 0)));
  return names[held.findIndex((count) => count > 0)] ?? null;
}

function inUse(name: string): RcmError {
  const whose = name === ALL ? 'all companies' : `company '${name.slice('clear:'.length)}'`;
  return new RcmError(
    'RCM_CONFLICT',
    `Keys of ${whose} are being removed by another run`,
    'Nothing was removed. Wait until it has ended (at most a minute after it died), then run this again.',
  );
}
