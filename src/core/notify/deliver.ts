import { sleep } from '../sleep.js';
import { DeliveryError } from './delivery-error.js';

export interface DeliverOptions {
  /** Milliseconds for one attempt, from connecting to the answer. */
  timeoutMs: number;
  /** Ends it all. */
  signal?: AbortSignal | undefined;
  /** Milliseconds before the second attempt; each further pause is twice as long. */
  pauseMs?: number;
}

/** How it went: `error` is null when it was delivered. */
export interface Delivery<T> {
  attempts: number;
  error: string | null;
  result: T | null;
}

export const MOST_ATTEMPTS = 3;
/** A target that asks to be left alone for longer is tried again by a later run. */
export const LONGEST_PAUSE_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Tries up to three times, with pauses that grow and differ from run to run; as long as the target asks, where it does.
 * @throws the signal's reason; what `attempt` throws but DeliveryError
 */
export async function deliver<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal, pauseMs = PAUSE_MS }: DeliverOptions,
): Promise<Delivery<T>> {
  for (let attempts = 1; ; attempts++) {
    const error = await tried(attempt, timeoutMs, signal);
    if (!(error instanceof DeliveryError)) return { attempts, error: null, result: error.result };
    const grown = pauseMs * 2 ** (attempts - 1);
    const pause = Math.max(error.retryAfterMs ?? 0, grown / 2 + Math.random() * grown);
    if (!error.retry || attempts === MOST_ATTEMPTS) return { attempts, error: error.message, result: null };
    if (pause > LONGEST_PAUSE_MS) {
      const why = `${error.message}, and asks to be left alone for ${Math.ceil(pause / 1000)} s`;
      return { attempts, error: why, result: null };
    }
    await sleep(pause, signal);
  }
}

async function tried<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<{ result: T } | DeliveryError> {
  const time = AbortSignal.timeout(timeoutMs);
  try {
    return { result: await attempt(signal === undefined ? time : AbortSignal.any([signal, time])) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DeliveryError) return error;
    if (time.aborted) return new DeliveryError(`it did not answer within ${timeoutMs / 1000} s`, { retry: true });
    throw error;
  }
}
