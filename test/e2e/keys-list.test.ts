import { readFile, writeFile } from 'node:fs/promises';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readKey, showKey } from '../../src/core/redis/keys/key-argument.js';
import { type KeysPage, keysListReport } from '../../src/core/services/keys/list-report.js';
import { rcm } from '../support/cli.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../support/redis/index.js';
import { jsonOf, stateFile } from './support/clearing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';
import { seedCompanies, seedForeign } from './support/seed.js';

const IDS = ['1', '12', '123', 'a*b?[c]\\^-d', '\\xff\\xfe'];

describe.each(['standalone', 'cluster'])('rcm keys list on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  beforeAll(async () => {
    ({ nodes, client } = await startKind(kind));
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });

  it('shows every key exactly once, page by page, each with the cursor of the one before', async () => {
    const seeded = await seedCompanies(client, IDS);
    await seedForeign(client);
    const flags = ['--redis-url', nodes.url, '--state-file', await stateFile()];
    for (const id of ['12', 'a*b?[c]\\^-d', '\\xff\\xfe']) {
      const keys: string[] = [];
      let cursor: string[] = [];
      for (;;) {
        const page = await jsonOf<KeysPage>(['keys', 'list', id, '--limit', '9', ...cursor, ...flags]);
        expect({ exitCode: page.exitCode, stderr: page.stderr }).toEqual({ exitCode: 0, stderr: '' });
        expectSchema(keysListReport, page.report);
        keys.push(...page.report.keys.map(({ key }) => readKey(key).toString('hex')));
        if (page.report.nextCursor === null) break;
        cursor = ['--cursor', page.report.nextCursor];
      }
      expect(keys.sort()).toEqual((seeded.get(id) ?? []).map((key) => key.toString('hex')).sort());
    }
  });
});

