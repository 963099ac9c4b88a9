import type { Redis } from 'ioredis';
import { sameFlags } from '../../domain/observe/keyspace-flags.js';

const NAME = 'notify-keyspace-events';

/** notify-keyspace-events; null where this user may not ask. @throws what the client throws when it cannot be reached */
export async function readSetting(redis: Redis): Promise<string | null> {
  try {
    const reply = (await redis.config('GET', NAME)) as string[];
    return reply[1] ?? null;
  } catch (error) {
    if (isRefused(error)) return null;
    throw error;
  }
}

/** @returns false where this user may not. @throws what the client throws when it cannot be reached */
export async function changeSetting(redis: Redis, value: string): Promise<boolean> {
  try {
    await redis.config('SET', NAME, value);
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

/** How often any setting was changed since the server started; null where it is not told (before Redis 7, or INFO is refused). */
export async function settingChanges(redis: Redis): Promise<number | null> {
  const text = await redis.info('commandstats').catch(() => null);
  if (text === null || !/^cmdstat_config\|/m.test(text)) return null;
  const found = /^cmdstat_config\|set:calls=(\d+)/m.exec(text);
  return found ? Number(found[1]) : 0;
}

/** What became of a setting that was to be put back. */
export type PutBack =
  | { kind: 'done' }
  /** It has another value by now, which is somebody else's (or of a server that was restarted): it was left. */
  | { kind: 'theirs'; value: string }
  | { kind: 'refused' };

/**
 * Sets the former value, but only where the one that was set by us still stands.
 * @throws what the client throws when it cannot be reached
 */
export async function putBack(redis: Redis, { former, set }: { former: string; set: string }): Promise<PutBack> {
  const value = await readSetting(redis);
  if (value === null) return { kind: 'refused' };
  if (sameFlags(value, former)) return { kind: 'done' };
  if (!sameFlags(value, set)) return { kind: 'theirs', value };
  return (await changeSetting(redis, former)) ? { kind: 'done' } : { kind: 'refused' };
}

/** Refused by ACL, or by a managed service that has no such command. */
function isRefused(error: unknown): boolean {
  return /NOPERM|unknown (sub)?command|not allowed|disabled|unsupported|permission/i.test(String(error));
}
