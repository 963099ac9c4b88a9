import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DetectReport, detectReport } from '../../src/core/services/detect/report.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { type CliOptions, rcm } from '../support/cli.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { setBudgets } from './support/budgets.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

let server: RedisServer;
let redis: Redis;
let stateFile: string;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  for (const id of ['a b', '-fine']) await redis.set(`company:${id}:k`, 'x'.repeat(500), 'EX', 3600);
  stateFile = `${await tempDir('state')}/rcm.db`;
  await setBudgets({ stateFile, collections }, 1000, {});
});
const detect = (args: string[] = [], options: CliOptions = {}) =>
  rcm(['detect', '--redis-url', server.url, '--state-file', stateFile, ...args], options);
/** A value of a company with a member that is a file. */
const store = (id: string) =>
  redis.set(
    `company:${id}:scenario:1`,
    JSON.stringify({ name: 'one', image: `data:image/png;base64,${'QUJDREVGRzEy'.repeat(20_000)}` }),
    'EX',
    3600,
  );

describe('when nothing is found', () => {
  it('a pipe gets nothing, a terminal what could be judged, machines their report', async () => {
    expect(await detect(['--fail-on', 'warning'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await detect(['--format', 'ndjson'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const terminal = await detect(['--no-color'], { tty: { columns: 80, rows: 24 } });
    expect(terminal.stdout).toContain('Nothing is wrong in 2 companies, as far as can be told.');
    expect(terminal.stdout).toContain('CACHE_THRASHING, 2 companies: no reads are recorded');
    const { exitCode, json } = await detect(['--json']);
    const report = json<DetectReport>();
    expectSchema(detectReport, report);
    expect({ exitCode, issues: report.issues }).toEqual({ exitCode: 0, issues: [] });
  });
});

describe('when something is found', () => {
  beforeEach(async () => {
    await store('a b');
    await store('-fine');
  });

  it('on a terminal: a block an issue, within its width', async () => {
    const { stdout, exitCode } = await detect(['a b', '--no-color'], { tty: { columns: 80, rows: 50 } });
    const lines = stdout.split('\r\n');
    expect(exitCode).toBe(0);
    expect(lines[0]).toBe('1 warning');
    expect(lines[2]).toBe('🟡 a b · LARGE_KEYS · new');
    const text = lines.join(' ').replace(/\s+/g, ' ');
    expect(text).toContain('image is embedded data (base64) of 234.4KB');
    expect(text).toContain('why 100% data embedded in values (base64), e.g. image of company:a b:scenario:1');
    expect(text).toContain('fix none: What is stored is decided by the application: its code must store less');
    // A command that is longer than the line stays whole: it is there to be copied.
    for (const line of lines) if (!line.includes('rcm ')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('for machines: JSON as its schema says, CSV a row an issue, NDJSON, Markdown', async () => {
    const report = (await detect(['--json'])).json<DetectReport>();
    expectSchema(detectReport, report);
    expect(report.issues.map(({ code, companyId }) => [code, companyId])).toEqual([
      ['LARGE_KEYS', '-fine'],
      ['LARGE_KEYS', 'a b'],
    ]);
    expect(report.issues[0]?.manualFixes[0]?.command).toBe('rcm keys get company:-fine:scenario:1');
    const rows = parse((await detect(['--format', 'csv'])).stdout, { columns: true }) as Record<string, string>[];
    expect(rows).toMatchObject([
      { severity: 'warning', id: "'-fine", code: 'LARGE_KEYS', cause: 'embedded_data', causePercent: '100', fix: '' },
      { severity: 'warning', id: 'a b', code: 'LARGE_KEYS', confidence: 'high' },
    ]);
    const lines = (await detect(['--format', 'ndjson', '--limit', '1'])).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ code: 'LARGE_KEYS' }]);
    const markdown = (await detect(['--format', 'markdown', '--filter', 'id=a b'])).stdout;
    expect(markdown).toMatch(/^2 warnings in 2 companies; 1 of them shown, as asked\n\n\| Severity \| Company \|/);
    const file = `${await tempDir('out')}/issues.csv`;
    await detect(['--format', 'csv', '--columns', 'id,code', '--output', file]);
    expect(await readFile(file, 'utf8')).toMatch(/^id,code\n/);
  });

  it('as a gate: by all issues, whatever is shown', async () => {
    expect((await detect(['--fail-on', 'warning'])).exitCode).toBe(5);
    expect((await detect(['--fail-on', 'critical'])).exitCode).toBe(0);
    const hidden = await detect(['--fail-on', 'warning', '--code', 'MISSING_TTL']);
    expect(hidden).toMatchObject({ exitCode: 5, stdout: '' });
    expect((await detect(['--severity', 'critical'])).stdout).toBe('');
  });

  it('thresholds are configurable', async () => {
    const env = { RCM_DETECT_LARGE_KEYS_BYTES: '10000000' };
    expect((await detect(['--json'], { env })).json<DetectReport>().issues).toEqual([]);
    const bad = await expectError(['detect', '--redis-url', server.url, '--state-file', stateFile], 2, {
      env: { RCM_DETECT_TTL_PERCENT: '101' },
    });
    expect(bad.code).toBe('RCM_CONFIG_INVALID');
  });
});

describe('what cannot be', () => {
  const flags = () => ['--redis-url', server.url, '--state-file', stateFile];

  it('a company that is none, a column that is none, Redis away', async () => {
    expect((await expectError(['detect', 'nobody', ...flags()], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
    const column = await detect(['--columns', 'nothing']);
    expect(column).toMatchObject({ exitCode: 2, stdout: '' });
    const away = ['detect', '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, '--state-file', stateFile];
    expect((await expectError(away, 3)).code).toBe('RCM_REDIS_UNREACHABLE');
  });
});
