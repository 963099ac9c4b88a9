import { decode } from '@msgpack/msgpack';
import type { Redis } from 'ioredis';
import type { KeyInfo } from '../keys/key-info.js';
import { isScriptingRefused, runReadOnly } from '../script.js';
import { type ChunkDone, inChunks, type Pace } from './chunks.js';
import { dumpByCommands } from './dump-by-commands.js';
import { MOST_DUMPED_BYTES, type ReadLimits } from './read-limits.js';
import type { Reading } from './reading.js';
import { DUMP_KEYS } from './removal.lua.js';

/** Reads keys of one server for a backup. */
export class KeyDumper {
  #scripted = true;

  constructor(
    private readonly redis: Redis,
    private readonly pace: Pace,
    private readonly limits: ReadLimits,
  ) {}

  /**
   * Calls `use` with the keys of each request, and waits for it before the next.
   * @throws what Redis says, what `use` throws, the signal's reason when it is aborted
   */
  async dump(keys: readonly KeyInfo[], use: (readings: Reading[]) => Promise<void>): Promise<void> {
    await inChunks(keys, this.pace, async (chunk, budgetUs) => {
      const { readings, serverUs } = await this.#read(chunk, budgetUs);
      await use(readings);
      return { serverUs, dealtWith: readings.length } satisfies ChunkDone;
    });
  }

  async #read(chunk: readonly KeyInfo[], budgetUs: number): Promise<{ readings: Reading[]; serverUs: number }> {
    const { bytes, elements, dumpBytes } = this.limits;
    if (this.#scripted)
      try {
        const args = [budgetUs, MOST_DUMPED_BYTES, bytes, elements, dumpBytes, ...chunk.map(({ key }) => key)];
        return readingsOf(chunk, await runReadOnly(this.redis, DUMP_KEYS, [], args));
      } catch (error) {
        if (!isScriptingRefused(error)) throw error;
        this.#scripted = false;
      }
    const readings = await dumpByCommands(this.redis, chunk.slice(0, 100), this.limits, MOST_DUMPED_BYTES);
    return { readings, serverUs: 0 };
  }
}

function readingsOf(chunk: readonly KeyInfo[], reply: unknown): { readings: Reading[]; serverUs: number } {
  const [serverUs, count, dumps, packed] = reply as [number, number, Buffer[], Buffer];
  const [types, expiries, sizes] = decode(packed) as [string[], number[], number[]];
  const readings = chunk.slice(0, count).map((info, i): Reading => {
    const bytes = sizes[i] ?? -1;
    if (bytes < 0) return { info, missing: bytes === -2 ? 'too large' : 'gone' };
    return { info, type: types[i] ?? '', expiresAtMs: expiries[i] ?? -1, bytes, dump: dumps[i] as Buffer };
  });
  return { readings, serverUs };
}
