import { stripVTControlCharacters } from 'node:util';
import { parse } from 'csv-parse/sync';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecommendReport, recommendReport } from '../../src/core/services/recommend/report.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { type CliOptions, rcm } from '../support/cli.js';
import { REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { setBudgets } from './support/budgets.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

/** What a megabyte costs a month, unless another price is set. */
const DOLLARS_PER_MB = 0.08;
const COMMAND = "rcm fix 'a b' MISSING_TTL";

describe('rcm recommend', () => {
  let server: RedisServer;
  let redis: Redis;
  let flags: string[];
  /** Dollars a month for what never expires. */
  let forever: number;
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    const stateFile = `${await tempDir('state')}/rcm.db`;
    flags = ['--redis-url', server.url, '--state-file', stateFile];
    await setBudgets({ stateFile, collections }, 1000, {});
    let bytes = 0;
    for (let i = 0; i < 30; i += 1) {
      await redis.set(`company:a b:${i}`, 'x'.repeat(50_000));
      bytes += Number(await redis.call('MEMORY', 'USAGE', `company:a b:${i}`));
    }
    forever = (bytes / 1024 ** 2) * DOLLARS_PER_MB;
    await redis.set('company:fine:k', 'x'.repeat(500), 'EX', 86_400);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  const run = (args: string[] = [], options: CliOptions = {}) => rcm(['recommend', ...args, ...flags], options);

  it('says what to do, what it saves, and the command; the list of companies then knows of the issue', async () => {
    const result = await run(['--json']);
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = result.json<RecommendReport>();
    expectSchema(recommendReport, report);
    const saving = Number(forever.toFixed(6));
    expect(report.recommendations).toMatchObject([
      {
        id: 'missing-ttl:a b',
        code: 'MISSING_TTL',
        command: COMMAND,
        risk: 'medium',
        savingPerMonth: saving,
        atMost: true,
      },
    ]);
    expect(report.total).toEqual({ savingPerMonth: saving, atMost: true });
    const list = (await rcm(['companies', '--json', ...flags])).json<{
      companies: { companyId: string; issues: string[]; recommendations: string[] }[];
    }>();
    const [first, other] = ['a b', 'fine'].map((id) => list.companies.find(({ companyId }) => companyId === id));
    expect(first).toMatchObject({ issues: ['MISSING_TTL'], recommendations: [expect.stringContaining(COMMAND)] });
    expect(other).toMatchObject({ issues: [], recommendations: [] });
  });

  it('fits a terminal of 80 columns, the command whole on a line of its own', async () => {
    const { stdout, exitCode } = await run([], { tty: { columns: 80, rows: 40 } });
    expect(exitCode).toBe(0);
    const lines = stripVTControlCharacters(stdout).split('\r\n');
    expect(lines[0]).toBe('1 recommendation');
    expect(lines.some((line) => line.startsWith(' 1. a b: '))).toBe(true);
    expect(stdout).toContain(`saves ≤ $${forever.toFixed(2)}/month`);
    expect(lines).toContain(`    ${COMMAND}`);
    expect(lines).toContain(`Possible saving: at most $${forever.toFixed(2)} a month.`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stripVTControlCharacters(stdout)).toContain('no reads are recorded');
  });

  it('speaks CSV, NDJSON, Markdown and chosen columns', async () => {
    const [csv, ndjson, markdown, columns] = await Promise.all([
      run(['--format', 'csv']),
      run(['--format', 'ndjson']),
      run(['--format', 'markdown']),
      run(['--columns', 'rank,saving,command']),
    ]);
    expect(parse(csv.stdout, { columns: true })).toMatchObject([{ rank: '1', command: COMMAND, inTotal: 'true' }]);
    expect(JSON.parse(ndjson.stdout)).toMatchObject({ id: 'missing-ttl:a b' });
    expect(markdown.stdout).toContain('| 1 | ≤ $');
    expect(columns.stdout).toMatch(/^#\s+Saves\/month\s+Command\n1\s+≤ \$0\.\d\d\s+rcm fix 'a b' MISSING_TTL\n$/);
  });

  it('has nothing to recommend where nothing is wrong, and says when nothing is wanted', async () => {
    const fine = await run(['fine']);
    expect(fine.exitCode).toBe(0);
    expect(fine.stdout).toMatch(/^Nothing to recommend for this company\.\n/);
    const none = await run(['--risk', 'low']);
    expect(none.exitCode).toBe(0);
    expect(none.stdout).toMatch(/^Nothing to recommend of what is asked for \(1 otherwise\)\.\n/);
    expect(none.stdout).toContain('; of it here: $0.00 a month.');
  });

  it('without its store it says what it can, and exits 3', async () => {
    const away = ['--mongodb-uri', REFUSING_MONGO_URI];
    const env = { RCM_MONGODB_TIMEOUT_MS: '500' };
    const result = await rcm(['recommend', '--json', '--redis-url', server.url, ...away], { env });
    expect(result.exitCode).toBe(3);
    const report = result.json<RecommendReport>();
    expect(report.complete).toBe(false);
    expect(report.recommendations).toMatchObject([{ id: 'missing-ttl:a b', savingPerMonth: null, atMost: false }]);
    expect(report.total.savingPerMonth).toBe(0);
    expect(report.warnings.join('\n')).toContain('unknown');
  });

  it('refuses what it cannot read', async () => {
    expect(await expectError(['recommend', '--min-saving', 'much', ...flags], 2)).toMatchObject({ code: 'RCM_USAGE' });
    expect(await expectError(['recommend', 'nobody', ...flags], 4)).toMatchObject({ code: 'RCM_COMPANY_NOT_FOUND' });
    const closed = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, ...flags.slice(2)];
    expect((await expectError(['recommend', ...closed], 3)).code).toMatch(/^RCM_REDIS_/);
  });
});
