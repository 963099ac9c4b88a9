// CompanyCache.get against a bare ioredis get + JSON.parse: same server, same keys, same concurrency, turn about in one
// run. Prints the median throughput of each and the median of the ratios of neighbouring rounds (at least 0.85 wanted).
// Usage: node benchmarks/client-get.mjs [redis URL]   (without one it starts a redis-server of its own; needs a build)
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { CompanyCache } from '../dist/client/index.js';

const ROUNDS = 15;
const READS = 40_000;
const CONCURRENCY = 64;
const KEYS = 1000;
const COMPANIES = 20;

const server = process.argv[2] === undefined ? await startServer() : { url: process.argv[2], stop: async () => {} };
const redis = new Redis(server.url);
const cache = new CompanyCache({ redis });
try {
  await fill();
  const bare = async (i) => {
    const text = await redis.get(`company:bench${i % COMPANIES}:key:${i % KEYS}`);
    return text === null ? null : JSON.parse(text);
  };
  const cached = (i) => cache.get(`bench${i % COMPANIES}`, `key:${i % KEYS}`);
  await round(bare);
  await round(cached);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    // Whoever goes second profits from nothing: the order changes each time.
    const first = i % 2 === 0 ? await round(bare) : await round(cached);
    const second = i % 2 === 0 ? await round(cached) : await round(bare);
    const [plain, client] = i % 2 === 0 ? [first, second] : [second, first];
    rounds.push({ plain, client, ratio: client / plain });
  }
  const result = {
    barePerSecond: Math.round(median(rounds.map((r) => r.plain))),
    clientPerSecond: Math.round(median(rounds.map((r) => r.client))),
    ratio: Number(median(rounds.map((r) => r.ratio)).toFixed(3)),
    wantedRatio: 0.85,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await cache.close();
  await redis.quit();
  await server.stop();
}

async function fill() {
  const pipeline = redis.pipeline();
  const value = JSON.stringify({ id: 1, name: 'A company', text: 'x'.repeat(400), tags: ['a', 'b', 'c'] });
  for (let i = 0; i < KEYS; i += 1) pipeline.set(`company:bench${i % COMPANIES}:key:${i}`, value, 'EX', 600);
  await pipeline.exec();
}

/** Reads per second with CONCURRENCY callers. */
async function round(read) {
  let next = 0;
  const caller = async () => {
    while (next < READS) {
      next += 1;
      if ((await read(next)) === null) throw new Error('a key of the benchmark is missing');
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  return (READS / (performance.now() - start)) * 1000;
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

async function startServer() {
  const dir = await mkdtemp(join(tmpdir(), 'rcm-bench-'));
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const child = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', dir].map(String), {
    stdio: 'ignore',
  });
  const url = `redis://127.0.0.1:${port}`;
  const probe = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  probe.on('error', () => {});
  await Promise.race([
    probe.ping(),
    sleep(10_000, null, { ref: false }).then(() => Promise.reject(new Error('no redis-server'))),
  ]);
  probe.disconnect();
  const stop = async () => {
    child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  };
  return { url, stop };
}
