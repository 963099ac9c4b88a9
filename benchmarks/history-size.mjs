// What a year of history of 1,000 companies takes: every snapshot of two days, the last of each hour of 35 days, the last
// of each day before, and counters likewise. In the embedded store: the size of its file. In MongoDB (where
// RCM_BENCH_MONGODB names one): the size of a sample's documents as BSON, multiplied, before compression and without
// indexes. Usage: node benchmarks/history-size.mjs [COMPANIES]
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mongo } from 'mongoose';
import { openStore } from '../dist/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../dist/core/store/platform-collections.js';
import { fillHistory, snapshotTimes } from './support/history.mjs';

const DAYS = 365;
const HOURLY_DAYS = 35;
const COMPANIES = 1000;
const SAMPLE = 20;
const MB = 1024 ** 2;
const LIMIT = 500;

/** @returns rows of {what, measured, wanted, met} */
export async function historySizeBenchmark(companies = COMPANIES) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-history-'));
  try {
    const stateFile = join(folder, 'rcm.db');
    const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
    await fillHistory(store, { companies, days: DAYS });
    await store.close();
    const megabytes = ((await stat(stateFile)).size / MB) * (COMPANIES / companies);
    const what = 'a year of history of 1,000 companies';
    return [
      row(`${what}: the state file`, megabytes),
      ...(process.env.RCM_BENCH_MONGODB ? [row(`${what}: MongoDB documents`, await mongoMegabytes())] : []),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function row(what, megabytes) {
  return { what, measured: `${megabytes.toFixed(0)} MB`, wanted: `≤ ${LIMIT} MB`, met: megabytes <= LIMIT };
}

/** Snapshot rows, hours in their days, and merged days: the mean size of each times how many there are. */
async function mongoMegabytes() {
  const client = await new mongo.MongoClient(process.env.RCM_BENCH_MONGODB).connect();
  const uri = new URL(process.env.RCM_BENCH_MONGODB);
  uri.pathname = `/rcm_bench_${process.pid}`;
  const db = client.db(uri.pathname.slice(1));
  try {
    const store = await openStore({
      mongodbUri: uri.href,
      stateFile: '/nonexistent',
      collections: DEFAULT_PLATFORM_COLLECTIONS,
    });
    await fillHistory(store, { companies: SAMPLE, days: HOURLY_DAYS + 5 });
    await store.close();
    const mean = async (name, filter = {}) => {
      const docs = await db.collection(name).find(filter, { limit: 5000 }).toArray();
      return docs.reduce((sum, doc) => sum + mongo.BSON.calculateObjectSize(doc), 0) / docs.length;
    };
    const parts = [
      ['snapshot rows', snapshotTimes(Date.now(), DAYS).length * COMPANIES, await mean('rcm_cachesnapshots')],
      ['days of hours', HOURLY_DAYS * COMPANIES, await mean('rcm_counterdays', { h: { $exists: true } })],
      ['merged days', (DAYS - HOURLY_DAYS) * COMPANIES, await mean('rcm_counterdays', { h: { $exists: false } })],
    ];
    for (const [name, count, bytes] of parts)
      console.log(
        `${name}: ${count.toLocaleString('en-US')} × ${bytes.toFixed(0)} bytes = ${((count * bytes) / MB).toFixed(0)} MB`,
      );
    return parts.reduce((sum, [, count, bytes]) => sum + count * bytes, 0) / MB;
  } finally {
    await db.dropDatabase();
    await client.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { what, measured, wanted, met } of await historySizeBenchmark(Number(process.argv[2] ?? COMPANIES)))
    console.log(`${what}: ${measured}, wanted ${wanted}: ${met ? 'met' : 'NOT MET'}`);
