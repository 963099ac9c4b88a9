import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A documented, read-only Lua script. */
export interface ReadOnlyScript {
  lua: string;
  sha: string;
}

export function readOnlyScript(lua: string): ReadOnlyScript {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

const withoutRo = new WeakSet<Redis | Cluster>();

/**
 * Runs a read-only script by its hash, sending its text only when the server does not know it. EVAL_RO where there is
 * one (Redis 7, Valkey: it also runs on a replica), EVAL on Redis 6.2. Replies are Buffers.
 */
export async function runReadOnly(
  redis: Redis | Cluster,
  script: ReadOnlyScript,
  keys: readonly (string | Buffer)[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const suffix = withoutRo.has(redis) ? '' : '_RO';
  const rest = [keys.length, ...keys, ...args];
  try {
    return await redis.callBuffer(`EVALSHA${suffix}`, [script.sha, ...rest]);
  } catch (error) {
    const message = String((error as Error).message);
    if (message.startsWith('NOSCRIPT')) return redis.callBuffer(`EVAL${suffix}`, [script.lua, ...rest]);
    if (suffix !== '' && /unknown command/i.test(message)) {
      withoutRo.add(redis);
      return runReadOnly(redis, script, keys, args);
    }
    throw error;
  }
}

/** Whether an error says that scripts are not allowed here (ACL, managed service), as opposed to a script that failed. */
export function isScriptingRefused(error: unknown): boolean {
  // "executing the script can't run": Redis 6 and 7.0, of a command that the user may not run inside one.
  return /NOPERM|ACL failure|executing the script can't run|unknown command|not allowed from script|no permissions|nonexistent global/i.test(
    String((error as Error)?.message),
  );
}
