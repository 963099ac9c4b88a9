import type { Cluster, Redis } from 'ioredis';
import type { BackupEntry } from '../../domain/backup-entry.js';

/**
 * What became of a key that was to be put back. `failed`: the server does not take this one. `refused`: it takes none
 * (no memory, no permission, a replica). `unknown`: its answer never came.
 */
export type RestoreFate =
  | { kind: 'restored' }
  | { kind: 'existing' }
  | { kind: 'failed'; reason: string }
  | { kind: 'refused' | 'unknown'; error: unknown };

const OWN_FAULT = /^ERR (Bad data format|DUMP payload version or checksum are wrong)/i;

/** Puts keys back as they were, their expiry included, on whatever node they belong to. Never throws. */
export async function restoreKeys(
  redis: Redis | Cluster,
  keys: readonly BackupEntry[],
  options: { replace: boolean },
): Promise<RestoreFate[]> {
  const replies = await Promise.allSettled(keys.map((entry) => redis.call('RESTORE', wordsOf(entry, options.replace))));
  return replies.map((reply) => (reply.status === 'fulfilled' ? { kind: 'restored' } : fateOf(reply.reason)));
}

function fateOf(error: unknown): RestoreFate {
  const message = String((error as Error).message);
  if (message.startsWith('BUSYKEY')) return { kind: 'existing' };
  if (OWN_FAULT.test(message)) return { kind: 'failed', reason: message };
  return { kind: (error as Error).name === 'ReplyError' ? 'refused' : 'unknown', error };
}

function wordsOf({ key, expiresAtMs, dump }: BackupEntry, replace: boolean): (string | number | Buffer)[] {
  return [key, Math.max(0, expiresAtMs), dump, 'ABSTTL', ...(replace ? ['REPLACE'] : [])];
}
