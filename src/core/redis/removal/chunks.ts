import type { Throttle } from '../scan/throttle.js';
import type { RateCap } from './rate-cap.js';

/** How keys of one server are worked on: what may be asked of it, and how fast. */
export interface Pace {
  throttle: Throttle;
  cap: RateCap;
  signal: AbortSignal | undefined;
}

/** A removal whose answer never came: nobody knows which of these keys are gone. */
export class UncertainRemoval extends Error {
  constructor(
    readonly keys: number,
    cause: unknown,
  ) {
    super('The connection broke before the server had answered', { cause });
  }
}

/** Reads that a chunk costs the server's socket: a request of 512 keys is longer than its buffer. */
const REQUESTS = 2;

/** What one request did: server microseconds (0 when unknown), and how many of its items it dealt with. */
export interface ChunkDone {
  serverUs: number;
  dealtWith: number;
}

/**
 * Gives items to `send` in chunks, each when the throttle allows it; what a request leaves over goes into the next.
 * @throws what `send` throws; the signal's reason when it is aborted
 */
export async function inChunks<T>(
  items: readonly T[],
  { throttle, cap, signal }: Pace,
  send: (chunk: readonly T[], budgetUs: number) => Promise<ChunkDone>,
): Promise<void> {
  let at = 0;
  while (at < items.length) {
    throttle.assertWanted();
    throttle.sent(REQUESTS);
    const began = performance.now();
    const { serverUs, dealtWith } = await send(items.slice(at, at + cap.mostKeys), throttle.pacer.plan().budgetUs);
    throttle.spent(serverUs > 0 ? serverUs : (performance.now() - began) * 1000);
    at += dealtWith;
    await cap.after(dealtWith, signal);
    if (at < items.length) await throttle.turn();
  }
}

/** What the server said in a script that had done something before. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

/** The server's own word means that nothing was done; anything else, that nobody knows. */
export function fateOf(error: unknown, keys: number): unknown {
  const refused = error instanceof Error && error.name === 'ReplyError';
  return refused ? error : new UncertainRemoval(keys, error);
}
