import type { Redis } from 'ioredis';
import type { KeyInfo } from '../keys/key-info.js';
import { LENGTH_COMMANDS } from '../keys/length-commands.js';
import type { ReadLimits } from './read-limits.js';
import type { Reading } from './reading.js';

/**
 * Reads keys by pipelined commands, for servers that refuse scripts: first what they are, then what may be read, and of that
 * as many as `mostBytes` hold (one at least): the answer covers the first keys, perhaps not all.
 * @throws what Redis says
 */
export async function dumpByCommands(
  redis: Redis,
  keys: readonly KeyInfo[],
  limits: ReadLimits,
  mostBytes: number,
): Promise<Reading[]> {
  const sizes = (await pipelined(redis, keys, ({ key }) => ['MEMORY', 'USAGE', key])) as (number | null)[];
  const types = (await pipelined(redis, keys, ({ key }) => ['TYPE', key])).map(String);
  const lengths = (await pipelined(redis, keys, ({ key }, i) => {
    const command = LENGTH_COMMANDS[types[i] as string];
    return command === undefined ? ['EXISTS', key] : [command, key];
  })) as number[];
  const tooLong = (i: number) => limits.elements > 0 && (lengths[i] ?? 0) > limits.elements;
  // Five samples can miss the size of a key of several elements by any factor.
  const real = (await pipelined(redis, keys, ({ key }, i) =>
    tooLong(i) || limits.bytes === 0 ? ['EXISTS', key] : ['MEMORY', 'USAGE', key, 'SAMPLES', '0'],
  )) as (number | null)[];
  const tooLarge = keys.map((_, i) => tooLong(i) || (limits.bytes > 0 && (real[i] ?? 0) > limits.bytes));
  const read = withinBytes(keys, (i) => (tooLarge[i] ? 0 : Math.max(sizes[i] ?? 0, real[i] ?? 0)), mostBytes);
  const wanted = read.filter((_, i) => sizes[i] !== null && !tooLarge[i]);
  const dumps = (await pipelined(redis, wanted, ({ key }) => ['DUMP', key])) as (Buffer | null)[];
  const expiries = await expiriesOf(redis, wanted);
  return read.map((info, i): Reading => {
    if (tooLarge[i]) return { info, missing: 'too large' };
    const at = wanted.indexOf(info);
    const dump = at < 0 ? null : dumps[at];
    if (!dump) return { info, missing: 'gone' };
    if (dump.length > limits.dumpBytes) return { info, missing: 'too large' };
    return { info, type: types[i] as string, expiresAtMs: expiries[at] ?? -1, bytes: sizes[i] ?? 0, dump };
  });
}

/** The first keys that together hold at most so many bytes; the first one in any case. */
function withinBytes(keys: readonly KeyInfo[], bytesOf: (i: number) => number, most: number): readonly KeyInfo[] {
  let sum = 0;
  const end = keys.findIndex((_, i) => {
    sum += bytesOf(i);
    return i > 0 && sum > most;
  });
  return end < 0 ? keys : keys.slice(0, end);
}

/** When keys expire, in milliseconds since the epoch; -1 never. Redis before 7.0 knows no PEXPIRETIME. @throws what Redis says */
export async function expiriesOf(redis: Redis, keys: readonly KeyInfo[]): Promise<number[]> {
  try {
    return (await pipelined(redis, keys, ({ key }) => ['PEXPIRETIME', key])) as number[];
  } catch (error) {
    if (!/unknown command/i.test(String(error))) throw error;
  }
  const [seconds, micros] = (await redis.time()) as unknown as [string, string];
  const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  const left = (await pipelined(redis, keys, ({ key }) => ['PTTL', key])) as number[];
  return left.map((ms) => (ms < 0 ? ms : now + ms));
}

async function pipelined(
  redis: Redis,
  keys: readonly KeyInfo[],
  command: (info: KeyInfo, i: number) => (string | Buffer)[],
): Promise<unknown[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  keys.forEach((info, i) => {
    const [name, ...words] = command(info, i);
    pipeline.callBuffer(name as string, ...(words as [string]));
  });
  return ((await pipeline.exec()) ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}
