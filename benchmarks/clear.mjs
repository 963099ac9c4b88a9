// `rcm clear` of 100,000 keys against `redis-cli --scan --pattern … | xargs redis-cli unlink`, without and with a backup.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, peakMegabytes, seconds } from './support/measure.mjs';
import { companyId, seed, startServer } from './support/server.mjs';

const KEYS = 100_000;

/** @returns rows of {what, measured, wanted, met} */
export async function clearBenchmark(env, rounds) {
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-clear-'));
  const args = (...more) => ['bin/run.js', 'clear', companyId(0), '--yes', '--redis-url', server.url, ...more];
  const pattern = `company:${companyId(0)}:*`;
  const cli = `redis-cli -p ${server.port} --scan --pattern '${pattern}' | xargs redis-cli -p ${server.port} unlink`;
  const filled = async (work) => {
    await seed(server.port, KEYS, 1);
    const took = await work();
    const left = await server.redis.dbsize();
    if ((await server.redis.keys(pattern)).length > 0) throw new Error(`${left} keys are left`);
    return took;
  };
  try {
    const rows = [];
    let file = 0;
    const backup = () => join(folder, `${file++}.rcmb`);
    await server.redis.slowlog('RESET');
    for (let i = 0; i < rounds; i += 1) {
      const bare = await filled(() => seconds('sh', ['-c', cli]));
      const plain = await filled(() => seconds(process.execPath, args(), env));
      const saved = await filled(() => seconds(process.execPath, args('--backup', backup()), env));
      rows.push({ bare, plain, saved });
    }
    const slow = (await server.redis.slowlog('GET', 1000)).filter(([, , , [name]]) => /^eval/i.test(name)).length;
    const of = (value) => median(rows.map(value));
    await seed(server.port, KEYS, 1);
    const peakSmall = await peakMegabytes(args('--backup', backup()), env);
    await seed(server.port, 10 * KEYS, 1);
    const peak = await peakMegabytes(args('--backup', backup()), env);
    const [plain, saved] = [of((r) => r.plain / r.bare), of((r) => r.saved / r.bare)];
    const times = (name) => `${of((r) => r[name]).toFixed(2)} s ÷ ${of((r) => r.bare).toFixed(2)} s`;
    return [
      row(
        'rcm clear of 100,000 keys ÷ redis-cli --scan piped to xargs redis-cli unlink',
        `${plain.toFixed(2)} (${times('plain')})`,
        '≤ 1',
        plain <= 1,
      ),
      row('the same with --backup', `${saved.toFixed(2)} (${times('saved')})`, '≤ 3', saved <= 3),
      row('its server steps of 10 ms and more (SLOWLOG)', String(slow), '0', slow === 0),
      row(
        'its peak memory with --backup, 1,000,000 ÷ 100,000 keys',
        `${(peak / peakSmall).toFixed(2)} (${peak.toFixed(0)} MB)`,
        '≤ 1.25',
        peak / peakSmall <= 1.25,
      ),
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function row(what, measured, wanted, met) {
  return { what, measured, wanted, met };
}
