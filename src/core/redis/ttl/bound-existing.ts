import type { Redis } from 'ioredis';
import type { CompanyKey, KeySelection } from '../keys/selection.js';
import { walkNode } from '../keys/walk-keys.js';
import { type ChunkDone, inChunks, type Pace } from '../removal/chunks.js';
import { RateCap } from '../removal/rate-cap.js';
import type { ScanNode } from '../scan/keyspace-scan.js';
import { Throttle } from '../scan/throttle.js';
import { isScriptingRefused, runWriting } from '../script.js';
import { BOUND } from './bound.lua.js';

/** A key that lives longer than it may. */
export interface UnboundedKey extends CompanyKey {
  /** Milliseconds that it had left; -1: it never expires. */
  formerTtlMs: number;
  /** Milliseconds that it may live from now. */
  maxTtlMs: number;
}

export interface BoundOptions {
  /** The most milliseconds that a key may live from now, which has `ttlMs` left (-1: no end); null: as long as it likes. */
  maxTtlMs: (key: CompanyKey, ttlMs: number) => number | null;
  /** Told of keys before any of them is changed, and waited for; when it throws, they are left as they are. */
  before?: (keys: readonly UnboundedKey[]) => void | Promise<void>;
  /** Told of each key that was changed (`changed`), or was not there or short enough by then. */
  after: (key: UnboundedKey, changed: boolean) => void;
  /** Told of each step, and waited for: how many keys were visited, and how many of them were within bounds. */
  onStep?: (visited: number, within: number) => void | Promise<void>;
  /** Leaves a key alone that was given an end since it was looked at. */
  onlyEndless?: boolean;
  /** Changes nothing: only `before` is told. */
  dryRun?: boolean;
  maxRate?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Keys by commands in one request. */
const BY_COMMANDS = 100;

/**
 * Shortens the lifetimes of the selected keys that are longer than they may be, and gives one to those that never expire: never
 * lengthens one. In small steps, server by server at once; by script, and where scripts are refused by PEXPIRE … LT. SCAN may show
 * a key twice while a table is being resized.
 * @param nodes primaries
 * @throws what the client and the callbacks throw; the signal's reason when it is aborted. What was changed until then is told
 */
export async function boundExisting(
  nodes: readonly ScanNode[],
  selection: KeySelection,
  options: BoundOptions,
): Promise<void> {
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const causes: unknown[] = [];
  await Promise.all(
    nodes.map((node) =>
      boundOn(node, selection, { ...options, signal }).catch((error: unknown) => {
        causes.push(error);
        failed.abort(error);
      }),
    ),
  );
  if (causes.length > 0) throw causes[0];
}

async function boundOn(
  { redis, ...node }: ScanNode,
  selection: KeySelection,
  options: BoundOptions & { signal: AbortSignal },
): Promise<void> {
  const { signal, maxRate, dryRun = false } = options;
  const throttle = await Throttle.of(redis, { signal });
  const bounder = new Bounder(redis, { throttle, cap: new RateCap(maxRate), signal }, options.onlyEndless === true);
  const walk = { details: ['ttl'] as const, signal, ahead: false, throttle, ...(dryRun && { maxRate }) };
  for await (const step of walkNode({ redis, ...node }, selection, walk)) {
    const long = step.found.flatMap(({ key, companyId, rest, ttlMs }): UnboundedKey[] => {
      if (ttlMs === null) return [];
      const maxTtlMs = options.maxTtlMs({ key, companyId, rest }, ttlMs);
      if (maxTtlMs === null || (ttlMs >= 0 && ttlMs <= maxTtlMs)) return [];
      return [{ key, companyId, rest, formerTtlMs: ttlMs, maxTtlMs }];
    });
    if (long.length > 0) {
      await options.before?.(long);
      if (!dryRun) await bounder.bound(long, options.after);
    }
    await options.onStep?.(step.visited, step.found.length - long.length);
  }
}

class Bounder {
  #scripted = true;

  constructor(
    private readonly redis: Redis,
    private readonly pace: Pace,
    private readonly onlyEndless: boolean,
  ) {}

  async bound(keys: readonly UnboundedKey[], after: BoundOptions['after']): Promise<void> {
    await inChunks(keys, this.pace, async (chunk, budgetUs) => {
      try {
        if (this.#scripted) return await this.#byScript(chunk, budgetUs, after);
      } catch (error) {
        if (!isScriptingRefused(error)) throw error;
        this.#scripted = false;
      }
      return this.#byCommands(chunk.slice(0, BY_COMMANDS), after);
    });
  }

  async #byScript(chunk: readonly UnboundedKey[], budgetUs: number, after: BoundOptions['after']): Promise<ChunkDone> {
    const args = chunk.flatMap(({ key, maxTtlMs }) => [key, maxTtlMs]);
    const [serverUs = 0, dealtWith = 0, ...done] = (await runWriting(
      this.redis,
      BOUND,
      [],
      [budgetUs, this.onlyEndless ? 1 : 0, ...args],
    )) as number[];
    for (let i = 0; i < dealtWith; i += 1) after(chunk[i] as UnboundedKey, done[i] === 1);
    return { serverUs, dealtWith };
  }

  /** NX, LT (Redis 7.0): only where there is no end; only where it is shorter, and what never expires counts as longest. */
  async #byCommands(chunk: readonly UnboundedKey[], after: BoundOptions['after']): Promise<ChunkDone> {
    const pipeline = this.redis.pipeline();
    for (const { key, maxTtlMs } of chunk) {
      if (this.onlyEndless) pipeline.pexpire(key, maxTtlMs, 'NX');
      else pipeline.pexpire(key, maxTtlMs, 'LT');
    }
    const replies = (await pipeline.exec()) ?? [];
    let failure: Error | null = null;
    chunk.forEach((key, i) => {
      const [error, done] = replies[i] ?? [new Error('no reply'), 0];
      if (error === null) after(key, done === 1);
      else failure ??= error;
    });
    if (failure !== null) throw failure;
    return { serverUs: 0, dealtWith: chunk.length };
  }
}
