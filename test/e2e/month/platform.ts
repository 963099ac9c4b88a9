import { mongo } from 'mongoose';
import { configSchema } from '../../../src/core/config/schema.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import { importCompanies } from '../../../src/core/services/companies/import.js';
import type { Ports } from '../../../src/core/services/ports.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import type { Store } from '../../../src/core/store/store.js';
import { rigOn } from '../../integration/services/rig.js';
import { mongoForTests } from '../../support/mongo/index.js';
import { tempDir } from '../../support/temp-dir.js';
import type { PlannedCompany } from './plan.js';

/** The tool's durable state, and where the platform's companies are listed. Close it. */
export interface Platform {
  ports: Ports & { store: Store };
  dir: string;
  /** The command's flags that select the state. */
  flags: string[];
  /** Makes these the listed companies. Where usage is measured, the companies are told what they use. */
  list(companies: readonly PlannedCompany[], now: Date): Promise<void>;
  close(): Promise<void>;
}

export type Engine = 'sqlite' | 'mongodb';

export function platformOn(redisUrl: string, engine: Engine): Promise<Platform> {
  return engine === 'sqlite' ? embedded(redisUrl) : onMongo(redisUrl);
}

/** Companies and their usage are imported. */
async function embedded(redisUrl: string): Promise<Platform> {
  const rig = await rigOn(redisUrl);
  return {
    ...rig,
    flags: ['--state-file', `${rig.dir}/rcm.db`],
    list: async (companies, now) => {
      const listed = companies.map(({ id, name, usage }) => ({ companyId: id, companyName: name, ...usage }));
      await importCompanies(rig.ports.store, { companies: listed, file: 'list.csv' }, now);
    },
  };
}

/** Companies are a collection; the storage of each is its document, and nobody calls. */
async function onMongo(redisUrl: string): Promise<Platform> {
  const database = mongoForTests();
  const client = await new mongo.MongoClient(database.uri).connect();
  const dir = await tempDir('month');
  const stateFile = `${dir}/rcm.db`;
  const config = configSchema.parse({ redis: { url: redisUrl }, mongodb: { uri: database.uri }, stateFile });
  const redis = await connectRedis(config.redis);
  const store = await openStore({ mongodbUri: database.uri, stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
  await client.db().createCollection('v2aiagentcalllogs');
  return {
    ports: { config, redis, store, clock: () => new Date() },
    dir,
    flags: ['--mongodb-uri', database.uri, '--state-file', stateFile],
    list: async (companies) => {
      const documents = companies.map(({ id, name }) => ({ _id: id, companyName: name }));
      const listed = client.db().collection<{ _id: string; companyName: string }>('v2companies');
      await listed.deleteMany({});
      await listed.insertMany(documents);
      const storageBytes = Number((await client.db().command({ collStats: 'v2companies' })).avgObjSize);
      for (const { usage } of companies)
        Object.assign(usage, { calls: 0, minutes: 0, recordingBytes: 0, storageBytes });
    },
    close: async () => {
      redis.close();
      await store.close();
      await client.close();
      await database.drop();
    },
  };
}
