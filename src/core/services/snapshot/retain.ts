import type { Retention } from '../../domain/activity.js';
import type { Store } from '../../store/store.js';

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
/** A first big clean-up is spread over runs: one ends after so long. */
const LONGEST_MS = 2000;

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
  retained.counterRows = await store.counterHours.prune(now, retention);
  retained.entries = (await store.activity.prune(now, retention)) + (await store.issues.prune(now, retention));
  return retained;
}
