// `rcm observe` beside an application that makes 50,000 reads a second on the same machine: whether it follows without being cut
// off, and how far each company's hit rate is from what the application counted itself. The application's reads begin after the
// observer watches and end before it stops, so that both count the same reads.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { seed, startServer } from './support/server.mjs';

const PER_SECOND = 50_000;
const SECONDS = 8;
const COMPANIES = 100;

/** @returns rows of {what, measured, wanted, met} */
export async function observeBenchmark(env) {
  const server = await startServer();
  await seed(server.port, COMPANIES * 20, COMPANIES);
  const reader = run('benchmarks/support/reader.mjs', [server.port, PER_SECOND, SECONDS, COMPANIES]);
  const observer = run(
    'bin/run.js',
    ['observe', '--json', '--duration', `${SECONDS + 4}s`, '--max-overhead', '100', '--redis-url', server.url],
    env,
  );
  try {
    while (!/sub=3/.test(await server.redis.client('LIST'))) await sleep(20);
    await sleep(300);
    reader.child.stdin.write('go\n');
    const own = JSON.parse(await reader.ended);
    const seen = JSON.parse(await observer.ended);
    const counted = new Map(seen.companies.map((company) => [company.companyId, company]));
    const differences = Object.entries(own.companies)
      .filter(([, [reads]]) => reads > 1000)
      .map(([id, [reads, misses]]) => Math.abs((counted.get(id)?.hitRate ?? 0) - (1 - misses / reads) * 100));
    const worst = Math.max(...differences);
    const reads = Object.values(own.companies).reduce((sum, [n]) => sum + n, 0);
    const [{ overhead }] = seen.nodes;
    const share = overhead.percent?.toFixed(0) ?? 'unknown';
    return [
      {
        what: 'intervals that rcm observe lost, beside 50,000 reads/s on the same machine',
        measured: `${seen.intervals.discarded} of ${seen.intervals.good + seen.intervals.discarded} (${Math.round(own.perSecond).toLocaleString('en-US')} reads/s; ${share} % of the command thread, at most ${(overhead.largestBufferBytes / 1e6).toFixed(1)} MB held)`,
        wanted: 'none',
        met: seen.intervals.discarded === 0 && seen.stoppedEarly === null && own.perSecond >= PER_SECOND * 0.95,
      },
      {
        what: "largest distance from a company's own hit rate (over 1,000 reads), percentage points",
        measured: `${worst.toFixed(3)} (${differences.length} companies; ${seen.platform.reads.toLocaleString('en-US')} of ${reads.toLocaleString('en-US')} reads seen)`,
        wanted: '≤ 0.2',
        met: worst <= 0.2 && differences.length > 0,
      },
    ];
  } finally {
    for (const { child } of [reader, observer]) child.kill('SIGKILL');
    await server.stop();
  }
}

function run(script, args, env = {}) {
  const child = spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  return { child, ended: once(child, 'close').then(() => out) };
}
