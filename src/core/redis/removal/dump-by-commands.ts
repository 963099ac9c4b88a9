import type { Redis } from 'ioredis';
import type { KeyInfo } from '../keys/key-info.js';
import { LENGTH_COMMANDS } from '../keys/length-commands.js';
import type { Reading } from './reading.js';

/** Reads keys by pipelined commands, for servers that refuse scripts; first what they are, then what may be read. @throws what Redis says */
export async function dumpByCommands(
  redis: Redis,
  keys: readonly KeyInfo[],
  limits: { maxBytes: number; maxElements: number },
): Promise<Reading[]> {
  const sizes = (await pipelined(redis, keys, ({ key }) => ['MEMORY', 'USAGE', key])) as (number | null)[];
  const types = (await pipelined(redis, keys, ({ key }) => ['TYPE', key])).map(String);
  const lengths = (await pipelined(redis, keys, ({ key }, i) => {
    const command = LENGTH_COMMANDS[types[i] as string];
    return command === undefined ? ['EXISTS', key] : [command, key];
  })) as number[];
  const tooLarge = keys.map((_, i) => {
    const { maxBytes, maxElements } = limits;
    return (maxBytes > 0 && (sizes[i] ?? 0) > maxBytes) || (maxElements > 0 && (lengths[i] ?? 0) > maxElements);
  });
  const wanted = keys.filter((_, i) => sizes[i] !== null && !tooLarge[i]);
  const dumps = (await pipelined(redis, wanted, ({ key }) => ['DUMP', key])) as (Buffer | null)[];
  const expiries = await expiriesOf(redis, wanted);
  return keys.map((info, i): Reading => {
    if (tooLarge[i]) return { info, missing: 'too large' };
    const at = wanted.indexOf(info);
    const dump = at < 0 ? null : dumps[at];
    if (!dump) return { info, missing: 'gone' };
    return { info, type: types[i] as string, expiresAtMs: expiries[at] ?? -1, bytes: sizes[i] ?? 0, dump };
  });
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
