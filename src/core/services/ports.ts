import type { Config } from '../config/schema.js';
import type { RcmError } from '../errors.js';
import type { RedisConnection } from '../redis/connect/connect.js';
import type { ScanProgress } from '../redis/scan/keyspace-scan.js';
import type { Store } from '../store/store.js';

/** What a use case works with. Connections are opened by the caller, who closes them. */
export interface Ports {
  config: Config;
  redis: RedisConnection;
  /** The durable state, or why there is none: figures that need none are still given. */
  store: Store | RcmError;
  clock: () => Date;
  onProgress?: (progress: ScanProgress) => void;
  signal?: AbortSignal;
}
