import type { Retention } from '../../domain/activity.js';
import { DAY_MS, SECOND_MS } from '../../domain/units.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Ports } from '../ports.js';

export interface Retained {
  /** Snapshots that were thinned out or too old. */
  snapshots: number;
  /** Those that are still to go: the next runs remove them. */
  snapshotsLeft: number;
  /** Hours of counters that were merged to days, and days that were too old. */
  counterRows: number;
  /** Entries of the log, and issues resolved long ago. */
  entries: number;
}

const SNAPSHOTS_AT_ONCE = 20;
/** A first big clean-up is spread over runs: one ends after so long, for snapshots, counters and the log each. */
const LONGEST_MS = 2000;

/** By so much the clock here may be ahead of Redis's: what is deleted a day too early matters little. */
const MOST_AHEAD_MS = DAY_MS;

/**
 * History is deleted by its age: a machine whose clock was set to another year must not delete it all. Where Redis does not
 * tell its time, the clock is trusted.
 * @throws RCM_CONFLICT when this machine's clock is over a day ahead of Redis's
 */
export async function assertClock({ redis }: Pick<Ports, 'redis'>, now: Date): Promise<void> {
  const time = await Promise.resolve(redis.client.time()).catch(() => null);
  if (time === null) return;
  const aheadMs = now.getTime() - Number(time[0]) * SECOND_MS;
  if (aheadMs <= MOST_AHEAD_MS) return;
  throw new RcmError(
    'RCM_CONFLICT',
    `the clock of this machine is ${(aheadMs / DAY_MS).toFixed(1)} days ahead of Redis's`,
    'Set the clock that is wrong.',
  );
}

/** Applies retention to all history. @throws RCM_STORE_*, RCM_MONGODB_* */
export async function retain(
  store: Pick<Store, 'snapshots' | 'counterHours' | 'activity' | 'issues'>,
  now: Date,
  retention: Retention,
  signal?: AbortSignal,
): Promise<Retained> {
  const retained: Retained = { snapshots: 0, snapshotsLeft: 0, counterRows: 0, entries: 0 };
  const end = performance.now() + LONGEST_MS;
  do {
    signal?.throwIfAborted();
    const { snapshots, left } = await store.snapshots.prune(now, retention, SNAPSHOTS_AT_ONCE);
    retained.snapshots += snapshots;
    retained.snapshotsLeft = left;
  } while (retained.snapshotsLeft > 0 && performance.now() < end);
  retained.counterRows = await store.counterHours.prune(now, retention, performance.now() + LONGEST_MS);
  retained.entries = await store.activity.prune(now, retention, performance.now() + LONGEST_MS);
  retained.entries += await store.issues.prune(now, retention);
  return retained;
}
