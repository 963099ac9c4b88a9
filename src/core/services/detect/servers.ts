import { EVICTIONS_OVER_MS, type EvictedSince, evictedSince } from '../../domain/evictions.js';
import { formatAge } from '../../domain/format.js';
import { type NamedServer, redisTotals } from '../../domain/server-info.js';
import type { PlatformSnapshot } from '../../domain/snapshot.js';
import { MINUTE_MS, SECOND_MS } from '../../domain/units.js';
import type { Window } from '../../domain/window.js';
import { messageOf, RcmError } from '../../errors.js';
import type { Ports } from '../ports.js';

/** What happened to the servers: keys that were evicted, and restarts. */
export interface ServerHistory {
  /** Since the last snapshot. */
  evictions: EvictedSince | null;
  /** Whether any key was evicted in the window; false where that is unknown. */
  evictedInWindow: boolean;
  /** Starts that are known, within the window. */
  startedAt: Date[];
}

/** Starts that two snapshots tell of are the same within so much. */
const SAME_START_MS = 5 * SECOND_MS;

/** By the servers' own word and the platform's snapshots. Never throws: a store that cannot be read is a warning. */
export async function readServerHistory(
  { store }: Ports,
  servers: readonly NamedServer[] | null,
  window: Window,
  warnings: string[],
): Promise<ServerHistory> {
  const totals = redisTotals(servers);
  let rows: PlatformSnapshot[] = [];
  let atStart: PlatformSnapshot | null = null;
  if (!(store instanceof RcmError))
    try {
      rows = await store.snapshots.platformRange(window.from, new Date(window.to.getTime() - 1));
      atStart = await store.snapshots.latestPlatform(window.from);
    } catch (error) {
      warnings.push(`Snapshots could not be read: ${messageOf(error)}`);
    }
  const before = (row: PlatformSnapshot | null | undefined) =>
    row ? { takenAt: row.takenAt, evictedKeys: row.redisEvictedKeys } : null;
  const long = window.to.getTime() - EVICTIONS_OVER_MS;
  const base = rows.findLast(({ takenAt }) => takenAt.getTime() <= long) ?? atStart ?? rows.at(-1);
  const evictions = evictedSince(totals, before(base), window.to);
  const inWindow = evictedSince(totals, before(atStart ?? rows[0]), window.to);
  return { evictions, evictedInWindow: (inWindow?.keys ?? 0) > 0, startedAt: startsOf(servers, rows, window) };
}

function startsOf(servers: readonly NamedServer[] | null, rows: readonly PlatformSnapshot[], window: Window): Date[] {
  const told = [
    ...rows.map(({ takenAt, redisUptimeSeconds }) => ({ at: takenAt, uptime: redisUptimeSeconds })),
    ...(servers ?? []).map(({ uptimeSeconds }) => ({ at: window.to, uptime: uptimeSeconds })),
  ];
  const starts: number[] = [];
  for (const { at, uptime } of told) {
    if (uptime === null) continue;
    const ms = at.getTime() - uptime * SECOND_MS;
    if (ms >= window.from.getTime() && !starts.some((other) => Math.abs(other - ms) <= SAME_START_MS)) starts.push(ms);
  }
  return starts.sort((a, b) => a - b).map((ms) => new Date(ms));
}

/** Clocks further apart than this shift what is counted when. */
const APART_MS = MINUTE_MS;

/** Whether this machine's clock and Redis's agree. Never throws. */
export async function compareClocks({ redis, clock }: Ports, warnings: string[]): Promise<void> {
  const time = await redis.server.time().catch(() => null);
  if (time === null) return;
  const ahead = clock().getTime() - Number(time[0]) * SECOND_MS;
  if (Math.abs(ahead) < APART_MS) return;
  warnings.push(
    `This machine's clock is ${formatAge(Math.abs(ahead) / SECOND_MS)} ${ahead > 0 ? 'ahead of' : 'behind'} Redis's: what was recorded when is told wrongly by as much.`,
  );
}
