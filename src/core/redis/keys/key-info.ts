import type { BaseStep } from '../scan/drive.js';
import type { CompanyKey } from './selection.js';

/** What can be asked of each key. `idle` fails under an LFU policy, and is null then. */
export const KEY_DETAILS = ['bytes', 'type', 'ttl', 'idle'] as const;
export type KeyDetail = (typeof KEY_DETAILS)[number];

/** A key with what was asked of it; null is unknown or was not asked. */
export interface KeyInfo extends CompanyKey {
  /** MEMORY USAGE, by Redis's own sampling. */
  bytes: number | null;
  type: string | null;
  /** Milliseconds left; -1 when it never expires. */
  ttlMs: number | null;
  /** Seconds since it was last used. */
  idleSeconds: number | null;
}

/** One step of a walk over companies' keys. */
export interface KeyStep extends BaseStep {
  found: KeyInfo[];
}
