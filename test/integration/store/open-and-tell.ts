// Opens a state file and prints how that went: `open-and-tell.ts STATE_FILE`.
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';

const [stateFile = ''] = process.argv.slice(2);
try {
  const store = await openStore({ stateFile, collections });
  await store.pricing.get();
  await store.close();
  console.log(JSON.stringify({ code: 'ok' }));
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ code, message }));
}
