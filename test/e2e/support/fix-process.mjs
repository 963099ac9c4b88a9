// A process of its own that fixes or undoes through the built library, and is killed (SIGKILL) at a point of it.
// `fix-process.mjs REDIS_URL STORE_OPTIONS STATE_FOLDER KILL_AT fix COMPANY CODE` or `… undo FIX_ID`.
// KILL_AT: `-` for never, else a number of the store's writes and `before` or `after`: `7before`. Says how many writes there were.
import { configSchema } from '../../../dist/core/config/schema.js';
import { connectRedis } from '../../../dist/core/redis/connect/connect.js';
import { applyFix } from '../../../dist/core/services/fix/apply.js';
import { fixPorts } from '../../../dist/core/services/fix/ports.js';
import { prepareFix } from '../../../dist/core/services/fix/prepare.js';
import { undoFix } from '../../../dist/core/services/fix/undo.js';
import { openStore } from '../../../dist/core/store/open-store.js';

const [url, storeOptions, folder, killAt, action, ...words] = process.argv.slice(2);
const WRITES = { fixes: ['insert', 'update', 'keepTouched'], policies: ['put', 'remove'], activity: ['append'] };
const [, killNumber, killWhen] = /^(\d+)(before|after)$/.exec(killAt) ?? [];
let writes = 0;

async function counted(write) {
  writes += 1;
  const here = writes === Number(killNumber);
  if (here && killWhen === 'before') process.kill(process.pid, 'SIGKILL');
  const result = await write();
  if (here) process.kill(process.pid, 'SIGKILL');
  return result;
}

const config = configSchema.parse({ redis: { url }, fix: { obeySeconds: 0 } });
const opened = await openStore(JSON.parse(storeOptions));
const store = { ...opened };
for (const [name, methods] of Object.entries(WRITES)) {
  store[name] = { ...opened[name] };
  for (const method of methods) store[name][method] = (...args) => counted(() => opened[name][method](...args));
}
const redis = await connectRedis(config.redis);
const ports = fixPorts({ config, redis, store, clock: () => new Date() }, folder, `${folder}/unlogged.ndjson`);
const act = { actor: 'a test', reason: null };
let outcome;
if (action === 'fix') {
  const [companyId, code] = words;
  const request = { company: { companyId, companyName: null }, code, force: true, allowSlow: false };
  outcome = await applyFix(ports, await prepareFix(ports, request), act);
} else outcome = await undoFix(ports, words[0], { withKeys: true, force: false }, act);
process.stdout.write(JSON.stringify({ writes, status: outcome.record.status, fixId: outcome.record.fixId }));
redis.close();
await opened.close();
