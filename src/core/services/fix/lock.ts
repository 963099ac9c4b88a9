import { RcmError } from '../../errors.js';
import { acquireLease, type Lease, removeDeadLease } from '../../redis/lease.js';
import { redisError } from '../../redis/redis-error.js';
import type { Ports } from '../ports.js';

/** How long others wait after a holder on another machine has died; one on this machine is seen to be gone. */
const LEASE_MS = 10_000;

/** The right to fix or undo something of one company; null when another process has it. @throws RCM_REDIS_* */
export async function takeFixLock({ redis }: Ports, companyId: string): Promise<Lease | null> {
  const name = `fix:${companyId}`;
  const take = () => acquireLease(redis.client, name, { ttlMs: LEASE_MS });
  try {
    const lease = await take();
    if (lease !== null) return lease;
    return (await removeDeadLease(redis.client, name)) ? await take() : null;
  } catch (error) {
    throw redisError(error, redis.label);
  }
}

/** The same, or refused. @throws RCM_CONFLICT; RCM_REDIS_* */
export async function lockFix(ports: Ports, companyId: string): Promise<Lease> {
  const lease = await takeFixLock(ports, companyId);
  if (lease !== null) return lease;
  throw new RcmError(
    'RCM_CONFLICT',
    `Another fix of company '${companyId}' is under way`,
    'Nothing was changed. Look with `rcm fix list`, and try again when it has ended.',
  );
}

/** @throws RCM_CONFLICT when the right was lost meanwhile */
export function assertLocked(lease: Lease): void {
  if (lease.lost) throw new NotYet('Redis was away or was restarted meanwhile: another process may have taken over');
}

/** Somebody else is at it, or may be: no reason to give up, the next command tries again. */
export class NotYet extends RcmError {
  constructor(message: string) {
    super(
      'RCM_CONFLICT',
      message,
      'Look with `rcm fix list`, which also finishes what was interrupted or takes it back.',
    );
  }
}
