// `rcm drill-down` of one company among 1,000 on a million keys, against a bare SCAN of the keyspace with its pattern.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairs, seconds } from './support/measure.mjs';
import { companyId, seed, startServer } from './support/server.mjs';

const KEYS = 1_000_000;
const COMPANIES = 1000;

/** @returns rows of {what, measured, wanted, met} */
export async function drillDownBenchmark(env, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-drill-'));
  const server = await startServer();
  try {
    const stateFile = join(folder, 'rcm.db');
    const rcm = ['bin/run.js', '--redis-url', server.url, '--state-file', stateFile];
    const command = (...words) => [rcm[0], ...words, ...rcm.slice(1)];
    const list = join(folder, 'companies.csv');
    const rows = Array.from({ length: COMPANIES }, (_, n) => `${companyId(n)},Company ${n}`);
    await writeFile(list, `companyId,companyName\n${rows.join('\n')}\n`);
    await seconds(process.execPath, command('companies', 'import', list), env);
    await seed(server.port, KEYS, COMPANIES);
    const bare = ['benchmarks/bare-scan.mjs', String(server.port), `company:${companyId(7)}:*`];
    await server.redis.slowlog('RESET');
    const { ratio, a, b } = await pairs(
      rounds,
      () => seconds(process.execPath, command('drill-down', companyId(7), '--json'), env),
      () => seconds(process.execPath, bare),
    );
    const slow = (await server.redis.slowlog('GET', 100_000)).filter(([, , , [name]]) => /^eval/i.test(name)).length;
    return [
      {
        what: "rcm drill-down, 1,000,000 keys ÷ bare SCAN with the company's pattern",
        measured: `${ratio.toFixed(2)} (${a.toFixed(2)} s ÷ ${b.toFixed(2)} s)`,
        wanted: '≤ 1.2',
        met: ratio <= 1.2,
      },
      { what: 'its server steps of 10 ms and more (SLOWLOG)', measured: String(slow), wanted: '0', met: slow === 0 },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
