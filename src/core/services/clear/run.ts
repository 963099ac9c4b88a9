import type { BackupWriter } from '../../backup/writer.js';
import type { KeyFilter } from '../../domain/key-filter.js';
import { RcmError } from '../../errors.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import { redisError } from '../../redis/redis-error.js';
import { UncertainRemoval } from '../../redis/removal/chunks.js';
import { RateCap } from '../../redis/removal/rate-cap.js';
import { type ReadLimits, readLimits } from '../../redis/removal/read-limits.js';
import type { SaveStep } from '../../redis/removal/save-steps.js';
import type { SweepStep } from '../../redis/removal/sweep.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import { Throttle } from '../../redis/scan/throttle.js';
import { isScriptingRefused } from '../../redis/script.js';
import { Lanes } from './lanes.js';
import { plainRemover, SavingRemover } from './remove-from-node.js';
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
  /** The same with a backup: found and read inside the server. */
  saveSteps?: ((node: ScanNode, throttle: Throttle, limits: ReadLimits) => AsyncIterable<SaveStep>) | undefined;
  backup: { writer: BackupWriter; allowSlow: boolean } | null;
  /** How `keysOf` chooses, besides by name. */
  filter: KeyFilter;
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
        causes.push(...(error instanceof AggregateError ? error.errors : [error]));
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

/** Steps whose keys are written to disk and removed while the next one is read. */
const IDLE_LANES = 3;

async function removeOn(node: ScanNode, tally: RemovalTally, options: RunOptions, signal: AbortSignal): Promise<void> {
  const throttle = await Throttle.of(node.redis, { signal });
  const { sweep, saveSteps, backup, keysOf } = options;
  const pace = { throttle, cap: new RateCap(options.maxRate), signal };
  const tell = () => options.onProgress?.(tally);
  if (backup === null) {
    if (sweep && (await unlessRefused(() => swept(sweep(node, throttle), tally, tell)))) return;
    const remove = plainRemover(node, pace, tally);
    for await (const page of keysOf(node, throttle, signal)) {
      if (page.length > 0) await remove(page);
      tell();
    }
    return;
  }
  // Reading a key for a backup would make it look used (Redis 7.2 and newer can be told).
  if (options.filter.idleSeconds !== undefined)
    await node.redis.call('CLIENT', 'NO-TOUCH', 'ON').catch(() => undefined);
  const limits = await readLimits(node.redis, backup.allowSlow);
  const remover = new SavingRemover(node, pace, tally, { writer: backup.writer, limits, filter: options.filter });
  // A server that others use is asked for one thing at a time.
  const width = () => (throttle.pacer.load === 'idle' ? IDLE_LANES : 1);
  if (saveSteps && (await unlessRefused(() => saved(saveSteps(node, throttle, limits), remover, width, tell)))) return;
  for await (const page of keysOf(node, throttle, signal)) {
    if (page.length > 0) await remover.remove(page);
    tell();
  }
}

async function saved(
  steps: AsyncIterable<SaveStep>,
  remover: SavingRemover,
  width: () => number,
  tell: () => void,
): Promise<void> {
  const lanes = new Lanes();
  // SCAN may show a key again while a table shrinks: one that is being saved is not saved twice.
  const underWay = new Set<string>();
  const nameOf = ({ key }: KeyInfo) => key.toString('latin1');
  try {
    for await (const step of steps) {
      const readings = step.readings.filter(({ info }) => !underWay.has(nameOf(info)));
      const named = step.named.filter((info) => !underWay.has(nameOf(info)));
      const names = [...readings.map(({ info }) => info), ...named].map(nameOf);
      for (const name of names) underWay.add(name);
      await lanes.add(width(), async () => {
        await remover.removeRead(readings);
        if (named.length > 0) await remover.remove(named);
        for (const name of names) underWay.delete(name);
        tell();
      });
    }
  } finally {
    // Nothing may be under way when the run ends, or goes on another way.
    await lanes.drain();
  }
}

async function swept(steps: AsyncIterable<SweepStep>, tally: RemovalTally, tell: () => void): Promise<void> {
  for await (const { removed } of steps) {
    for (const { companyId, keys, bytes } of removed) tally.add(companyId, keys, bytes);
    tell();
  }
}

/** false where the server refuses scripts: what was done until then is told, and the rest is done another way. */
async function unlessRefused(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof RcmError || !isScriptingRefused(error)) throw error;
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
