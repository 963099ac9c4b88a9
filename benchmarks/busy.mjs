// A sequential reader alone, and beside `rcm companies` on a million keys: what it loses.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { median } from './support/measure.mjs';
import { seed, startServer } from './support/server.mjs';

const run = promisify(execFile);
const SECONDS = 6;

export async function busyBenchmark(env, rounds) {
  const server = await startServer();
  await seed(server.port, 1_000_000, 1000);
  const read = async () =>
    JSON.parse(
      (await run(process.execPath, ['benchmarks/sequential-reader.mjs', String(server.port), String(SECONDS)])).stdout,
    );
  try {
    const rows = [];
    for (let i = 0; i < rounds; i += 1) {
      const alone = await read();
      const scan = spawn(process.execPath, ['bin/run.js', 'companies', '--json', '--redis-url', server.url], {
        stdio: 'ignore',
        env: { ...process.env, ...env },
      });
      const ended = new Promise((resolve) => scan.once('exit', resolve));
      const beside = await read();
      scan.kill('SIGTERM');
      await ended;
      rows.push({ throughput: beside.perSecond / alone.perSecond, p99: beside.p99 - alone.p99 });
    }
    const throughput = median(rows.map((r) => r.throughput)) * 100;
    const p99 = median(rows.map((r) => r.p99));
    return [
      {
        what: 'throughput that a sequential reader keeps beside a scan',
        measured: `${throughput.toFixed(0)} %`,
        wanted: '≥ 80 %',
        met: throughput >= 80,
      },
      { what: "rise of that reader's p99", measured: `${p99.toFixed(2)} ms`, wanted: '≤ 2 ms', met: p99 <= 2 },
    ];
  } finally {
    await server.stop();
  }
}
