import { RcmError } from '../../errors.js';
import type { Lease } from '../../redis/lease.js';
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

/** Keeps a second run for the same company away. @throws RCM_CONFLICT when there is one; RCM_REDIS_* */
export async function lockCompanies(ports: Ports, companyIds: readonly string[]): Promise<Locks> {
  const names = companyIds.length > MOST_LEASES ? ['clear:*'] : companyIds.map((id) => `clear:${id}`);
  const leases: Lease[] = [];
  const warnings = new Set<string>();
  const release = async () => {
    await Promise.all(leases.map((lease) => lease.release().catch(() => undefined)));
  };
  for (const name of [...new Set(names)].sort()) {
    const lock = await takeLock(ports, name).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    if (lock === null) {
      await release();
      throw new RcmError(
        'RCM_CONFLICT',
        `Keys of ${name === 'clear:*' ? 'all companies' : `company '${name.slice('clear:'.length)}'`} are being removed by another run`,
        'Nothing was removed. Wait until it has ended (at most a minute after it died), then run this again.',
      );
    }
    if (lock.lease) leases.push(lock.lease);
    if (lock.warning) warnings.add(lock.warning);
  }
  return { leases, warnings: [...warnings], release };
}
