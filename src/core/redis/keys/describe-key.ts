import type { Redis } from 'ioredis';
import { LENGTH_COMMANDS } from './length-commands.js';

/** What Redis tells of one key without reading its value; null is unknown. */
export interface KeyDescription {
  type: string;
  encoding: string | null;
  /** MEMORY USAGE, by Redis's own sampling. */
  bytes: number | null;
  /** Milliseconds left; -1 when it never expires. */
  ttlMs: number;
  /** Seconds since it was last used; null under an LFU policy. */
  idleSeconds: number | null;
  /** Bytes of a string, elements of anything else; null for types that do not tell. */
  length: number | null;
}

/**
 * Asks for all of it before anything counts as a use of the key.
 * @returns null when there is no such key
 * @throws what Redis says
 */
export async function describeKey(redis: Redis, key: Buffer): Promise<KeyDescription | null> {
  const [bytes, idle, encoding, type, ttlMs] = await Promise.all([
    redis.call('MEMORY', ['USAGE', key]).catch(() => null),
    redis.call('OBJECT', ['IDLETIME', key]).catch(() => null),
    redis.call('OBJECT', ['ENCODING', key]).catch(() => null),
    redis.type(key),
    redis.pttl(key),
  ]);
  if (type === 'none' || ttlMs === -2) return null;
  const command = type === 'string' ? 'STRLEN' : LENGTH_COMMANDS[type];
  const length = command === undefined ? null : Number(await redis.call(command, [key]));
  return {
    type,
    encoding: encoding as string | null,
    bytes: bytes as number | null,
    ttlMs,
    idleSeconds: idle as number | null,
    length,
  };
}
