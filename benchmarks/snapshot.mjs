// `rcm snapshot` of 1,000 companies, each with counters around the clock and events since the last run, against `rcm
// companies` on the same server. Before each run the last hour is taken out of the store again, so that every run has an
// hour to copy, as every hour's run has. Usage: node benchmarks/snapshot.mjs [ROUNDS] [KEYS]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { pairs, seconds } from './support/measure.mjs';
import { companyId, seed, startServer } from './support/server.mjs';

const COMPANIES = 1000;
const HOUR = 3_600_000;
/** Of each company, between two runs. */
const NEW_EVENTS = 12;

/** @returns rows of {what, measured, wanted, met} */
export async function snapshotBenchmark(env, rounds, keys = 1_000_000) {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-snapshot-'));
  const server = await startServer();
  try {
    await seed(server.port, keys, COMPANIES);
    await record(server.redis);
    const stateFile = join(folder, 'rcm.db');
    const flags = ['--redis-url', server.url, '--state-file', stateFile];
    const first = await seconds(process.execPath, ['bin/run.js', 'snapshot', ...flags], env);
    const again = async () => {
      const db = new Libsql(stateFile);
      db.exec('DELETE FROM counter_hour WHERE hour = (SELECT max(hour) FROM counter_hour)');
      db.close();
      await addEvents(server.redis, NEW_EVENTS);
      return seconds(process.execPath, ['bin/run.js', 'snapshot', ...flags], env);
    };
    await again();
    const { ratio, a, b } = await pairs(rounds, again, () =>
      seconds(process.execPath, ['bin/run.js', 'companies', ...flags], env),
    );
    const copied = `${(COMPANIES * NEW_EVENTS).toLocaleString('en-US')} events`;
    return [
      {
        what: `rcm snapshot, 1,000 companies, ${keys.toLocaleString('en-US')} keys, with an hour's counters and ${copied} to copy ÷ rcm companies`,
        measured: `${ratio.toFixed(2)} (${a.toFixed(2)} s ÷ ${b.toFixed(2)} s; the first, with 50 hours to copy: ${first.toFixed(1)} s)`,
        wanted: '≤ 1.2',
        met: ratio <= 1.2,
      },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** 50 hours of counters as an active company leaves them: 12 slots of every counter, each hash expiring after its last write. */
async function record(redis) {
  const now = Date.now();
  const names = ['hit', 'miss', 'set', 'hitUs', 'missUs', 'bytes', 'b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7'];
  for (let n = 0; n < COMPANIES; n += 1) {
    const pipeline = redis.pipeline();
    for (let ago = 0; ago < 50; ago += 1) {
      const hour = Math.floor(now / HOUR) * HOUR - ago * HOUR;
      const key = `rcm:{${companyId(n)}}:counters:${new Date(hour).toISOString().slice(0, 13)}`;
      const slots = ago === 0 ? Math.floor((now % HOUR) / 300_000) + 1 : 12;
      const fields = [];
      for (let slot = 0; slot < slots; slot += 1)
        for (const [i, name] of names.entries()) fields.push(`${slot}:${name}`, 100 + ((n * 31 + i * 7 + slot) % 900));
      pipeline.hset(key, ...fields).pexpireat(key, Math.min(now, hour + HOUR) + 50 * HOUR);
    }
    await pipeline.exec();
  }
  await addEvents(redis, 300);
}

async function addEvents(redis, each) {
  const now = Date.now();
  for (let n = 0; n < COMPANIES; n += 1) {
    const pipeline = redis.pipeline();
    for (let i = 0; i < each; i += 1)
      pipeline.xadd(
        `rcm:{${companyId(n)}}:events`,
        ...['MAXLEN', '=', 512, '*', 't', now - i, 'k', `scenario:${i}`, 'o', i % 5 ? 'h' : 'm', 's', 900, 'd', 250 + i, 'p', 2 ** 22],
      ); // biome-ignore format: a command
    await pipeline.exec();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const home = await mkdtemp(join(tmpdir(), 'rcm-bench-home-'));
  const env = { XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, RCM_MONGODB_URI: 'none' };
  try {
    const [rounds, keys] = process.argv.slice(2).map(Number);
    for (const { what, measured, wanted, met } of await snapshotBenchmark(env, rounds ?? 5, keys))
      console.log(`${what}: ${measured}, wanted ${wanted}: ${met ? 'met' : 'NOT MET'}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
