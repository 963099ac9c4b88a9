import { setTimeout } from 'node:timers/promises';
import { sleep } from '../../sleep.js';

/** Waits, and ends at once when the signal is aborted. @throws never */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(() => undefined);
}

/** null when it fails or takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const controller = new AbortController();
  try {
    return await Promise.race([work.catch(() => null), setTimeout(ms, null, { signal: controller.signal })]);
  } finally {
    controller.abort();
  }
}

export function median(numbers: readonly number[]): number | null {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? null;
}
