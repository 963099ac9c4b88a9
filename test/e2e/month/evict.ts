import type { Redis } from 'ioredis';
import type { Differences } from './differences.js';
import type { Ledger } from './ledger.js';

/** A number that the server tells of itself. */
export async function infoOf(redis: Redis, name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await redis.info())?.[1]);
}

/** Redis is short of memory for a moment. Which keys went only Redis can tell: they go from the ledger too. */
export async function evictSome(redis: Redis, ledger: Ledger, differences: Differences): Promise<void> {
  const before = await infoOf(redis, 'evicted_keys');
  await redis.config('SET', 'maxmemory-policy', 'volatile-ttl');
  await redis.config('SET', 'maxmemory', String((await infoOf(redis, 'used_memory')) - 60_000));
  await redis.ping();
  await redis.config('SET', 'maxmemory', '0');
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  const evicted = (await infoOf(redis, 'evicted_keys')) - before;
  let gone = 0;
  for (const [id, cache] of ledger.keys)
    for (const key of [...cache.keys()])
      if ((await redis.exists(`company:${id}:${key}`)) === 0) gone += Number(cache.delete(key));
  for (const [key, [id, hourMs]] of ledger.counterKeys()) {
    if ((await redis.exists(key)) === 1) continue;
    ledger.forget(id, hourMs);
    gone += 1;
  }
  // Streams of events may be among them, which the ledger does not have.
  if (gone === 0 || gone > evicted) differences.note('evictions', `${gone} of ${evicted} are known`);
}
