import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';
import { expectError, reportOf } from './support/run.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');
const ESC = '\u001b';
const LONG = `a company with a very long name ${'and more '.repeat(20)}`;

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  for (const [n, id] of ['small', 'middle', 'large', LONG, '=SUM(A1)', 'pipe | <b>'].entries())
    await redis.set(`company:${id}:a`, 'x'.repeat(n * 2000));
  await record(redis, 'small', Date.now(), { hit: 99, miss: 1, hitUs: 100, missUs: 100 });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
const companies = (args: string[] = [], options: Parameters<typeof rcm>[1] = {}) =>
  rcm(['companies', '--redis-url', server.url, ...args], options);

describe('formats', () => {
  it('a table where nobody looks: no colours, no progress', async () => {
    const { exitCode, stdout, stderr } = await companies();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).not.toContain(ESC);
    expect(stdout).toMatch(/^6 companies {3}🟢 1 {3}/);
    expect(stdout).toMatch(/Status +Score +Company +Cache +Keys +Hit rate/);
    expect(stdout).toMatch(/🟢 healthy.*small.*99\.0%/);
  });

  it('CSV, NDJSON and JSON hold the same companies', async () => {
    const { report } = await reportOf(['companies', '--redis-url', server.url]);
    const ids = report.companies.map((c) => c.companyId);
    const rows = parse<Record<string, string>>((await companies(['--format', 'csv'])).stdout, { columns: true });
    expect(rows.map((row) => row.id)).toEqual(ids.map((id) => (id.startsWith('=') ? `'${id}` : id)));
    expect(rows.map((row) => Number(row.size))).toEqual(report.companies.map((c) => c.metrics.cacheBytes));
    const lines = (await companies(['--format', 'ndjson'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).companyId)).toEqual(ids);
  });

  it('Markdown escapes what it would read', async () => {
    const { stdout } = await companies(['--format', 'markdown', '--columns', 'name,size']);
    expect(stdout).toContain('| Company | Cache |\n| --- | ---: |\n');
    expect(stdout).toContain('| pipe \\| &lt;b&gt; |');
  });

  it('columns, sorting, filters and a limit', async () => {
    const csv = async (...args: string[]) =>
      (await companies(['--format', 'csv', ...args])).stdout.trimEnd().split('\n');
    expect(await csv('--columns', 'id,keys', '--sort', '-size', '--limit', '2')).toEqual([
      'id,keys',
      'pipe | <b>,1',
      "'=SUM(A1),1",
    ]);
    expect(await csv('--columns', 'ID', '--filter', 'status=healthy')).toEqual(['id', 'small']);
    expect(await csv('--columns', 'id', '--filter', 'size<3000', '--filter', 'id~MI')).toEqual(['id', 'middle']);
    expect(await csv('--columns', 'id', '--filter', 'hitRate>=99')).toEqual(['id', 'small']);
    // What is unknown stands last either way.
    expect((await csv('--columns', 'id', '--sort', 'hitRate'))[1]).toBe('small');
    expect((await csv('--columns', 'id', '--sort', '-hitRate'))[1]).toBe('small');
  });

  it('to a file, and one that cannot be written', async () => {
    const file = join(await tempDir(), 'report.json');
    const { exitCode, stdout } = await companies(['--json', '--output', file]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(JSON.parse(await readFile(file, 'utf8')).companies).toHaveLength(6);
    const error = await expectError(['companies', '--redis-url', server.url, '--output', '/nonexistent/x'], 2);
    expect(error.code).toBe('RCM_OUTPUT_UNWRITABLE');
    // Who looks on is told where it went.
    const seen = await companies(['--output', file], { tty: { columns: 200, rows: 24 } });
    expect(seen.stdout).toBe(`Written to ${file}.\r\n`);
  });

  it('on a terminal that is too narrow for a row: a block a company, within its width', async () => {
    const { stdout } = await companies(['--no-color', '--columns', 'name,size,keys'], {
      tty: { columns: 20, rows: 24 },
    });
    expect(stdout).toMatch(/\r\nsmall\r\n {2}Cache {2}\d+B\r\n {2}Keys {3}1\r\n/);
    for (const line of stdout.split('\r\n').filter((one) => !one.startsWith('a company')))
      expect(stringWidth(line)).toBeLessThanOrEqual(20);
  });

  it.each([
    [['--color'], {}, true],
    [['--no-color'], { FORCE_COLOR: '1' }, false],
    [[], { FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [[], { FORCE_COLOR: '0' }, false],
  ])('colours: %j %j', async (args, env, coloured) => {
    expect((await companies(args, { env: env as Record<string, string> })).stdout.includes(ESC)).toBe(coloured);
  });

  // `true` is gone before anything is written: unlike `head`, which may read a short report whole.
  it.each(['head -1', 'true'])('a pipe that %s closes early is no error', async (reader) => {
    const env = await cleanEnvironment();
    const command = `"${process.execPath}" "${launcher}" companies --redis-url ${server.url} --format ndjson | ${reader}; exit \${PIPESTATUS[0]}`;
    const { stdout, stderr, exitCode } = await execa('bash', ['-c', command], { env, extendEnv: false, reject: false });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n')).toHaveLength(1);
  });
});

describe('on a terminal', () => {
  it.each([80, 140])('of %i columns: coloured, no line wider', async (columns) => {
    const { exitCode, stdout } = await companies([], { tty: { columns, rows: 40 } });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(ESC);
    for (const line of stdout.split('\r\n').slice(0, -1)) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
  });

  it('NO_COLOR', async () => {
    const { stdout } = await companies([], { tty: { columns: 80, rows: 40 }, env: { NO_COLOR: '1' } });
    expect(stdout.split(ESC).filter((part) => /^\[[\d;]*m/.test(part))).toEqual([]);
  });

  it('--watch draws again until Ctrl-C, which ends it with 130', async () => {
    const env = await cleanEnvironment();
    const watch = `stty cols 100 rows 40; "${process.execPath}" "${launcher}" companies --redis-url ${server.url} --watch 1 & sleep 6; kill -INT $!; wait $!; echo "ended $?"`;
    const { stdout } = await execa('script', ['--quiet', '--command', `bash -mc '${watch}'`, '/dev/null'], {
      env,
      extendEnv: false,
      stdin: 'ignore',
    });
    expect(stdout.match(/Ctrl-C ends/g)?.length).toBeGreaterThan(1);
    expect(stdout).toContain('ended 130');
  });
});

it('--watch off a terminal', async () => {
  const { exitCode, stdout, stderr } = await companies(['--watch', '1']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('--watch needs a terminal');
});

it('a changed price shows at the next command', async () => {
  const stateFile = join(await tempDir(), 'rcm.db');
  const cost = async () => {
    const { report } = await reportOf(['companies', '--redis-url', server.url, '--state-file', stateFile]);
    return report.companies.reduce((sum, c) => sum + (c.costs.redis ?? 0), 0);
  };
  const before = await cost();
  const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
  await store.pricing.update(({ providers }) => ({
    providers: { ...providers, redis: { ...providers.redis, baseServiceCost: 80 } },
    history: [],
  }));
  await store.close();
  expect((await cost()) - before).toBeCloseTo(60, 4);
});
