import { closedHours } from '../../domain/counter-hours.js';
import { type HeldHour, hasChanged, heldHours, readHour } from '../../redis/counter-hours.js';
import type { Store } from '../../store/store.js';
import type { Ports } from '../ports.js';

export interface RolledCounters {
  /** Hours written, of all companies together. */
  hours: number;
  /** Companies that they are of. */
  companies: number;
}

/**
 * Copies every closed hour of counters that Redis holds and the store has not, or has as it was before a late write. No
 * watermark is trusted: what a run missed, or began and did not end, the next one does. Hours are written as they are, so
 * that writing one twice changes nothing.
 * @param companyIds those that have keys of ours in Redis
 * @throws what Redis says; RCM_STORE_*, RCM_MONGODB_*
 */
export async function rollCounters(
  { redis, signal }: Pick<Ports, 'redis' | 'signal'>,
  { counterHours }: Pick<Store, 'counterHours'>,
  companyIds: readonly string[],
  now: Date,
): Promise<RolledCounters> {
  const hours = closedHours(now.getTime());
  const stored = await counterHours.marks(hours[0] ?? 0);
  const held = await heldHours(redis.client, companyIds, hours);
  const changed = held.filter((one) => hasChanged(one, stored.get(one.companyId)?.get(one.hourMs)));
  const rolled: RolledCounters = { hours: 0, companies: new Set(changed.map(({ companyId }) => companyId)).size };
  for (const group of byHour(changed)) {
    signal?.throwIfAborted();
    await counterHours.put(await readHour(redis.client, group));
    rolled.hours += group.length;
  }
  return rolled;
}

/** The oldest first: it is the next to be lost. */
function byHour(held: readonly HeldHour[]): HeldHour[][] {
  const groups = new Map<number, HeldHour[]>();
  for (const one of held) {
    const group = groups.get(one.hourMs) ?? [];
    group.push(one);
    groups.set(one.hourMs, group);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
