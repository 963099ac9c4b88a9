import type { Redis } from 'ioredis';
import { isScriptingRefused, runWriting } from '../script.js';
import { type ChunkDone, fateOf, inChunks, type Pace } from './chunks.js';
import { expiriesOf } from './dump-by-commands.js';
import type { DumpedKey } from './reading.js';
import { REMOVE_UNCHANGED } from './removal.lua.js';

/** What became of a key that was read before. */
export type Fate = 'removed' | 'gone' | 'changed';
const FATES: readonly Fate[] = ['gone', 'removed', 'changed'];

/** Removes keys of one server that are still as they were read, so that a backup holds exactly what goes. */
export class UnchangedRemover {
  #scripted = true;
  /** WATCH is the connection's: transactions wait for each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    private readonly pace: Pace,
  ) {}

  /** @throws UncertainRemoval when the connection breaks; what Redis says */
  async remove(keys: readonly DumpedKey[], onFate: (key: DumpedKey, fate: Fate) => void): Promise<void> {
    await inChunks(keys, this.pace, async (chunk, budgetUs) => {
      try {
        if (this.#scripted) return await this.#byScript(chunk, budgetUs, onFate);
      } catch (error) {
        if (!isScriptingRefused(error)) throw fateOf(error, chunk.length);
        this.#scripted = false;
      }
      const [key] = chunk;
      if (key !== undefined) onFate(key, await this.#inTurn(() => this.#byTransaction(key)));
      return { serverUs: 0, dealtWith: 1 };
    });
  }

  async #byScript(
    chunk: readonly DumpedKey[],
    budgetUs: number,
    onFate: (key: DumpedKey, fate: Fate) => void,
  ): Promise<ChunkDone> {
    const args = chunk.flatMap(({ info, dump, expiresAtMs }) => [info.key, checksumOf(dump), expiresAtMs]);
    const reply = await runWriting(this.redis, REMOVE_UNCHANGED, [], [budgetUs, ...args]);
    const [serverUs = 0, dealtWith = 0, ...fates] = reply as number[];
    for (let i = 0; i < dealtWith; i += 1) onFate(chunk[i] as DumpedKey, FATES[fates[i] ?? 0] as Fate);
    return { serverUs, dealtWith };
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** WATCH sees every change between reading the key again and removing it. */
  async #byTransaction({ info, dump, expiresAtMs }: DumpedKey): Promise<Fate> {
    try {
      await this.redis.watch(info.key);
      const now = await this.redis.dumpBuffer(info.key);
      const [expiry = -1] = now === null ? [] : await expiriesOf(this.redis, [info]);
      if (now === null || expiry !== expiresAtMs || !checksumOf(now).equals(checksumOf(dump))) {
        await this.redis.unwatch();
        return now === null ? 'gone' : 'changed';
      }
      const replies = await this.redis.multi().unlink(info.key).exec();
      if (replies === null) return 'changed';
      return replies[0]?.[1] === 1 ? 'removed' : 'gone';
    } catch (error) {
      throw fateOf(error, 1);
    }
  }
}

/** Every DUMP ends with a CRC-64 of what stands before it. */
function checksumOf(dump: Buffer): Buffer {
  return dump.subarray(-8);
}
