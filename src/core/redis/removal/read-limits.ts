import type { Redis } from 'ioredis';
import { LARGEST_BYTES, LARGEST_ELEMENTS } from '../scan/stepper.js';

/** Dumps in one reply: enough to keep the disk busy, little enough to be held twice. */
export const MOST_DUMPED_BYTES = 4 * 1024 ** 2;

/** What may be read of a server for a backup; 0 is no limit. */
export interface ReadLimits {
  bytes: number;
  elements: number;
  /** The longest DUMP that RESTORE would take: a longer one could never come back. */
  dumpBytes: number;
}

/** Redis's own limit of one argument, unless it is set otherwise (proto-max-bulk-len). */
const LONGEST_ARGUMENT = 512 * 1024 ** 2;

/** @param allowSlow read even keys of over 100,000 elements or 16 MB (DESIGN §8) */
export async function readLimits(redis: Redis, allowSlow: boolean): Promise<ReadLimits> {
  // Managed services refuse CONFIG: then it is as Redis comes.
  const [, set] = ((await redis.config('GET', 'proto-max-bulk-len').catch(() => [])) as string[]) ?? [];
  const dumpBytes = Math.min(Number(set) || LONGEST_ARGUMENT, LONGEST_ARGUMENT);
  return {
    ...(allowSlow ? { bytes: 0, elements: 0 } : { bytes: LARGEST_BYTES, elements: LARGEST_ELEMENTS }),
    dumpBytes,
  };
}
