import type { Company } from '../../domain/company.js';

/** What is to be observed. */
export interface ObserveRequest {
  /** null: every company whose keys are used. */
  companies: readonly Company[] | null;
  durationMs: number;
  /** How long servers are looked at before; a second unless given, and no more than a quarter of the time that is observed. */
  baselineMs?: number;
  /** Stops when observing takes more percentage points of a server's command thread than this. */
  maxOverheadPercent: number;
  /** Adds what was seen to the counters and access events. */
  record: boolean;
  /** Records even companies whose application records itself. */
  force: boolean;
  onProgress?: ((progress: ObserveProgress) => void) | undefined;
}

export interface ObserveProgress {
  elapsedMs: number;
  durationMs: number;
  /** Over all servers and good intervals so far. */
  reads: number;
  misses: number;
}
