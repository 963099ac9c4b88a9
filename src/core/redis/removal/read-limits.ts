import type { Redis } from 'ioredis';
import { LARGEST_BYTES, LARGEST_ELEMENTS } from '../scan/stepper.js';
import { DEFAULT_BULK_BYTES, mostBulk } from './most-bulk.js';

/** Dumps in one reply: enough to keep the disk busy, little enough to be held twice. */
export const MOST_DUMPED_BYTES = 4 * 1024 ** 2;

/** What may be read of a server for a backup; 0 is no limit. */
export interface ReadLimits {
  bytes: number;
  elements: number;
  /** The longest DUMP that RESTORE would take: a longer one could never come back. */
  dumpBytes: number;
}

/** @param allowSlow read even keys of over 100,000 elements or 16 MB (DESIGN §8) */
export async function readLimits(redis: Redis, allowSlow: boolean): Promise<ReadLimits> {
  // Whatever this server takes, another that it is restored to may be as Redis comes.
  const dumpBytes = Math.min(await mostBulk(redis), DEFAULT_BULK_BYTES);
  return {
    ...(allowSlow ? { bytes: 0, elements: 0 } : { bytes: LARGEST_BYTES, elements: LARGEST_ELEMENTS }),
    dumpBytes,
  };
}
