import type { Redis } from 'ioredis';
import { ownKeys } from '../namespace.js';

/** One server's setting: what it was, and what an observer made of it. */
export interface ChangedSetting {
  former: string;
  set: string;
}

/** What `rcm:observe:restore` holds: by server, and the token of the lease of whoever wrote it. */
export interface RestoreRecord {
  token: string;
  settings: Record<string, ChangedSetting>;
}

/** null where there is none, or nothing that can be read. @throws what Redis says */
export async function readRestoreRecord(redis: Redis): Promise<RestoreRecord | null> {
  const text = await redis.get(ownKeys.observeRestore);
  if (text === null) return null;
  try {
    const { token, settings } = JSON.parse(text) as RestoreRecord;
    const whole = Object.values(settings).every((s) => typeof s.former === 'string' && typeof s.set === 'string');
    return whole && typeof token === 'string' ? { token, settings } : null;
  } catch {
    return null;
  }
}

/** Kept until it is done with, however long that takes; removed when there is nothing to put back any more. @throws what Redis says */
export async function writeRestoreRecord(redis: Redis, record: RestoreRecord): Promise<void> {
  if (Object.keys(record.settings).length === 0) await redis.del(ownKeys.observeRestore);
  else await redis.set(ownKeys.observeRestore, JSON.stringify(record));
}
