import { join } from 'node:path';
import { configSchema } from '../core/config/schema.js';
import { connectRedis, type RedisConnection } from '../core/redis/connect/connect.js';
import type { Ports } from '../core/services/ports.js';
import { openStore } from '../core/store/open-store.js';
import type { Store } from '../core/store/store.js';
import { DEMO_COMPANIES } from './companies.js';
import { makeUpHistory } from './history.js';
import { startDemoServer } from './server.js';
import { fillStore } from './state.js';
import { runTraffic } from './traffic.js';

/** Said wherever anything of the demo is shown. */
export const MADE_UP = 'Demo: all companies and figures are made up.';

/** A platform that does not exist, on a Redis that does. */
export interface Demo {
  ports: Ports;
  url: string;
  stateFile: string;
}

export interface DemoOptions {
  signal: AbortSignal;
  clock: () => Date;
  /** Told what is going on, one line each time. */
  onProgress?: (text: string) => void;
}

/**
 * Starts a Redis and a store of their own, fills them, and hands them to `use`. However it ends, nothing is left behind.
 * The user's own configuration plays no part.
 * @throws RCM_DEMO_UNAVAILABLE; the signal's reason when it is aborted; what `use` throws
 */
export async function withDemo<T>(options: DemoOptions, use: (demo: Demo) => Promise<T>): Promise<T> {
  const { signal, clock, onProgress = () => undefined } = options;
  onProgress('Starting a Redis of its own…');
  const server = await startDemoServer();
  let redis: RedisConnection | undefined;
  let store: Store | undefined;
  try {
    signal.throwIfAborted();
    const stateFile = join(server.folder, 'rcm.db');
    const config = configSchema.parse({ redis: { url: server.url }, stateFile });
    redis = await connectRedis(config.redis);
    const { companies, calls, storage } = config.mongodb;
    store = await openStore({ stateFile, collections: { companies, calls, storage } });
    await fillStore(store, DEMO_COMPANIES, clock());
    await runTraffic(DEMO_COMPANIES, {
      redis: redis.client,
      endsAt: clock(),
      signal,
      onProgress: (done) => onProgress(`Living through a day of made-up traffic… ${Math.round(done * 100)}%`),
    });
    const ports = { config, redis, store, clock, signal };
    await makeUpHistory(ports, DEMO_COMPANIES);
    return await use({ ports, url: server.url, stateFile });
  } finally {
    redis?.close();
    await store?.close();
    await server.stop();
  }
}
