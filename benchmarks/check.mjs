// `rcm check --from-snapshot` on 10,000 companies: its processor time, with the default rules and with all of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../dist/core/index.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../dist/core/store/platform-collections.js';
import { median, processorSeconds } from './support/measure.mjs';
import { companyId } from './support/server.mjs';

const COMPANIES = 10_000;
const HOUR_MS = 3_600_000;
const EVERY_RULE = ['--min-hit-rate', '60:50', '--min-score', '10', '--max-growth', '50%', '--max-total', '1000000'];

/** @returns rows of {what, measured, wanted, met} */
export async function checkBenchmark(env, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-check-'));
  try {
    const stateFile = join(folder, 'rcm.db');
    await seedSnapshots(stateFile);
    const command = (...words) => ['bin/run.js', 'check', '--from-snapshot', '--state-file', stateFile, ...words];
    const measure = async (what, ...words) => {
      const took = [];
      for (let i = 0; i < rounds; i += 1) took.push(await processorSeconds(command(...words), env));
      const seconds = median(took);
      return { what, measured: `${seconds.toFixed(2)} s`, wanted: '< 1 s', met: seconds < 1 };
    };
    return [
      await measure('rcm check --from-snapshot, 10,000 companies, budgets: processor time'),
      await measure('the same as JUnit XML', '--format', 'junit'),
      await measure('the same with every rule (two snapshots are read)', ...EVERY_RULE),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two snapshots an hour apart, every figure known, within every budget. */
async function seedSnapshots(stateFile) {
  const store = await openStore({ stateFile, collections });
  const now = Date.now();
  await store.pricing.update((current) => ({
    budgets: { ...current.budgets, defaultPerCompany: { cache: 100, storage: 100, calls: 100 } },
    history: [],
  }));
  for (const age of [2, 1]) {
    const takenAt = new Date(now - age * HOUR_MS);
    const companies = Array.from({ length: COMPANIES }, (_, n) => row(n, takenAt, age));
    await store.snapshots.insert({ platform: platform(takenAt), companies });
  }
  await store.close();
}

function row(n, takenAt, age) {
  return {
    companyId: companyId(n),
    companyName: `Company ${n}`,
    takenAt,
    orphan: false,
    cacheBytes: 1_000_000 + n * 100 - age * 1000,
    keys: 50 + (n % 100),
    hits: 9000 + (n % 900),
    misses: 100 + (n % 300),
    errors: 0,
    readUs: 9_000_000,
    coveredMs: 24 * HOUR_MS,
    clears24h: 0,
    storageBytes: 1_000_000_000 + n,
    calls: 100 + (n % 50),
    minutes: 300 + (n % 77),
    recordingBytes: 1_000_000 * (n % 90),
    redisCost: 0.1,
    mongodbCost: 0.2,
    twilioCost: 3,
    score: 100,
    status: 'healthy',
  };
}

function platform(takenAt) {
  return {
    takenAt,
    companySource: 'collection',
    companies: COMPANIES,
    totalBytes: 15_000_000_000,
    totalCost: 3000,
    unallocatedCost: 57,
    redisUsedMemoryBytes: 20_000_000_000,
    redisUptimeSeconds: 1_000_000,
    redisMaxMemoryBytes: null,
    redisEvictedKeys: 0,
    redisExpiredKeys: 0,
    ownKeys: 10_000,
    ownBytes: 10_000_000,
    activeCompanies: COMPANIES,
    warnings: [],
  };
}
