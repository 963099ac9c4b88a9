import { RcmError } from '../errors.js';
import { acquireLease, type Lease, removeDeadLease } from '../redis/lease.js';
import { redisError } from '../redis/redis-error.js';
import type { Ports } from './ports.js';

/** How long others wait after a holder has died. */
const LEASE_MS = 60_000;

/** Where Redis may not be written (no permission, full, a replica) nobody can be kept apart: said by `warning`, and gone on. */
export type Lock = { lease: Lease | null; warning: string | null };

/** The lease of a name; null when another process holds it. @throws RCM_REDIS_* */
export async function takeLock(ports: Ports, name: string): Promise<Lock | null> {
  try {
    const lease = await acquireLease(ports.redis.client, name, { ttlMs: LEASE_MS });
    return lease === null ? null : { lease, warning: null };
  } catch (error) {
    if (!/NOPERM|READONLY|OOM|MISCONF/.test(String(error))) throw redisError(error, ports.redis.label);
    return { lease: null, warning: 'Redis cannot be written: two runs at once cannot be kept apart.' };
  }
}

/** As `takeLock`, but a holder that was killed on this machine is not waited for. @throws RCM_REDIS_* */
export async function takeLockOfLiving(ports: Ports, name: string): Promise<Lock | null> {
  const lock = await takeLock(ports, name);
  if (lock !== null) return lock;
  const free = await removeDeadLease(ports.redis.client, name).catch(() => false);
  return free ? takeLock(ports, name) : null;
}

/** @throws RCM_CONFLICT when the lease was lost meanwhile */
export function assertHeld({ lease }: Lock, what: string): void {
  if (lease?.lost)
    throw new RcmError(
      'RCM_CONFLICT',
      `Another ${what} took over while this one ran`,
      'Look whether Redis was unreachable for a minute, and run it again.',
    );
}