describe('rcm keys list', () => {
  let server: RedisServer;
  let redis: Redis;
  let flags: string[];
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    const state = await stateFile();
    flags = ['--redis-url', server.url, '--state-file', state];
    await writeFile(`${state}.csv`, 'companyId,companyName\n12,Royal Plumbing\n123,Royal Flowers\n');
    await rcm(['companies', 'import', `${state}.csv`, ...flags]);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    for (let i = 0; i < 30; i += 1) await redis.set(`company:12:k${i}`, 'v'.repeat(2 ** (i / 2)), 'EX', 90_000 + i);
    await redis.set('company:12:\x1b[31m|<b>\n=1', 'v');
    await redis.set('company:123:other', 'v');
  });

  it('the command on stderr continues a table, to the last key', async () => {
    const seen: string[] = [];
    let words = ['keys', 'list', 'plumb', '--limit', '7', ...flags];
    for (;;) {
      const { exitCode, stdout, stderr } = await rcm(words);
      expect(exitCode).toBe(0);
      const [header, ...rows] = stdout.trimEnd().split('\n');
      expect(header).toMatch(/^Key +Type +Size +Expires in +Unused for$/);
      seen.push(...rows.map((row) => row.split(/ {2,}/)[0] as string));
      const [, next] = /^continue with: rcm (.*)\n$/.exec(stderr) ?? [];
      if (next === undefined) break;
      words = next.split(' ');
    }
    expect(seen.sort()).toEqual((await redis.keysBuffer('company:12:*')).map(showKey).sort());
    expect(seen).toContain('company:12:\\x1b[31m|<b>\\x0a=1');
  });

  it('in an order shows the first of all, in every format', async () => {
    const largest = ['keys', 'list', '12', '--sort', '-size', '--limit', '2', ...flags];
    const table = await rcm(largest);
    expect(table.stdout.split('\n')[1]).toMatch(/^company:12:k29 +string +\d+\.\dKB +1d( 1h)? +\d+s$/);
    expect(table.stderr).toMatch(/^The first 2 of 31 keys \([\d.]+KB\): --limit shows more\.\n$/);
    const { report } = await jsonOf<KeysPage>(largest);
    expectSchema(keysListReport, report);
    expect(report).toMatchObject({
      company: { companyId: '12', companyName: 'Royal Plumbing' },
      sort: '-size',
      keys: [
        { key: 'company:12:k29', bytes: await redis.memory('USAGE', 'company:12:k29') },
        { key: 'company:12:k28' },
      ],
      matched: { keys: 31 },
      nextCursor: null,
      warnings: [],
    });
    const csv = await rcm([...largest, '--format', 'csv', '--columns', 'key,type']);
    expect(csv.stdout).toBe('key,type\ncompany:12:k29,string\ncompany:12:k28,string\n');
    const lines = (await rcm([...largest, '--format', 'ndjson'])).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      report.keys.map((key) => expect.objectContaining({ key: key.key })),
    );
    const colour = await rcm([...largest, '--columns', 'colour']);
    expect({ exitCode: colour.exitCode, stdout: colour.stdout }).toEqual({ exitCode: 2, stdout: '' });
    const odd = ['keys', 'list', '12', '--no-ttl', ...flags];
    const markdown = await rcm([...odd, '--format', 'markdown']);
    expect(markdown.stdout).toMatch(
      /^\| Key \|.*\n\| --- \|.*\n\| company:12:\\\\x1b\\\[31m\\\|&lt;b&gt;\\\\x0a=1 \| string \|.*never/,
    );
    expect((await jsonOf<KeysPage>(odd)).report.keys).toMatchObject([{ ttlSeconds: null, ttl: 'never' }]);
    const file = `${await stateFile()}.txt`;
    expect((await rcm([...largest, '--output', file])).stdout).toBe('');
    expect(await readFile(file, 'utf8')).toContain('company:12:k29');
  });

  it('fits 80 columns', async () => {
    await redis.set(`company:12:${'long '.repeat(40)}`, 'v');
    const { stdout } = await rcm(['keys', 'list', '12', '--limit', '100', '--no-color', ...flags], {
      tty: { columns: 80, rows: 50 },
    });
    for (const line of stdout.split('\r\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toContain('…');
  });

  it('filters rows, and the cursor knows by what', async () => {
    const filter = ['--filter', 'key~k1', '--filter', 'size<1000'];
    const { report } = await jsonOf<KeysPage>(['keys', 'list', '12', ...filter, '--limit', '2', ...flags]);
    expect(report.keys).toHaveLength(2);
    for (const { key } of report.keys) expect(key).toMatch(/^company:12:k1/);
    const cursor = ['--cursor', report.nextCursor as string];
    expect((await rcm(['keys', 'list', '12', ...filter, ...cursor, ...flags])).exitCode).toBe(0);
    const other = await expectError(['keys', 'list', '12', ...filter.slice(2), ...cursor, ...flags], 2);
    expect(other.message).toContain('other filters');
    const company = await expectError(['keys', 'list', '123', ...filter, ...cursor, ...flags], 2);
    expect(company).toMatchObject({ code: 'RCM_USAGE', hint: expect.stringContaining('without --cursor') });
  });

  it.each([
    ['a cursor of garbage', ['12', '--cursor', 'x'], 2, 'no cursor'],
    ['a cursor with an order', ['12', '--cursor', 'x', '--sort', 'size'], 2, '--sort'],
    ['an order that there is not', ['12', '--sort', 'colour'], 2, "by 'colour'"],
    ['a bad size', ['12', '--min-size', 'big'], 2, 'no size'],
    ['a page of nothing', ['12', '--limit', '0'], 2, 'limit'],
    ['an unknown company', ['nobody'], 4, "no company 'nobody'"],
    ['an ambiguous one', ['royal'], 4, 'Royal Plumbing (12), Royal Flowers (123)'],
  ])('refuses %s', async (_, args, exitCode, message) => {
    expect((await expectError(['keys', 'list', ...args, ...flags], exitCode)).message).toContain(message);
  });

  it('has nothing to say of idle times under an LFU policy', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    const { report } = await jsonOf<KeysPage>(['keys', 'list', '12', ...flags]);
    const error = await expectError(['keys', 'list', '12', '--sort', 'idle', ...flags], 4);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(new Set(report.keys.map(({ idleSeconds }) => idleSeconds))).toEqual(new Set([null]));
    expect(error.code).toBe('RCM_NOT_APPLICABLE');
  });

  it('reads a replica, and says what it does not know', async () => {
    const replica = await startRedis({ replicaOf: server });
    const { report } = await jsonOf<KeysPage>(['keys', 'list', '12', '--read-from', 'replica', ...flags]);
    await replica.stop();
    expect(report.keys).toHaveLength(31);
    expect(report.warnings).toEqual([expect.stringContaining('Idle times are those of the replica')]);
  });

  it('Redis down: exit 3; without the durable state companies are known by their ids', async () => {
    const down = await expectError(['keys', 'list', '12', '--redis-url', 'redis://127.0.0.1:1', ...flags.slice(2)], 3);
    expect(down.code).toBe('RCM_REDIS_UNREACHABLE');
    const { exitCode, report } = await jsonOf<KeysPage>(
      ['keys', 'list', '12', '--redis-url', server.url, '--mongodb-uri', 'mongodb://127.0.0.1:1/x'],
      { env: { RCM_MONGODB_TIMEOUT_MS: '300' } },
    );
    expect({ exitCode, keys: report.keys.length }).toEqual({ exitCode: 0, keys: 31 });
  });
});
