import type { PlatformCollections } from './platform-collections.js';
import type { Store } from './store.js';

export interface StoreOptions {
  /** With it the state is in MongoDB, without it in `stateFile`. */
  mongodbUri?: string | undefined;
  stateFile: string;
  collections: PlatformCollections;
  /** MongoDB only, milliseconds: reaching a server (5,000 unless told), one operation (30,000). */
  timeouts?: { connectMs?: number; operationMs?: number };
}

/**
 * Opens the durable state, loading only the engine in use.
 * @throws RCM_MONGODB_UNREACHABLE, RCM_MONGODB_FAILED, RCM_URL_INVALID; RCM_STORE_UNAVAILABLE, RCM_STORE_DAMAGED
 */
export async function openStore({ mongodbUri, stateFile, collections, timeouts }: StoreOptions): Promise<Store> {
  if (mongodbUri !== undefined) {
    const { openMongoStore } = await import('./mongo/store.js');
    return openMongoStore(mongodbUri, collections, timeouts);
  }
  const { openSqliteStore } = await import('./sqlite/store.js');
  return openSqliteStore(stateFile);
}
