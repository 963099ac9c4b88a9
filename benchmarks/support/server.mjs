// A redis-server of the benchmark's own, without persistence, filled with companies' keys.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** @returns {Promise<{port: number, url: string, redis: Redis, stop: () => Promise<void>}>} */
export async function startServer() {
  const dir = await mkdtemp(join(tmpdir(), 'rcm-bench-'));
  const port = await freePort();
  const args = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    dir,
    '--slowlog-log-slower-than',
    10_000,
    '--slowlog-max-len',
    100_000,
  ];
  const child = spawn(process.env.RCM_TEST_REDIS_SERVER ?? 'redis-server', args.map(String), { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const redis = new Redis(port, { retryStrategy: (times) => (times < 100 ? 50 : null) });
  redis.on('error', () => {}); // refused until the server listens
  await redis.ping();
  const stop = async () => {
    redis.disconnect();
    process.off('exit', kill);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(dir, { recursive: true, force: true });
  };
  return { port, url: `redis://127.0.0.1:${port}`, redis, stop };
}

/** The id of the nth company that `seed` makes. */
export function companyId(n) {
  return (0x68e3f77a9d62 + n).toString(16).padEnd(24, 'c4');
}

/** Values of 100 to 1,500 bytes under company:ID:scenario:N, spread evenly over the companies. */
export async function seed(port, keys, companies) {
  const socket = connect(port, '127.0.0.1');
  const filler = 'x'.repeat(1500);
  let answered = 0;
  socket.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) answered += 1;
  });
  for (let i = 0; i < keys; ) {
    let batch = '';
    for (let n = 0; n < 2000 && i < keys; n += 1, i += 1) {
      const key = `company:${companyId(i % companies)}:scenario:${i}`;
      const size = 100 + ((i * 7919) % 1401);
      batch += `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${size}\r\n${filler.slice(0, size)}\r\n`;
    }
    if (!socket.write(batch)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  while (answered < keys) await sleep(20);
  socket.destroy();
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
