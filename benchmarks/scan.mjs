// `rcm companies` on a million keys of a thousand companies: against redis-cli --memkeys, against a bare SCAN loop, its
// server steps and its memory.
import { pairs, peakMegabytes, seconds } from './support/measure.mjs';
import { seed, startServer } from './support/server.mjs';

const RCM = ['bin/run.js', 'companies', '--json', '--redis-url'];

/** @returns rows of {what, measured, wanted, met} */
export async function scanBenchmark(env, rounds) {
  const small = await startServer();
  await seed(small.port, 100_000, 1000);
  const large = await startServer();
  await seed(large.port, 1_000_000, 1000);
  try {
    const rcm = () => seconds(process.execPath, [...RCM, large.url], env);
    await large.redis.slowlog('RESET');
    const before = await calls(large.redis);
    const bare = await pairs(rounds, rcm, () =>
      seconds(process.execPath, ['benchmarks/bare-scan.mjs', String(large.port)]),
    );
    const slow = (await large.redis.slowlog('GET', 100_000)).filter(([, , , [name]]) => /^eval/i.test(name)).length;
    const steps = (await calls(large.redis)) - before;
    const memkeys = await pairs(1, rcm, () =>
      seconds('redis-cli', ['-p', String(large.port), '--memkeys', '--memkeys-samples', '0']),
    );
    const peak = await peakMegabytes([...RCM, large.url], env);
    const peakSmall = await peakMegabytes([...RCM, small.url], env);
    const faster = memkeys.b / memkeys.a;
    const under = (1 - slow / steps) * 100;
    return [
      row(
        'rcm companies, 1,000,000 keys ÷ bare SCAN loop',
        `${bare.ratio.toFixed(2)} (${bare.a.toFixed(2)} s ÷ ${bare.b.toFixed(2)} s)`,
        '≤ 2.5',
        bare.ratio <= 2.5,
      ),
      row(
        'redis-cli --memkeys --memkeys-samples 0 ÷ rcm companies',
        `${faster.toFixed(1)} (${memkeys.b.toFixed(1)} s ÷ ${memkeys.a.toFixed(2)} s)`,
        '≥ 2.5',
        faster >= 2.5,
      ),
      row(
        'server steps under 10 ms (SLOWLOG)',
        `${under.toFixed(2)} % of ${steps.toLocaleString('en-US')}`,
        '≥ 99.9 %',
        under >= 99.9,
      ),
      row('peak memory, 1,000,000 keys', `${peak.toFixed(0)} MB`, '< 130 MB', peak < 130),
      row(
        'peak memory, 1,000,000 ÷ 100,000 keys',
        (peak / peakSmall).toFixed(2),
        '0.85–1.15',
        Math.abs(peak / peakSmall - 1) <= 0.15,
      ),
    ];
  } finally {
    await Promise.all([small.stop(), large.stop()]);
  }
}

async function calls(redis) {
  const stats = await redis.info('commandstats');
  return [...stats.matchAll(/^cmdstat_evalsha(?:_ro)?:calls=(\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
}

function row(what, measured, wanted, met) {
  return { what, measured, wanted, met };
}
