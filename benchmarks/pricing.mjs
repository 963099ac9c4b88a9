// `rcm pricing get`, and the preview of `rcm pricing set` on 1,000 companies of a snapshot, against a command that only
// opens the same store (open-store.mjs). No Redis is asked. Usage: node benchmarks/pricing.mjs [ROUNDS]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../dist/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../dist/core/store/platform-collections.js';
import { pairs, seconds } from './support/measure.mjs';

const COMPANIES = 1000;

/** @returns rows of {what, measured, wanted, met} */
export async function pricingBenchmark(env, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-pricing-'));
  try {
    const stateFile = join(folder, 'rcm.db');
    await record(stateFile);
    const flags = ['--state-file', stateFile, '--redis-url', 'redis://127.0.0.1:1'];
    const open = () => seconds(process.execPath, ['benchmarks/open-store.mjs', ...flags], env);
    const command = (...words) => seconds(process.execPath, ['bin/run.js', 'pricing', ...words, ...flags], env);
    const row = (what, limit, { ratio, a, b }) => ({
      what: `${what} ÷ a command that only opens the store`,
      measured: `${ratio.toFixed(2)} (${(a * 1000).toFixed(0)} ms ÷ ${(b * 1000).toFixed(0)} ms)`,
      wanted: `≤ ${limit}`,
      met: ratio <= limit,
    });
    return [
      row('rcm pricing get', 1.3, await pairs(rounds, () => command('get'), open)),
      row(
        `rcm pricing set --dry-run, ${COMPANIES.toLocaleString('en-US')} companies of a snapshot`,
        2,
        await pairs(rounds, () => command('set', 'redis.storageCostPerMB=0.09', '--dry-run'), open),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A snapshot of every company, now; so many that some change their status. */
async function record(stateFile) {
  const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
  const takenAt = new Date();
  const companies = Array.from({ length: COMPANIES }, (_, n) => ({
    companyId: `company-${n}`,
    companyName: `Company ${n}`,
    takenAt,
    orphan: false,
    cacheBytes: n * 131_072,
    keys: n,
    hits: 900 + (n % 100),
    misses: 100 - (n % 100),
    errors: 0,
    readUs: 1_000_000,
    coveredMs: 86_400_000,
    clears24h: n % 5,
    storageBytes: n * 1e8,
    calls: n,
    minutes: n,
    recordingBytes: n * 1e7,
    redisCost: 1,
    mongodbCost: 1,
    twilioCost: 1,
    score: 80,
    status: 'healthy',
  }));
  const platform = {
    takenAt,
    companySource: 'collection',
    companies: COMPANIES,
    totalBytes: 0,
    totalCost: 0,
    unallocatedCost: 57,
    redisUsedMemoryBytes: null,
    redisUptimeSeconds: null,
    redisMaxMemoryBytes: null,
    redisEvictedKeys: null,
    redisExpiredKeys: null,
    ownKeys: null,
    ownBytes: null,
    activeCompanies: null,
    warnings: [],
  };
  await store.snapshots.insert({ platform, companies });
  await store.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const home = await mkdtemp(join(tmpdir(), 'rcm-bench-home-'));
  const env = { XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, RCM_MONGODB_URI: 'none' };
  try {
    for (const { what, measured, wanted, met } of await pricingBenchmark(env, Number(process.argv[2] ?? 21)))
      console.log(`${what}: ${measured}, wanted ${wanted}: ${met ? 'met' : 'NOT MET'}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
