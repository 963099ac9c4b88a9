// `rcm report` of 1,000 companies with 30 days of history: processor time and size of the page.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../dist/core/index.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../dist/core/store/platform-collections.js';
import { recordDay } from './support/counters.mjs';
import { fillHistory } from './support/history.mjs';
import { median, processorSeconds, seconds } from './support/measure.mjs';
import { companyId, seed, startServer } from './support/server.mjs';

const COMPANIES = 1000;
const KEYS = 100_000;
const DAYS = 30;
const HISTORY_COMPANIES = 20;

/** @returns rows of {what, measured, wanted, met} */
export async function reportBenchmark(env, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-report-'));
  const server = await startServer();
  try {
    const list = join(folder, 'companies.csv');
    const rows = Array.from({ length: COMPANIES }, (_, n) => `${companyId(n)},Company number ${n},${100 + (n % 50)}`);
    await writeFile(list, `companyId,companyName,callsPerDay\n${rows.join('\n')}\n`);
    const stateFile = join(folder, 'rcm.db');
    const page = join(folder, 'report.html');
    const flags = ['--redis-url', server.url, '--state-file', stateFile];
    await seconds(process.execPath, ['bin/run.js', 'companies', 'import', list, ...flags], env);
    await seed(server.port, KEYS, COMPANIES);
    for (let n = 0; n < COMPANIES; n += 1)
      await recordDay(server.redis, companyId(n), { miss: n % 10 === 0 ? 900 : 90 });
    const store = await openStore({ stateFile, collections });
    // The platform's history has as many rows whatever the number of its companies.
    await fillHistory(store, { companies: HISTORY_COMPANIES, days: DAYS });
    await store.close();
    const took = [];
    for (let i = 0; i < rounds; i += 1)
      took.push(await processorSeconds(['bin/run.js', 'report', '--output', page, ...flags], env));
    const cpu = median(took);
    const megabytes = (await stat(page)).size / 1e6;
    return [
      {
        what: 'rcm report, 1,000 companies, 100,000 keys, 30 days of history: processor time',
        measured: `${cpu.toFixed(2)} s`,
        wanted: '< 2 s',
        met: cpu < 2,
      },
      { what: 'its page', measured: `${megabytes.toFixed(2)} MB`, wanted: '< 2 MB', met: megabytes < 2 },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
