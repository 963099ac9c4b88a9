import type { BackupWriter } from '../../backup/writer.js';
import { RcmError } from '../../errors.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import { redisError } from '../../redis/redis-error.js';
import { UncertainRemoval } from '../../redis/removal/chunks.js';
import { RateCap } from '../../redis/removal/rate-cap.js';
import type { SweepStep } from '../../redis/removal/sweep.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import { Throttle } from '../../redis/scan/throttle.js';
import { isScriptingRefused } from '../../redis/script.js';
import { removerFor } from './remove-from-node.js';
import type { RemovalTally } from './tally.js';

/** Why a run ended before its end. */
export interface Stop {
  by: 'interrupt' | 'error';
  error: RcmError | null;
}

export interface RunOptions {
  /** The keys to remove on a server, page by page; it is asked for the next page when the last one is gone. */
  keysOf: (node: ScanNode, throttle: Throttle, signal: AbortSignal) => AsyncIterable<readonly KeyInfo[]>;
  /** The same inside the server, where neither a backup nor a rate is asked for. */
  sweep?: ((node: ScanNode, throttle: Throttle) => AsyncIterable<SweepStep>) | undefined;
  backup: { writer: BackupWriter; allowSlow: boolean } | null;
  maxRate: number | undefined;
  /** Aborted by Ctrl-C or SIGTERM. */
  interrupt: AbortSignal | undefined;
  /** Aborted when somebody else may be at the same keys. */
  lost: readonly AbortSignal[];
  /** The server's address, for messages. */
  label: string;
  onProgress?: (tally: RemovalTally) => void;
}

/** Removes from all servers at once. Never throws: what stopped it is returned, what was done is in the tally. */
export async function runRemoval(
  nodes: readonly ScanNode[],
  tally: RemovalTally,
  options: RunOptions,
): Promise<Stop | null> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.interrupt ? [options.interrupt] : []), ...options.lost]);
  const causes: unknown[] = [];
  await Promise.all(
    nodes.map((node) =>
      removeOn(node, tally, options, signal).catch((error: unknown) => {
        causes.push(error);
        failed.abort(error);
      }),
    ),
  );
  for (const cause of causes) if (cause instanceof UncertainRemoval) tally.uncertain += cause.keys;
  if (causes.length === 0) return null;
  if (options.lost.some((lease) => lease.aborted)) return { by: 'error', error: takenOver() };
  // Keys of unknown fate tell of a cut connection, which says more than an interruption beside it.
  const uncertain = causes.find((cause) => cause instanceof UncertainRemoval);
  if (options.interrupt?.aborted && uncertain === undefined) return { by: 'interrupt', error: null };
  const cause = uncertain instanceof UncertainRemoval ? uncertain.cause : causes[0];
  return { by: 'error', error: redisError(cause, options.label) };
}

async function removeOn(node: ScanNode, tally: RemovalTally, options: RunOptions, signal: AbortSignal): Promise<void> {
  const throttle = await Throttle.of(node.redis, { signal });
  if (options.sweep && (await swept(options.sweep(node, throttle), tally, options))) return;
  const pace = { throttle, cap: new RateCap(options.maxRate), signal };
  const remove = removerFor(node, pace, tally, options.backup);
  for await (const page of options.keysOf(node, throttle, signal)) {
    if (page.length > 0) await remove(page);
    options.onProgress?.(tally);
  }
}

/** false where the server refuses scripts, which it does before anything is removed. */
async function swept(steps: AsyncIterable<SweepStep>, tally: RemovalTally, options: RunOptions): Promise<boolean> {
  try {
    for await (const { removed } of steps) {
      for (const { companyId, keys, bytes } of removed) tally.add(companyId, keys, bytes);
      options.onProgress?.(tally);
    }
    return true;
  } catch (error) {
    if (!isScriptingRefused(error)) throw error;
    return false;
  }
}

function takenOver(): RcmError {
  return new RcmError(
    'RCM_CONFLICT',
    'Redis was away for so long that another run may have taken over: this one stopped',
    'Run it again to remove the rest.',
  );
}
