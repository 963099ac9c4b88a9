import type { CompanyFacts, PlatformFacts } from '../../domain/evaluate.js';
import type { CompanySnapshot, PlatformSnapshot } from '../../domain/snapshot.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';

/** What the newest snapshot remembers, before any judgement. */
export interface SnapshotFacts {
  companies: CompanyFacts[];
  platform: PlatformFacts;
  /** The platform as it was recorded. */
  recorded: PlatformSnapshot;
}

/** Without what measuring needs: a process that reads a snapshot does not load it. @throws RCM_SNAPSHOT_MISSING */
export async function snapshotFacts(store: Store, now: Date): Promise<SnapshotFacts> {
  const snapshot = await store.snapshots.latest(now);
  if (snapshot === null)
    throw new RcmError(
      'RCM_SNAPSHOT_MISSING',
      `There is no snapshot in ${store.location}`,
      'Record one with `rcm snapshot`.',
    );
  const { companySource, redisUsedMemoryBytes, redisUptimeSeconds } = snapshot.platform;
  return {
    companies: snapshot.companies.map(factsOf),
    platform: { source: companySource, redisUsedMemoryBytes, uptimeSeconds: redisUptimeSeconds },
    recorded: snapshot.platform,
  };
}

function factsOf(row: CompanySnapshot): CompanyFacts {
  const { storageBytes, calls, minutes, recordingBytes } = row;
  return { ...row, usage: { storageBytes, calls, minutes, recordingBytes } };
}
