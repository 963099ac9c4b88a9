import type { KeyInfo } from '../keys/key-info.js';

/** A key as DUMP gives it. */
export interface DumpedKey {
  info: KeyInfo;
  type: string;
  /** Milliseconds since the epoch; -1 when it never expires. */
  expiresAtMs: number;
  /** MEMORY USAGE, by Redis's own sampling. */
  bytes: number;
  dump: Buffer;
}

/** What reading one key gave: its dump, or that it was gone, or too large to be read (DESIGN §8). */
export type Reading = DumpedKey | { info: KeyInfo; missing: 'gone' | 'too large' };
