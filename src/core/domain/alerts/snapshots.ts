import { formatAge } from '../format.js';
import { HOUR_MS, SECOND_MS } from '../units.js';
import { type AlertFacts, cannotTell, NOTHING, platformFinding, type Verdict } from './alert.js';

/** Snapshots are meant to be taken every hour: one missed may be chance, a day without is a hole in the history. */
export const STALE_WARNING_MS = 2 * HOUR_MS;
export const STALE_CRITICAL_MS = 24 * HOUR_MS;

/** No snapshot for too long. Where none was ever taken, nobody wants any. */
export function snapshotRule({ lastSnapshot, now }: AlertFacts): Verdict {
  if (lastSnapshot === null) return cannotTell('SNAPSHOTS_STALE');
  if (lastSnapshot === 'none') return NOTHING;
  const ageMs = now.getTime() - lastSnapshot.takenAt.getTime();
  if (ageMs < STALE_WARNING_MS) return NOTHING;
  return platformFinding({
    code: 'SNAPSHOTS_STALE',
    severity: ageMs >= STALE_CRITICAL_MS ? 'critical' : 'warning',
    message: `The newest snapshot is ${formatAge(ageMs / SECOND_MS)} old: history has a hole`,
    evidence: { takenAt: lastSnapshot.takenAt.toISOString(), ageSeconds: Math.round(ageMs / SECOND_MS) },
    command: 'rcm snapshot',
  });
}
