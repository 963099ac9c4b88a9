import { decode } from '@msgpack/msgpack';
import type { Redis } from 'ioredis';
import type { KeyInfo } from '../keys/key-info.js';
import { LARGEST_BYTES, LARGEST_ELEMENTS } from '../scan/stepper.js';
import { isScriptingRefused, runReadOnly } from '../script.js';
import { type ChunkDone, inChunks, type Pace } from './chunks.js';
import { dumpByCommands } from './dump-by-commands.js';
import type { Reading } from './reading.js';
import { DUMP_KEYS } from './removal.lua.js';

/** Dumps in one reply: enough to keep the disk busy, little enough to be held twice. */
export const MOST_DUMPED_BYTES = 4 * 1024 ** 2;

/** Bytes and elements of the largest key that may be read; 0 is no limit (DESIGN §8). @param allowSlow read any */
export function mostToRead(allowSlow: boolean): [bytes: number, elements: number] {
  return allowSlow ? [0, 0] : [LARGEST_BYTES, LARGEST_ELEMENTS];
}

/** Reads keys of one server for a backup. */
export class KeyDumper {
  #scripted = true;

  /** @param allowSlow read even keys of over 100,000 elements or 16 MB */
  constructor(
    private readonly redis: Redis,
    private readonly pace: Pace,
    private readonly allowSlow: boolean,
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
    const [maxBytes, maxElements] = mostToRead(this.allowSlow);
    if (this.#scripted)
      try {
        const args = [budgetUs, MOST_DUMPED_BYTES, maxBytes, maxElements, ...chunk.map(({ key }) => key)];
        return readingsOf(chunk, await runReadOnly(this.redis, DUMP_KEYS, [], args));
      } catch (error) {
        if (!isScriptingRefused(error)) throw error;
        this.#scripted = false;
      }
    const readings = await dumpByCommands(this.redis, chunk.slice(0, 100), { maxBytes, maxElements });
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
