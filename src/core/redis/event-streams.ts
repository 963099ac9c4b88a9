import type { Redis } from 'ioredis';
import { companyOfEventStream, EVENT_STREAMS_PATTERN } from './namespace.js';

/** Keys that one SCAN looks at: well under a millisecond of server time, since it only compares names. */
const KEYS_PER_STEP = 250;

/**
 * Ids of the companies that have a stream of access events, by looking through the names of all keys, server after server,
 * one small step at a time.
 * @param mostMs stops after so long: `complete` is false then
 * @throws what the client throws; the signal's reason when it is aborted
 */
export async function findEventStreams(
  servers: readonly Redis[],
  { mostMs, signal }: { mostMs: number; signal?: AbortSignal | undefined },
): Promise<{ companyIds: string[]; complete: boolean }> {
  const found = new Set<string>();
  const end = performance.now() + mostMs;
  for (const server of servers) {
    let cursor = '0';
    do {
      signal?.throwIfAborted();
      const [next, keys] = await server.scan(cursor, 'MATCH', EVENT_STREAMS_PATTERN, 'COUNT', KEYS_PER_STEP);
      for (const key of keys) found.add(companyOfEventStream(key) ?? '');
      cursor = next;
      if (cursor !== '0' && performance.now() > end) return { companyIds: named(found), complete: false };
    } while (cursor !== '0');
  }
  return { companyIds: named(found), complete: true };
}

function named(ids: ReadonlySet<string>): string[] {
  return [...ids].filter((id) => id !== '');
}
