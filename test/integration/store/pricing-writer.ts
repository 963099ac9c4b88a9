// A process of its own that changes the prices again and again: `pricing-writer.ts STORE_OPTIONS NAME TIMES`.
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import { historyEntry } from './builders.js';

const [options = '', name = '', times = ''] = process.argv.slice(2);
const store = await openStore(JSON.parse(options) as StoreOptions);
for (let i = 0; i < Number(times); i++) {
  await store.pricing.update(() => ({ history: [historyEntry(`${name}-${i}`)] }));
}
await store.close();
