import type { CompanyFacts, PlatformFacts } from '../../domain/evaluate.js';
import type { CompanySnapshot, PlatformSnapshot } from '../../domain/snapshot.js';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { companyNotFound, resolveCompany } from '../company/resolve.js';

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

/** One company as the newest snapshot has it. */
export interface SnapshotCompany {
  facts: CompanyFacts;
  /** The whole snapshot, and when it was taken. */
  all: SnapshotFacts;
  snapshot: { takenAt: Date; ageSeconds: number };
}

/**
 * @param word an id, a name, or a part of just one name
 * @throws RCM_SNAPSHOT_MISSING; RCM_COMPANY_NOT_FOUND for one that the snapshot does not have, RCM_COMPANY_AMBIGUOUS
 */
export async function companyInSnapshot(store: Store, now: Date, word: string): Promise<SnapshotCompany> {
  const all = await snapshotFacts(store, now);
  const { companies, recorded } = all;
  const { companyId } = resolveCompany(word, { source: 'import', companies }, { parts: true });
  const facts = companies.find((company) => company.companyId === companyId);
  if (facts === undefined) throw companyNotFound(word, companies);
  return { facts, all, snapshot: { takenAt: recorded.takenAt, ageSeconds: ageOf(recorded, now) } };
}

/** Age of a snapshot in whole seconds; 0 where its clock was ahead. */
export function ageOf({ takenAt }: Pick<PlatformSnapshot, 'takenAt'>, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - takenAt.getTime()) / 1000));
}

function factsOf(row: CompanySnapshot): CompanyFacts {
  const { storageBytes, calls, minutes, recordingBytes } = row;
  return { ...row, usage: { storageBytes, calls, minutes, recordingBytes } };
}
