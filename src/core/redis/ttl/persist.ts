import type { Cluster, Redis } from 'ioredis';
import { isScriptingRefused, runWriting, writingScript } from '../script.js';

/**
 * KEYS[1]: a key; ARGV[1], ARGV[2]: milliseconds since the epoch. Takes its end away when that lies from the first (included)
 * to the second: 1, else 0.
 */
const PERSIST_WITHIN = writingScript(`
local left = redis.call('PTTL', KEYS[1])
if left < 0 then return 0 end
local t = redis.call('TIME')
local ends = t[1] * 1000 + math.floor(t[2] / 1000) + left
if ends < tonumber(ARGV[1]) or ends >= tonumber(ARGV[2]) then return 0 end
return redis.call('PERSIST', KEYS[1])
`);

/** Keys asked at a time. */
const AT_ONCE = 100;

/**
 * Lets keys live for ever again whose end lies within a span: those that nobody gave another end since.
 * @returns how many
 * @throws what Redis says
 */
export async function persistWithin(
  redis: Redis | Cluster,
  keys: readonly Buffer[],
  span: { fromMs: number; toMs: number },
): Promise<number> {
  let persisted = 0;
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    const done = await Promise.all(keys.slice(i, i + AT_ONCE).map((key) => persistOne(redis, key, span)));
    persisted += done.reduce((sum, n) => sum + n, 0);
  }
  return persisted;
}

async function persistOne(
  redis: Redis | Cluster,
  key: Buffer,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<number> {
  try {
    return Number(await runWriting(redis, PERSIST_WITHIN, [key], [fromMs, toMs]));
  } catch (error) {
    if (!isScriptingRefused(error)) throw error;
  }
  const [[seconds, micros], left] = await Promise.all([redis.time(), redis.pttl(key)]);
  const ends = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000) + left;
  return left < 0 || ends < fromMs || ends >= toMs ? 0 : redis.persist(key);
}
