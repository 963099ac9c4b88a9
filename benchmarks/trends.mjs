// `rcm trends` over 90 days of one company, as a chart and as JSON, against a command that only opens the same store
// (open-store.mjs). No Redis is asked. Usage: node benchmarks/trends.mjs [ROUNDS]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../dist/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../dist/core/store/platform-collections.js';
import { companyName, fillHistory } from './support/history.mjs';
import { pairs, seconds } from './support/measure.mjs';

const COMPANIES = 100;

/** @returns rows of {what, measured, wanted, met} */
export async function trendsBenchmark(env, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-trends-'));
  try {
    const stateFile = join(folder, 'rcm.db');
    const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
    await fillHistory(store, { companies: COMPANIES, days: 90 });
    await store.close();
    const flags = ['--state-file', stateFile, '--redis-url', 'redis://127.0.0.1:1'];
    const { ratio, a, b } = await pairs(
      rounds,
      () => seconds(process.execPath, ['bin/run.js', 'trends', companyName(7), '--since', '90d', ...flags], env),
      () => seconds(process.execPath, ['benchmarks/open-store.mjs', ...flags], env),
    );
    return [
      {
        what: 'rcm trends, 90 days of one company ÷ a command that only opens the store',
        measured: `${ratio.toFixed(2)} (${(a * 1000).toFixed(0)} ms ÷ ${(b * 1000).toFixed(0)} ms)`,
        wanted: '≤ 1.5',
        met: ratio <= 1.5,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const home = await mkdtemp(join(tmpdir(), 'rcm-bench-home-'));
  const env = { XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, RCM_MONGODB_URI: 'none' };
  try {
    for (const { what, measured, wanted, met } of await trendsBenchmark(env, Number(process.argv[2] ?? 21)))
      console.log(`${what}: ${measured}, wanted ${wanted}: ${met ? 'met' : 'NOT MET'}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
