import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A documented Lua script that writes nothing. */
export interface ReadOnlyScript {
  lua: string;
  sha: string;
}

export function readOnlyScript(lua: string): ReadOnlyScript {
  return { lua, sha: shaOf(lua) };
}

/** A documented Lua script that changes keys: never sent to where read-only ones may go. */
export interface WritingScript {
  writes: true;
  lua: string;
  sha: string;
}

export function writingScript(lua: string): WritingScript {
  return { writes: true, lua, sha: shaOf(lua) };
}

function shaOf(lua: string): string {
  return createHash('sha1').update(lua).digest('hex');
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

/** Runs a script that changes keys by its hash, sending its text only when the server does not know it. Replies are Buffers. */
export async function runWriting(
  redis: Redis | Cluster,
  script: WritingScript,
  keys: readonly (string | Buffer)[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args];
  try {
    return await redis.callBuffer('EVALSHA', [script.sha, ...rest]);
  } catch (error) {
    if (!String((error as Error).message).startsWith('NOSCRIPT')) throw error;
    return redis.callBuffer('EVAL', [script.lua, ...rest]);
  }
}

/** Whether an error says that scripts are not allowed here (ACL, managed service), as opposed to a script that failed. */
export function isScriptingRefused(error: unknown): boolean {
  // "executing the script can't run": Redis 6 and 7.0, of a command that the user may not run inside one.
  return /NOPERM|ACL failure|executing the script can't run|unknown command|not allowed from script|no permissions|nonexistent global|attempted to access|undeclared key/i.test(
    String((error as Error)?.message),
  );
}
