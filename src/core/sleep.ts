import { setTimeout } from 'node:timers/promises';

/**
 * Waits, and fails at once when the signal is aborted: with its reason, where Node's own timers hide it behind an
 * error of theirs, so that who catches it can tell why the work ended.
 * @throws the signal's reason
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
