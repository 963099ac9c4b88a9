import { type ReuseStudy, studyReuse } from '../../domain/detect/reuse.js';
import { formatAge } from '../../domain/format.js';
import { SECOND_MS } from '../../domain/units.js';
import type { Window } from '../../domain/window.js';
import { messageOf, RcmError } from '../../errors.js';
import { type RecordedEvent, readEvents, writtenAtMs } from '../../redis/events.js';
import type { Ports } from '../ports.js';
import type { ServerHistory } from './servers.js';

/** Streams read at a time. */
const AT_ONCE = 8;
/** Clears of one company that are looked at. */
const MOST_CLEARS = 1000;
/** An event that says it took place so long after it was written comes from a clock that is ahead. */
const AHEAD_MS = 5 * SECOND_MS;

/** How the suspects' keys were read again, from what Redis holds of their accesses. @throws what Redis says */
export async function studySuspects(
  ports: Ports,
  companyIds: readonly string[],
  { window, servers, earlyLifetimes }: { window: Window; servers: ServerHistory; earlyLifetimes: number },
  warnings: string[],
): Promise<Map<string, ReuseStudy>> {
  const studies = new Map<string, ReuseStudy>();
  let aheadMs = 0;
  const clears = clearReader(ports, window, warnings);
  for (let i = 0; i < companyIds.length; i += AT_ONCE) {
    ports.signal?.throwIfAborted();
    await Promise.all(
      companyIds.slice(i, i + AT_ONCE).map(async (companyId) => {
        const events = await eventsOf(ports, companyId);
        for (const { id, timestampMs } of events) aheadMs = Math.max(aheadMs, timestampMs - writtenAtMs(id));
        const inWindow = events.filter(({ timestampMs }) => timestampMs >= window.from.getTime());
        const study = studyReuse(inWindow, {
          clearedAt: await clears(companyId),
          startedAt: servers.startedAt,
          evictions: servers.evictedInWindow,
          earlyLifetimes,
        });
        if (study !== null) studies.set(companyId, study);
      }),
    );
  }
  if (aheadMs > AHEAD_MS)
    warnings.push(
      `An application's clock is ${formatAge(aheadMs / SECOND_MS)} ahead of Redis's: why keys were missed may be told wrongly.`,
    );
  return studies;
}

/** A key of another type holds no events. */
async function eventsOf({ redis }: Ports, companyId: string): Promise<RecordedEvent[]> {
  return readEvents(redis.client, companyId).catch((error: Error) => {
    if (error.message.startsWith('WRONGTYPE')) return [];
    throw error;
  });
}

/** When somebody cleared all of a company's cache with this tool. A log that cannot be read is told of once. */
function clearReader({ store }: Ports, window: Window, warnings: string[]): (companyId: string) => Promise<Date[]> {
  let failed = store instanceof RcmError;
  return async (companyId) => {
    if (failed || store instanceof RcmError) return [];
    try {
      const query = { companyId, types: ['clear' as const], since: window.from, until: window.to, limit: MOST_CLEARS };
      const entries = await store.activity.list(query);
      return entries.filter(({ details }) => isWholeClear(details)).map(({ timestamp }) => timestamp);
    } catch (error) {
      if (!failed) warnings.push(`Clears in the log are unknown: ${messageOf(error)}`);
      failed = true;
      return [];
    }
  };
}

function isWholeClear(details: Record<string, unknown>): boolean {
  if (details.phase !== 'outcome' || details.command !== 'clear') return false;
  return details.match == null && details.olderThanSeconds == null && details.largerThanBytes == null;
}
