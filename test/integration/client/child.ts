// An application of its own process: `child.ts URL COMPANY READS [signals|record]`. Says `done` when it has read.
import { CompanyCache } from '../../../src/client/index.js';

const [url = '', companyId = '', reads = '0', mode = ''] = process.argv.slice(2);
const cache = new CompanyCache({ redis: url, flushIntervalMs: 30_000, handleSignals: mode === 'signals' });
await Promise.all(Array.from({ length: Number(reads) }, (_, i) => cache.get(companyId, `k${i}`)));
process.stdout.write('done\n');
if (mode === 'record') await cache.close();
else setInterval(() => undefined, 1000);
