import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { Cluster, type Redis } from 'ioredis';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { rcm } from '../support/cli.js';
import { REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { CLOSED_PORT, connect, type RedisServer, startCluster, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import { setBudgets } from './support/budgets.js';
import { record } from './support/counters.js';
import { expectError } from './support/run.js';

interface Report {
  generatedAt: string;
  platformStats: Record<string, unknown>;
  cost: Record<string, unknown>;
  redis: Record<string, unknown> & { keyspace: { hits: number; misses: number; hitRate: number } };
  keys: object;
  own: object;
  store: { engine: string; location: string } | null;
  snapshot: { takenAt: string; ageSeconds: number } | null;
  warnings: string[];
}

const MB = 1_048_576;

describe('rcm stats', () => {
  let server: RedisServer;
  let redis: Redis;
  let flags: string[];
  let stateFile: string;
  beforeAll(async () => {
    server = await startRedis({ config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lfu'] });
    redis = connect(server);
    for (let i = 0; i < 40; i++) await redis.set(`company:${i % 4}:${i}`, 'x'.repeat(30_000));
    await redis.set('session:1', 'nobody');
    await record(redis, '0', Date.now(), { hit: 90, miss: 10, hitUs: 1000, missUs: 1000 });
    await record(redis, '1', Date.now(), { hit: 60, miss: 40, hitUs: 1000, missUs: 1000 });
    await redis.set('gone', 'x', 'PX', 1);
    await waitUntil('a key has expired', async () => (await redis.exists('gone')) === 0);
    stateFile = `${await tempDir('state')}/rcm.db`;
    flags = ['--redis-url', server.url, '--state-file', stateFile];
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  const stats = (args: string[] = [], options: Parameters<typeof rcm>[1] = {}) =>
    rcm(['stats', ...flags, ...args], options);
  const bytesOf = async (pattern: string): Promise<number> => {
    let bytes = 0;
    for (const key of await redis.keys(pattern)) bytes += Number(await redis.call('MEMORY', 'USAGE', key));
    return bytes;
  };
  const field = async (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await redis.info())?.[1]);

  it('--json: every figure', async () => {
    const hits = await field('keyspace_hits');
    const misses = await field('keyspace_misses');
    const { exitCode, stderr, ...result } = await stats(['--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = result.json<Report>();
    const cacheBytes = await bytesOf('company:*');
    const ownBytes = await bytesOf('rcm:*');
    // Misses are queries: 50 in less than a day; the cost of so few, a month, is less than a cent.
    const redisCost = 20 + (cacheBytes / MB) * 0.08;
    expect(report.platformStats).toMatchObject({
      totalMemoryBytes: cacheBytes,
      avgHitRate: 75,
      unallocatedCost: 57,
      // 5 dollars of base and a bit are past 80 % of 5: only the hit rate of 90 % makes one healthy (86).
      companies: { total: 4, healthy: 1, warning: 3, critical: 0, unknown: 0 },
    });
    expect(report.cost).toMatchObject({ unallocated: 57, mongodbBaseTier: 57, redisBase: 0, twilio: null });
    expect(report.cost.redis).toBeCloseTo(redisCost, 5);
    expect(report.cost.platform).toBeCloseTo(Number(report.cost.companies) + 57, 5);
    expect(report.cost.companies).toBe(report.platformStats.totalCost);
    expect(report.cost.unknown).toEqual(expect.arrayContaining(['mongodb.storage', 'twilio.calls']));
    expect(report.redis).toMatchObject({
      product: 'redis',
      mode: 'standalone',
      primaries: 1,
      maxMemoryBytes: 64 * MB,
      maxMemory: '64.0MB',
      maxMemoryPolicy: 'allkeys-lfu',
      evictedKeys: 0,
      expiredKeys: 1,
      keyspace: { hits, misses, hitRate: (100 * hits) / (hits + misses) },
    });
    expect(report.redis.usedPercent).toBeCloseTo((Number(report.redis.usedMemoryBytes) / (64 * MB)) * 100, 6);
    expect(report.keys).toEqual({ companies: 40, own: 2, other: 1 });
    expect(report.own).toMatchObject({
      keys: 2,
      bytes: ownBytes,
      activeCompanies: 2,
      bytesPerActiveCompany: Math.round(ownBytes / 2),
    });
    expect(report.store).toEqual({ engine: 'sqlite', location: stateFile });
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    const schema = JSON.parse(await readFile('schemas/stats.json', 'utf8')) as object;
    expect(ajv.validate(schema, report), JSON.stringify(ajv.errors)).toBe(true);
  });

  it('the other formats say the same', async () => {
    const report = (await stats(['--format', 'ndjson'])).json<Report>();
    const [row, ...more] = parse<Record<string, string>>((await stats(['--format', 'csv'])).stdout, { columns: true });
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      companies: '4',
      healthy: '1',
      warning: '3',
      cacheBytes: String(report.platformStats.totalMemoryBytes),
      hitRate: '75',
      maxMemoryBytes: String(64 * MB),
      unallocatedCost: '57',
      twilioCost: '',
      ownKeys: '2',
      store: stateFile,
    });
    const markdown = (await stats(['--format', 'markdown'])).stdout;
    expect(markdown).toContain('| Hit rate | 75.0% of recorded reads (24h) |');
    const table = (await stats()).stdout;
    expect(table).toMatch(/Hit rate +75\.0% of recorded reads \(24h\)/);
    expect(table).toMatch(/Unallocated +\$57\.00\/month \(MongoDB base tier \$57\.00\)/);
    expect(table).toMatch(/Memory .* of 64\.0MB \(\d+\.\d%\), allkeys-lfu/);
    expect(table).toMatch(/Look-ups found +\d.*% of [\d,]+, all clients and keys, since the start/);
    expect(table).toContain('in 2 keys');
    const file = `${await tempDir('out')}/stats.md`;
    expect(await stats(['--format', 'markdown', '--output', file])).toMatchObject({ stdout: '', exitCode: 0 });
    expect(await readFile(file, 'utf8')).toContain('| Figure | Value |');
    expect((await stats(['--window', '1h'])).stdout).toContain('of recorded reads (1h)');
  });

  it.each([80, 140])('fits a terminal of %d columns', async (columns) => {
    const { stdout } = await stats(['--no-color'], { tty: { columns, rows: 50 } });
    const lines = stdout.replaceAll('\r', '').trimEnd().split('\n');
    const path = /Store|embedded|^\//; // a path stays whole, to be copied
    for (const line of lines) if (!path.test(line)) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    expect(lines.some((line) => line.startsWith('Platform') && line.includes('Redis'))).toBe(columns === 140);
    expect(stdout).not.toContain('\u001b');
    const coloured = await stats(['--color'], { tty: { columns, rows: 50 } });
    expect(coloured.stdout).toContain('\u001b[1m');
  });

  it('from a snapshot: what it keeps, with its age; the rest unknown', async () => {
    await expectError(['stats', '--from-snapshot', ...flags], 3);
    expect((await rcm(['snapshot', ...flags])).exitCode).toBe(0);
    const live = (await stats(['--json'])).json<Report>();
    const off = ['stats', '--from-snapshot', '--state-file', stateFile];
    const { exitCode, ...kept } = await rcm([...off, '--json']);
    expect(exitCode).toBe(0);
    const report = kept.json<Report>();
    expect(report.snapshot?.ageSeconds).toBeGreaterThanOrEqual(0);
    expect(report.platformStats).toMatchObject({ totalMemoryBytes: live.platformStats.totalMemoryBytes });
    // The lease of the snapshot itself was there, too.
    expect(report.own).toMatchObject({ keys: 3, activeCompanies: 2 });
    const { version, keyspace, servers } = report.redis;
    expect({ version, keyspace, servers }).toEqual({
      version: null,
      keyspace: { hits: null, misses: null, hitRate: null },
      servers: null,
    });
    expect(report.redis).toMatchObject({ maxMemoryBytes: 64 * MB, evictedKeys: 0, expiredKeys: 1 });
    expect((await rcm(off)).stdout).toMatch(/Measured +by a snapshot \d+s ago/);
  });

  it('INFO refused: exit 3, and all the rest', async () => {
    await redis.call('ACL', ['SETUSER', 'blind', 'on', '>secret', '~*', '&*', '+@all', '-info']);
    const url = server.url.replace('//', '//blind:secret@');
    const result = await rcm(['stats', '--json', '--redis-url', url, '--state-file', stateFile]);
    await redis.call('ACL', ['DELUSER', 'blind']);
    const report = result.json<Report>();
    expect(result.exitCode).toBe(3);
    expect(report.redis).toMatchObject({ version: null, usedMemoryBytes: null, evictedKeys: null, servers: null });
    expect(report.platformStats).toMatchObject({ avgHitRate: 75, redisUsedMemoryBytes: null, uptimeSeconds: null });
    expect(report.warnings).toContain("Redis's own figures are unknown: INFO is refused.");
  });

  it('MongoDB down: Redis all the same, exit 3; Redis down: an error', async () => {
    const env = { RCM_MONGODB_TIMEOUT_MS: '300' };
    const result = await stats(['--json', '--mongodb-uri', REFUSING_MONGO_URI], { env });
    const report = result.json<Report>();
    expect(result.exitCode).toBe(3);
    expect(report).toMatchObject({ store: null, cost: { companies: null, platform: null, unallocated: null } });
    expect(report.keys).toMatchObject({ companies: 40 });
    const error = await expectError(['stats', '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`], 3);
    expect(error.code).toBe('RCM_REDIS_UNREACHABLE');
  });

  it.each([
    ['--window', 'soon'],
    ['--columns', 'cost'],
    ['--from-snapshot', '--fresh'],
    ['--max-rate', '0'],
  ])('bad flags: %s %s', async (...args) => {
    const result = await rcm(['stats', ...args, '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`]);
    expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  it('budgets play no part', async () => {
    const before = (await stats(['--json'])).json<Report>();
    await setBudgets({ stateFile, collections }, 1000, {});
    const after = (await stats(['--json'])).json<Report>();
    expect(after.cost.redis).toBe(before.cost.redis);
    expect(after.platformStats.companies).toMatchObject({ total: 4 });
  });
});

it('a cluster: sums over its primaries, replicas not counted twice', async () => {
  const cluster = await startCluster({ replicas: 1, config: ['maxmemory 50mb'] });
  const client = new Cluster([cluster.url]);
  for (let i = 0; i < 300; i++) await client.set(`company:${i % 5}:${i}`, 'x'.repeat(3000));
  await client.set('rcm:{1}:pending', 'x');
  for (const [i, replica] of cluster.replicas.entries()) {
    const [master, copy] = [connect(cluster.masters[i] as RedisServer), connect(replica)];
    await expect.poll(async () => (await copy.dbsize()) === (await master.dbsize()), { timeout: 10_000 }).toBe(true);
    master.disconnect();
    copy.disconnect();
  }
  client.disconnect();
  const flags = ['--redis-url', cluster.url, '--json'];
  const { exitCode, ...result } = await rcm(['stats', ...flags]);
  expect(exitCode).toBe(0);
  const report = result.json<Report & { redis: { servers: { label: string }[] } }>();
  let used = 0;
  for (const master of cluster.masters) {
    const one = connect(master);
    used += Number(/^used_memory:(\d+)/m.exec(await one.info())?.[1]);
    one.disconnect();
  }
  expect(report.redis).toMatchObject({ mode: 'cluster', primaries: 3, maxMemoryBytes: 150 * MB });
  expect(report.redis.servers.map((s) => s.label).sort()).toEqual(
    cluster.masters.map((m) => `127.0.0.1:${m.port}`).sort(),
  );
  expect(report.keys).toEqual({ companies: 300, own: 1, other: 0 });
  // Client buffers come and go: a third of it is not a whole server more or less.
  expect(Math.abs(Number(report.redis.usedMemoryBytes) - used)).toBeLessThan(used / 6);
  const companies = (await rcm(['companies', ...flags])).json<Report>();
  expect(Math.abs(Number(companies.platformStats.redisUsedMemoryBytes) - used)).toBeLessThan(used / 6);
  expect((await rcm(['stats', '--redis-url', cluster.url])).stdout).toMatch(
    /Server +Redis \S+, cluster of 3 primaries/,
  );
  await cluster.stop();
});
