import { parseDuration } from '../core/domain/window.js';
import { RcmError } from '../core/errors.js';
import { type SnapshotResult, takeSnapshot, youngSnapshot } from '../core/services/snapshot.js';
import type { Context } from './context.js';
import { scanProgress } from './progress.js';

/** One run of `snapshot`. @throws RCM_USAGE; RCM_REDIS_*, RCM_MONGODB_*, RCM_STORE_* */
export async function snapshotRun(
  context: Context,
  flags: { 'if-older-than'?: string | undefined },
): Promise<SnapshotResult> {
  const options = optionsOf(flags['if-older-than']);
  const ports = await context.ports();
  if (!(ports.store instanceof RcmError)) {
    // Before a lock is taken: where nothing is to be done, nothing is written.
    const newest = await youngSnapshot(ports.store, ports.clock(), options);
    if (newest !== null) return { recorded: false, busy: false, newest };
  }
  const progress = scanProgress(process.stderr);
  const { onProgress } = progress;
  return takeSnapshot(onProgress ? { ...ports, onProgress } : ports, options).finally(progress.done);
}

function optionsOf(text: string | undefined): { ifOlderThanMs?: number } {
  if (text === undefined) return {};
  const ifOlderThanMs = parseDuration(text);
  if (ifOlderThanMs === null)
    throw new RcmError('RCM_USAGE', `--if-older-than '${text}' is no length of time`, 'Examples: 10m, 1h, 1d.');
  return { ifOlderThanMs };
}
