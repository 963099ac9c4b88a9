// `rcm detect` against `rcm companies` on 1,000 companies with 48 h of counters, a tenth of them thrashing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairs, seconds } from './support/measure.mjs';
import { companyId, seed, startServer } from './support/server.mjs';

const COMPANIES = 1000;
const KEYS = 200_000;
const HOURS = 48;
const EVENTS = 512;
const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;

/** @returns rows of {what, measured, wanted, met} */
export async function detectBenchmark(env, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-detect-'));
  const server = await startServer();
  try {
    const list = join(folder, 'companies.csv');
    const rows = Array.from({ length: COMPANIES }, (_, n) => `${companyId(n)},Company ${n},${100 + (n % 50)}`);
    await writeFile(list, `companyId,companyName,callsPerDay\n${rows.join('\n')}\n`);
    const flags = ['--redis-url', server.url, '--state-file', join(folder, 'rcm.db')];
    const command = (...words) => ['bin/run.js', ...words, ...flags];
    await seconds(process.execPath, command('companies', 'import', list), env);
    await seed(server.port, KEYS, COMPANIES);
    for (let n = 0; n < COMPANIES; n += 1) await record(server.redis, companyId(n), n % 10 === 0);
    const { ratio, a, b } = await pairs(
      rounds,
      () => seconds(process.execPath, command('detect', '--window', '48h', '--json'), env),
      () => seconds(process.execPath, command('companies', '--window', '48h', '--json'), env),
    );
    return [
      {
        what: 'rcm detect ÷ rcm companies, 1,000 companies, 48 h of counters',
        measured: `${ratio.toFixed(2)} (${a.toFixed(2)} s ÷ ${b.toFixed(2)} s)`,
        wanted: '≤ 1.5',
        met: ratio <= 1.5,
      },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counters of every 5 minutes; those that thrash have a stream of events, too. */
async function record(redis, id, thrashes) {
  const now = Date.now();
  const pipeline = redis.pipeline();
  for (let hour = 0; hour < HOURS; hour += 1) {
    const at = new Date(now - hour * HOUR_MS).toISOString().slice(0, 13);
    const fields = {};
    for (let slot = 0; slot < 12; slot += 1) {
      const counts = {
        hit: thrashes ? 50 : 900,
        miss: thrashes ? 50 : 90,
        hitUs: 90_000,
        missUs: 900_000,
        set: 3,
        bytes: 9000,
      };
      for (const [name, value] of Object.entries(counts)) fields[`${slot}:${name}`] = value;
      for (let bucket = 0; bucket < 6; bucket += 1) fields[`${slot}:b${bucket}`] = 20;
    }
    pipeline.hset(`rcm:{${id}}:counters:${at}`, fields);
  }
  for (let i = 0; thrashes && i < EVENTS; i += 1) {
    const at = now - (EVENTS - i) * 10 * SECOND_MS;
    const stored = i % 20 < 10;
    const fields = ['t', at, 'k', `scenario:${i % 10}`, 'o', stored ? 'm' : 'h', 's', 800, 'd', 900, 'p', 2 ** 24];
    pipeline.xadd(`rcm:{${id}}:events`, '*', ...fields, ...(stored ? ['x', 150_000] : []));
  }
  await pipeline.exec();
}
