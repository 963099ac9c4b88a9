import type { Cluster, Redis } from 'ioredis';
import { type RecordedEvent, readEventPage, readLatestId } from './events.js';

/** What a company's stream holds beyond a mark. */
export interface NewEvents {
  events: RecordedEvent[];
  /** Id of the newest entry. */
  upTo: string;
  /** Whether the stream began anew: what it holds may have been read under another id (Redis was flushed or restored, its clock moved). */
  restarted: boolean;
}

const PAGE = 1000;

/** Events after a mark (null: all), oldest first; null when there is no new entry. @throws what Redis says */
export async function readNewEvents(
  redis: Redis | Cluster,
  companyId: string,
  mark: string | null,
): Promise<NewEvents | null> {
  const latest = await readLatestId(redis, companyId);
  if (latest === null || latest === mark) return null;
  const restarted = mark !== null && isBefore(latest, mark);
  const events: RecordedEvent[] = [];
  // 0-0 is no entry's id: after it comes everything.
  let upTo = restarted || mark === null ? '0-0' : mark;
  for (;;) {
    const page = await readEventPage(redis, companyId, { after: upTo }, PAGE);
    events.push(...page.events);
    upTo = page.lastId ?? upTo;
    if (!page.full) break;
  }
  return { events, upTo, restarted };
}

/** Whether a stream id is the earlier one. */
function isBefore(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs !== bMs ? aMs < bMs : aSeq < bSeq;
}
