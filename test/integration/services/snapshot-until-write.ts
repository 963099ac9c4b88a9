// A process that takes a snapshot and is killed at its N-th write, before it is made:
// `snapshot-until-write.ts REDIS_URL STORE_OPTIONS NOW N`. Prints how many writes there were when it was not killed.
import mongoose from 'mongoose';
import { configSchema } from '../../../src/core/config/schema.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import { Database } from '../../../src/core/store/sqlite/database.js';

const [url = '', options = '', now = '', last = ''] = process.argv.slice(2);
const store = await openStore(JSON.parse(options) as StoreOptions);
const redis = await connectRedis(configSchema.parse({ redis: { url } }).redis);

let writes = 0;
type Method = (...args: unknown[]) => unknown;
/** Counts the calls that write. */
function counted(prototype: object, name: string, writing: (args: unknown[]) => boolean = () => true): void {
  const own = prototype as Record<string, Method>;
  const real = own[name] as Method;
  own[name] = function (this: unknown, ...args: unknown[]) {
    if (writing(args)) writes += 1;
    if (writes === Number(last)) process.kill(process.pid, 'SIGKILL');
    return real.apply(this, args);
  };
}
for (const name of ['insertMany', 'bulkWrite', 'updateOne', 'replaceOne', 'deleteMany'])
  counted(mongoose.mongo.Collection.prototype, name);
// A transaction that is not ended is as if it had not begun.
counted(Database.prototype, 'exec', ([sql]) => sql === 'COMMIT');

await takeSnapshot({ config: configSchema.parse({}), redis, store, clock: () => new Date(Number(now)) });
process.stdout.write(String(writes));
redis.close();
await store.close();
