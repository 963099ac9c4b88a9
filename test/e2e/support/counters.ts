import type { Cluster, Redis } from 'ioredis';

const SLOT_MS = 300_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Writes counters by hand, as the recording format says: `rcm:{ID}:counters:HOUR`, field `SLOT:NAME`. */
export async function record(
  redis: Redis | Cluster,
  companyId: string,
  atMs: number,
  counters: Record<string, number>,
): Promise<void> {
  const hour = new Date(atMs).toISOString().slice(0, 13);
  const slot = Math.floor((atMs % HOUR_MS) / SLOT_MS);
  for (const [name, n] of Object.entries(counters))
    await redis.hincrby(`rcm:{${companyId}}:counters:${hour}`, `${slot}:${name}`, n);
}

export interface Recorded {
  sums: Record<string, number>;
  /** Start of the first slot with anything in it. */
  firstSlotMs: number;
}

/** Sums what a company's counter hashes hold in the slots that the window touches; null when there is nothing. */
export async function recordedIn(
  redis: Redis | Cluster,
  companyId: string,
  window: { fromMs: number; toMs: number },
): Promise<Recorded | null> {
  const sums: Record<string, number> = {};
  let firstSlotMs = Number.POSITIVE_INFINITY;
  for (let hourMs = window.fromMs - (window.fromMs % HOUR_MS); hourMs <= window.toMs; hourMs += HOUR_MS) {
    const key = `rcm:{${companyId}}:counters:${new Date(hourMs).toISOString().slice(0, 13)}`;
    for (const [field, value] of Object.entries(await redis.hgetall(key))) {
      const [slot = '', name = ''] = field.split(':');
      const slotMs = hourMs + Number(slot) * SLOT_MS;
      if (slotMs + SLOT_MS <= window.fromMs || slotMs > window.toMs) continue;
      sums[name] = (sums[name] ?? 0) + Number(value);
      firstSlotMs = Math.min(firstSlotMs, slotMs);
    }
  }
  return Object.keys(sums).length === 0 ? null : { sums, firstSlotMs };
}
