import { configSchema } from '../../../src/core/config/schema.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import type { Ports } from '../../../src/core/services/ports.js';
import { openStore } from '../../../src/core/store/open-store.js';
import type { Store } from '../../../src/core/store/store.js';
import { tempDir } from '../../support/temp-dir.js';

/** What a use case works with, on a real Redis and an embedded store of its own. Close it. */
export interface Rig {
  ports: Ports & { store: Store };
  dir: string;
  close(): Promise<void>;
}

export async function rigOn(redisUrl: string, settings: Record<string, unknown> = {}): Promise<Rig> {
  const dir = await tempDir('rig');
  const config = configSchema.parse({ redis: { url: redisUrl }, stateFile: `${dir}/rcm.db`, ...settings });
  const redis = await connectRedis(config.redis);
  const { companies, calls, storage } = config.mongodb;
  const store = await openStore({ stateFile: `${dir}/rcm.db`, collections: { companies, calls, storage } });
  return {
    ports: { config, redis, store, clock: () => new Date() },
    dir,
    close: async () => {
      redis.close();
      await store.close();
    },
  };
}
