// An application that is told by lines on stdin: `update-child.ts URL COMPANY`. `invalidate` → prints how many went; `set` → `set`.
import { createInterface } from 'node:readline';
import { CompanyCache } from '../../../src/client/index.js';

const [url = '', companyId = ''] = process.argv.slice(2);
const cache = new CompanyCache({ redis: url, flushIntervalMs: 100 });
await cache.get(companyId, 'first');
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'invalidate') process.stdout.write(`${await cache.invalidate(companyId)}\n`);
  else process.stdout.write(`${await cache.set(companyId, 'k', 'v')}\n`);
}
