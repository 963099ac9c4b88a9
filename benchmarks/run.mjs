// All benchmarks, as ratios in one run. Usage: npm run bench [-- --write]   (--write puts the table into docs/benchmarks.md)
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { busyBenchmark } from './busy.mjs';
import { checkBenchmark } from './check.mjs';
import { clearBenchmark } from './clear.mjs';
import { detectBenchmark } from './detect.mjs';
import { drillDownBenchmark } from './drill-down.mjs';
import { historySizeBenchmark } from './history-size.mjs';
import { monthBenchmark } from './month.mjs';
import { observeBenchmark } from './observe.mjs';
import { pricingBenchmark } from './pricing.mjs';
import { reportBenchmark } from './report.mjs';
import { scanBenchmark } from './scan.mjs';
import { snapshotBenchmark } from './snapshot.mjs';
import { pairs, seconds } from './support/measure.mjs';
import { trendsBenchmark } from './trends.mjs';
import { ttlBenchmark } from './ttl.mjs';

const home = await mkdtemp(join(tmpdir(), 'rcm-bench-home-'));
const env = { XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, RCM_MONGODB_URI: 'none' };
try {
  const rows = [
    ...(await scanBenchmark(env, 5)),
    ...(await busyBenchmark(env, 3)),
    ...(await drillDownBenchmark(env, 9)),
    ...(await detectBenchmark(env, 7)),
    ...(await clearBenchmark(env, 7)),
    ...(await pricingBenchmark(env, 15)),
    ...(await checkBenchmark(env, 5)),
    ...(await reportBenchmark(env, 5)),
    ...(await observeBenchmark(env)),
    ...(await ttlBenchmark(5)),
    ...(await snapshotBenchmark(env, 5)),
    ...(await trendsBenchmark(env, 15)),
    ...(await historySizeBenchmark(200)),
    ...(await monthBenchmark()),
    await startup(),
    await client(),
  ];
  const table = [
    '| what | measured | wanted | |',
    '| --- | ---: | ---: | --- |',
    ...rows.map((r) => `| ${r.what} | ${r.measured} | ${r.wanted} | ${r.met ? 'met' : '**not met**'} |`),
  ].join('\n');
  console.log(`${await machine()}\n\n${table}`);
  if (process.argv.includes('--write')) await write(`${await machine()}\n\n${table}`);
} finally {
  await rm(home, { recursive: true, force: true });
}

async function startup() {
  const { ratio, a, b } = await pairs(
    21,
    () => seconds(process.execPath, ['bin/run.js', '--version']),
    () => seconds(process.execPath, ['-e', '0']),
  );
  return {
    what: 'rcm --version ÷ node -e 0',
    measured: `${ratio.toFixed(2)} (${(a * 1000).toFixed(0)} ms ÷ ${(b * 1000).toFixed(0)} ms)`,
    wanted: '≤ 2.5',
    met: ratio <= 2.5,
  };
}

async function client() {
  const { stdout } = await promisify(execFile)(process.execPath, ['benchmarks/client-get.mjs']);
  const { ratio, barePerSecond, clientPerSecond } = JSON.parse(stdout);
  return {
    what: 'CompanyCache.get ÷ bare ioredis get + JSON.parse',
    measured: `${ratio.toFixed(2)} (${clientPerSecond.toLocaleString('en-US')}/s ÷ ${barePerSecond.toLocaleString('en-US')}/s)`,
    wanted: '≥ 0.85',
    met: ratio >= 0.85,
  };
}

async function machine() {
  const { stdout } = await promisify(execFile)('redis-server', ['--version']);
  const version = /v=([\d.]+)/.exec(stdout)?.[1] ?? 'unknown';
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ${process.platform}, Node ${process.versions.node}, Redis ${version}. All processes shared these processors.`;
}

async function write(text) {
  const file = 'docs/benchmarks.md';
  const before = await readFile(file, 'utf8');
  await writeFile(file, before.replace(/(<!-- results -->)[\s\S]*(<!-- resultsstop -->)/, `$1\n\n${text}\n\n$2`));
}
