import type { Redis } from 'ioredis';
import type { KeyInfo } from '../keys/key-info.js';
import { isScriptingRefused, runWriting } from '../script.js';
import { type ChunkDone, fateOf, inChunks, type Pace } from './chunks.js';
import { REMOVE } from './removal.lua.js';

/** Told of each key: the bytes it held when it was removed, or null when it was gone before. */
export type OnRemoved = (key: KeyInfo, bytes: number | null) => void;

/** Removes keys of one server by UNLINK, measured as they go. */
export class KeyRemover {
  #scripted = true;

  constructor(
    private readonly redis: Redis,
    private readonly pace: Pace,
  ) {}

  /** @throws UncertainRemoval when the connection breaks; what Redis says; the signal's reason when it is aborted */
  async remove(keys: readonly KeyInfo[], onRemoved: OnRemoved): Promise<void> {
    await inChunks(keys, this.pace, async (chunk, budgetUs) => {
      try {
        if (this.#scripted) return await this.#byScript(chunk, budgetUs, onRemoved);
      } catch (error) {
        if (!isScriptingRefused(error)) throw fateOf(error, chunk.length);
        this.#scripted = false;
      }
      return this.#byCommands(chunk.slice(0, 100), onRemoved);
    });
  }

  async #byScript(chunk: readonly KeyInfo[], budgetUs: number, onRemoved: OnRemoved): Promise<ChunkDone> {
    const reply = await runWriting(this.redis, REMOVE, [], [budgetUs, ...chunk.map(({ key }) => key)]);
    const [serverUs = 0, dealtWith = 0, ...bytes] = reply as number[];
    for (let i = 0; i < dealtWith; i += 1) {
      const held = bytes[i] ?? -1;
      onRemoved(chunk[i] as KeyInfo, held < 0 ? null : held);
    }
    return { serverUs, dealtWith };
  }

  async #byCommands(chunk: readonly KeyInfo[], onRemoved: OnRemoved): Promise<ChunkDone> {
    const pipeline = this.redis.pipeline();
    for (const { key } of chunk) pipeline.memory('USAGE', key).unlink(key);
    const replies = await pipeline.exec().catch((error: unknown) => {
      throw fateOf(error, chunk.length);
    });
    let failure: unknown = null;
    let unknown = 0;
    chunk.forEach((key, i) => {
      const [, bytes] = replies?.[2 * i] ?? [null, null];
      const [error, count] = replies?.[2 * i + 1] ?? [new Error('no reply'), 0];
      if (error === null) onRemoved(key, count === 1 ? ((bytes as number | null) ?? 0) : null);
      else {
        failure ??= error;
        if (error.name !== 'ReplyError') unknown += 1;
      }
    });
    if (failure !== null) throw unknown > 0 ? fateOf(failure, unknown) : failure;
    return { serverUs: 0, dealtWith: chunk.length };
  }
}
