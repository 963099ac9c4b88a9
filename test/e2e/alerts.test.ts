import { mkdtemp, readFile, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertsReport } from '../../src/core/services/alerts/report.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { type CliOptions, rcm } from '../support/cli.js';
import { describeMongo, mongoForTests, REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import { setBudgets } from './support/budgets.js';
import { record } from './support/counters.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

interface AlertJson {
  severity: string;
  code: string;
  companyId: string | null;
  companyName: string | null;
  message: string;
  evidence: Record<string, unknown>;
  since: string | null;
  command: string;
}
interface Report {
  generatedAt: string;
  snapshot: object | null;
  worst: string | null;
  counts: { critical: number; warning: number };
  alerts: AlertJson[];
  complete: boolean;
  warnings: string[];
}

let server: RedisServer;
let redis: Redis;
let stateFile: string;
let flags: string[];
/** Whom the commands ask. */
let url: string;
beforeAll(async () => {
  server = await startRedis({ config: ['maxmemory-policy noeviction'] });
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  // Two companies share the base cost of 20 dollars: 10 each, and less than a tenth of a cent for their keys.
  for (const id of ['a b', 'fine']) await redis.set(`company:${id}:k`, 'x'.repeat(500));
  stateFile = `${await tempDir('state')}/rcm.db`;
  flags = ['--state-file', stateFile];
  url = server.url;
});
const budgets = (own: Record<string, number> = {}) => setBudgets({ stateFile, collections }, 1000, own);
const alerts = (args: string[] = [], options: CliOptions = {}) =>
  rcm(['alerts', '--redis-url', url, ...flags, ...args], options);
const reportOf = async (args: string[] = [], options: CliOptions = {}) => {
  const result = await alerts(['--json', ...args], options);
  const report = result.json<Report>();
  expectSchema(alertsReport, report);
  return { ...result, report };
};

describe('when nothing is wrong', () => {
  beforeEach(() => budgets());

  it('a pipe gets nothing, a terminal one line, machines their empty report', async () => {
    expect(await alerts(['--fail-on', 'warning'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await alerts(['--format', 'ndjson'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const terminal = await alerts(['--no-color'], { tty: { columns: 80, rows: 24 } });
    expect(terminal).toMatchObject({ exitCode: 0, stdout: 'Nothing needs attention.\r\n' });
    const { exitCode, stderr, report } = await reportOf();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(report).toMatchObject({ worst: null, counts: { critical: 0, warning: 0 }, alerts: [], complete: true });
    expect((await alerts(['--format', 'csv'])).stdout).toBe('severity,company,id,code,message,age,since,command\n');
    const file = `${await tempDir('out')}/alerts.txt`;
    expect((await alerts(['--output', file])).stdout).toBe('');
    expect(await readFile(file, 'utf8')).toBe('Nothing needs attention.\n');
  });
});

describe('exit codes, the same in table and JSON mode, the report printed all the same', () => {
  // 10 of 10 dollars is past the 80 %, of 8 past the 120 %.
  it.each([
    ['warning', 10, { none: 0, warning: 5, critical: 0 }],
    ['critical', 8, { none: 0, warning: 6, critical: 6 }],
  ] as const)('at %s', async (severity, budget, codes) => {
    await budgets({ 'a b': budget });
    for (const [failOn, exitCode] of Object.entries(codes)) {
      const args = failOn === 'none' ? [] : ['--fail-on', failOn];
      const table = await alerts(args);
      expect({ code: table.exitCode, stderr: table.stderr }).toEqual({ code: exitCode, stderr: '' });
      expect(table.stdout).toContain("rcm budget get 'a b'");
      const { report, ...json } = await reportOf(args);
      expect({ code: json.exitCode, worst: report.worst }).toEqual({ code: exitCode, worst: severity });
      expect(report.alerts).toMatchObject([{ severity, code: 'BUDGET_CACHE', companyId: 'a b', companyName: null }]);
    }
    // What is shown does not change the gate.
    const other = severity === 'warning' ? 'critical' : 'warning';
    const hidden = await alerts(['--severity', other, '--fail-on', 'warning']);
    expect(hidden).toMatchObject({ exitCode: codes.warning, stdout: '' });
    expect((await alerts(['--severity', severity])).stdout).toContain('Cache budget');
  });

  it('3 when something could not be measured; a breach goes before it', async () => {
    await redis.hset('rcm:{a b}:counters:2020-01-01T00', '0:hit', 1);
    const away = ['--mongodb-uri', REFUSING_MONGO_URI];
    const env = { RCM_MONGODB_TIMEOUT_MS: '300' };
    const { exitCode, report, stderr } = await reportOf([...away, '--fail-on', 'warning'], { env });
    expect({ exitCode, complete: report.complete, alerts: report.alerts }).toEqual({
      exitCode: 3,
      complete: false,
      alerts: [],
    });
    expect(stderr).toContain('cannot be reached');
    const table = await alerts(away, { env });
    expect(table).toMatchObject({
      exitCode: 3,
      stdout: 'Nothing was found, but not everything could be measured.\n',
    });
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', String(Math.round(used * 0.9)));
    const breach = await reportOf([...away, '--fail-on', 'critical'], { env });
    await redis.config('SET', 'maxmemory', '0');
    expect(breach.exitCode).toBe(6);
    expect(breach.report.alerts).toMatchObject([{ code: 'REDIS_MEMORY', since: null }]);
  });

  it('INFO refused: Redis itself cannot be judged', async () => {
    await budgets();
    await redis.call('ACL', ['SETUSER', 'blind', 'on', '>secret', '~*', '&*', '+@all', '-info']);
    url = server.url.replace('//', '//blind:secret@');
    const { exitCode, report } = await reportOf();
    expect({ exitCode, complete: report.complete }).toEqual({ exitCode: 3, complete: false });
    expect(report.warnings).toContain("Redis's own figures are unknown: INFO is refused.");
    await redis.call('ACL', ['DELUSER', 'blind']);
  });
});

describe('the report', () => {
  beforeEach(async () => {
    await budgets({ 'a b': 8, fine: 10 });
    // 0.4 × 0 + 0.3 × 80 (100 % of the budget) + 0.2 × 0 + 0.1 × 100 = 34
    await record(redis, 'fine', Date.now(), { hit: 40, miss: 60, hitUs: 400_000, missUs: 1_100_000 });
  });

  it('every format holds the same, the most severe and oldest first', async () => {
    const first = (await reportOf()).report;
    const { report } = await reportOf();
    expect(report.alerts.map((a) => [a.severity, a.code, a.companyId, a.since])).toEqual([
      ['critical', 'BUDGET_CACHE', 'a b', first.generatedAt],
      ['critical', 'COMPANY_HEALTH', 'fine', first.generatedAt],
      ['warning', 'BUDGET_CACHE', 'fine', first.generatedAt],
    ]);
    expect(report.counts).toEqual({ critical: 2, warning: 1 });
    expect(report.alerts[1]?.evidence).toMatchObject({ score: 34, hitRate: 40, avgResponseMs: 15 });
    const lines = (await alerts(['--format', 'ndjson'])).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as AlertJson)).toEqual(report.alerts);
    const rows = parse<Record<string, string>>((await alerts(['--format', 'csv'])).stdout, { columns: true });
    expect(rows.map((row) => [row.code, row.id, row.since])).toEqual(
      report.alerts.map((a) => [a.code, a.companyId, a.since]),
    );
    const markdown = (await alerts(['--format', 'markdown'])).stdout;
    expect(markdown).toMatch(/^2 critical, 1 warning\n\n\| Severity \| Company \| What \| For \| Try \|\n/);
    expect(markdown.match(/^\| 🔴 critical/gm)).toHaveLength(2);
    const picked = await alerts(['--columns', 'code,id', '--sort', 'id', '--limit', '2']);
    expect(picked.stdout).toBe('Code            Id\nBUDGET_CACHE    a b\nCOMPANY_HEALTH  fine\n');
  });

  it.each([80, 140])('fits a terminal of %d columns, coloured or not, nothing cut', async (columns) => {
    const plain = (await alerts(['--no-color'], { tty: { columns, rows: 40 } })).stdout.replaceAll('\r', '');
    const lines = plain.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines[0]).toBe('2 critical, 1 warning');
    const text = lines.map((line) => line.trim()).join(' ');
    expect(text).toContain('🔴 critical  a b: Cache budget 125.0% used: $10.00 of $8.00/month');
    expect(text).toContain(
      '🔴 critical  fine: Health 34 of 100: hit rate 40.0%, 15.0 ms a read new · rcm drill-down fine',
    );
    const coloured = (await alerts(['--color'], { tty: { columns, rows: 40 } })).stdout;
    expect(coloured).toContain('\u001b[');
    expect(plain).not.toContain('\u001b');
  });

  it('no name from Redis reaches a terminal raw', async () => {
    await redis.set('company:\u001b[31mred\n:k', 'x');
    await budgets({ '\u001b[31mred\n': 1 });
    const { stdout } = await alerts();
    expect(stdout).toContain('\\x1b[31mred\\x0a');
    expect(stdout).not.toContain('\u001b');
  });

  it('from a snapshot: no Redis is asked, and nothing is noted', async () => {
    await expectError(['alerts', ...flags, '--from-snapshot'], 3);
    expect((await rcm(['snapshot', '--redis-url', url, ...flags])).exitCode).toBe(0);
    const off = ['alerts', '--state-file', stateFile, '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`];
    const kept = await rcm([...off, '--from-snapshot', '--json', '--fail-on', 'critical']);
    const report = kept.json<Report & { snapshot: { takenAt: string } }>();
    expect(kept.exitCode).toBe(6);
    expect(report.alerts.map((a) => [a.code, a.since])).toEqual([
      ['BUDGET_CACHE', report.snapshot.takenAt],
      ['COMPANY_HEALTH', report.snapshot.takenAt],
      ['BUDGET_CACHE', report.snapshot.takenAt],
    ]);
    const text = (await rcm([...off, '--from-snapshot'])).stdout;
    expect(text).toMatch(/^2 critical, 1 warning \(by a snapshot \d+s old\)\n/);
    const live = (await reportOf()).report;
    expect(live.alerts.map((a) => a.since)).toEqual(live.alerts.map(() => live.generatedAt));
  });
});

describe('the servers', () => {
  it('a replica that lost its master', async () => {
    await budgets();
    const master = await startRedis();
    const replica = await startRedis({ replicaOf: master });
    url = replica.url;
    const run = () => reportOf(['--fail-on', 'warning']);
    expect((await run()).exitCode).toBe(0);
    await master.stop();
    const client = connect(replica);
    await waitUntil('the link is down', async () => (await client.info()).includes('master_link_status:down'));
    const { exitCode, report } = await run();
    expect(exitCode).toBe(6);
    expect(report.alerts).toMatchObject([{ code: 'REDIS_REPLICATION', severity: 'critical', command: 'rcm doctor' }]);
    client.disconnect();
    await replica.stop();
  });

  it('a save that failed', async () => {
    await budgets();
    const dir = await mkdtemp(join(tmpdir(), 'rcm-gone-'));
    const unsaved = await startRedis({ config: [`dir ${dir}`] });
    const client = connect(unsaved);
    await rmdir(dir);
    await client.set('company:fine:k', 'x');
    await client.bgsave().catch(() => undefined);
    await waitUntil('the save has failed', async () => (await client.info()).includes('rdb_last_bgsave_status:err'));
    url = unsaved.url;
    const { report } = await reportOf();
    expect(report.alerts).toMatchObject([{ code: 'REDIS_PERSISTENCE', severity: 'critical' }]);
    client.disconnect();
    await unsaved.stop();
  });
});

describeMongo('with MongoDB', () => {
  it('since when is kept there, and companies have names', async () => {
    const database = mongoForTests();
    const client = await new mongo.MongoClient(database.uri).connect();
    await client
      .db()
      .collection('v2companies')
      .insertMany([
        { _id: 'a b', companyName: 'Ann & Bob' },
        { _id: 'fine', companyName: 'Fine' },
      ] as object[]);
    await setBudgets({ mongodbUri: database.uri, stateFile: '/nonexistent/rcm.db', collections }, 1000, { 'a b': 8 });
    const run = () => reportOf(['--mongodb-uri', database.uri, '--fail-on', 'critical']);
    const first = await run();
    expect(first.exitCode).toBe(6);
    const second = await run();
    expect(second.report.alerts).toMatchObject([
      { code: 'BUDGET_CACHE', companyName: 'Ann & Bob', since: first.report.generatedAt },
    ]);
    await client.close();
    await database.drop();
  });
});

describe('bad input and faults', () => {
  it.each([
    ['--fail-on', 'everything'],
    ['--severity', 'mild'],
    ['--window', 'yesterday'],
    ['--columns', 'colour'],
    ['--filter', 'severity'],
    ['--columns', 'code', '--format', 'ndjson'],
    ['--from-snapshot', '--exact'],
    ['--allow-slow'],
    ['company'],
  ])('%s %s', async (...args) => {
    const result = await rcm(['alerts', ...args, '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`]);
    expect(result.exitCode, result.stderr).toBe(2);
    expect(result.stdout).toBe('');
  });

  it('Redis down: exit 3, gate or not', async () => {
    const nobody = `redis://127.0.0.1:${CLOSED_PORT}`;
    for (const gate of [[], ['--fail-on', 'critical']]) {
      const error = await expectError(['alerts', '--redis-url', nobody, '--state-file', stateFile, ...gate], 3);
      expect(error.code).toBe('RCM_REDIS_UNREACHABLE');
    }
  });
});
