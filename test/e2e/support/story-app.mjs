// An application: reads twenty keys of a company over and over, and announces a config update every 150 ms.
// `story-app.mjs REDIS_URL COMPANY`. Prints a line of JSON every 250 ms: reads and loads so far, as it counts them itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { CompanyCache } from '../../../dist/client/index.js';

const [url, companyId] = process.argv.slice(2);
const earlier = new CompanyCache({ redis: url, clock: { now: () => Date.now() - 20 * 60_000 } });
await earlier.get(companyId, 'k0');
await earlier.close();

const cache = new CompanyCache({
  redis: url,
  ttlSeconds: 60,
  flushIntervalMs: 250,
  onError: (error) => console.error(error),
});
let [reads, loads] = [0, 0];
const load = async () => {
  loads += 1;
  await sleep(1);
  return { loads, text: 'x'.repeat(200) };
};
setInterval(() => void cache.invalidate(companyId), 150);
setInterval(() => process.stdout.write(`${JSON.stringify({ atMs: Date.now(), reads, loads })}\n`), 250);
for (;;) {
  await cache.wrap(companyId, `k${reads % 20}`, load);
  reads += 1;
  await sleep(4);
}
