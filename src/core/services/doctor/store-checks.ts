import { DAY_MS, HOUR_MS } from '../../domain/units.js';
import type { Store } from '../../store/store.js';
import type { Check } from './report.js';

/** The durable state as the engine sees it, and whether history is being recorded. */
export async function checkStore(store: Store, clock: () => Date): Promise<Check[]> {
  const area = store.engine === 'mongodb' ? 'mongodb' : 'store';
  const findings = await store.diagnose();
  const now = clock();
  // Platform rows alone tell the age: a year of companies need not be read for it.
  const recent = await store.snapshots.platformRange(new Date(now.getTime() - 2 * DAY_MS), now);
  return [...findings.map((finding): Check => ({ area, ...finding })), history(recent.at(-1)?.takenAt, now)];
}

function history(newest: Date | undefined, now: Date): Check {
  const hint = 'Run `rcm snapshot` every hour, from cron.';
  const base = { area: 'store', name: 'snapshots' } as const;
  if (newest === undefined)
    return { ...base, state: 'info', message: 'No snapshot was taken in the last two days', hint };
  const hours = (now.getTime() - newest.getTime()) / HOUR_MS;
  const message = `The newest snapshot is of ${newest.toISOString()}`;
  return hours <= 3 ? { ...base, state: 'ok', message, hint: null } : { ...base, state: 'warning', message, hint };
}
