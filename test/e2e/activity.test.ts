import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { execa } from 'execa';
import { Cluster, type Redis } from 'ioredis';
import stringWidth from 'string-width';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import type { ActivityReport, PatternsReport } from '../../src/core/services/activity/report.js';
import { type CliOptions, cleanEnvironment, rcm } from '../support/cli.js';
import { CLOSED_PORT, connect, type RedisServer, startCluster, startRedis } from '../support/redis/index.js';
import { stateFile } from './support/clearing.js';
import { expectError } from './support/run.js';
import { type SeededStore, STORES } from './support/stores.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');
const ESC = '\u001b';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => redis.flushall());

/** Uses the cache as an application does, and writes what was recorded. */
async function use(url: string | Cluster, accesses: (cache: CompanyCache) => Promise<unknown>): Promise<void> {
  const cache = new CompanyCache({ redis: url, flushIntervalMs: 30_000 });
  await accesses(cache);
  await cache.close();
}

async function activity<T = ActivityReport>(args: string[], options: CliOptions = {}) {
  const { exitCode, stderr, json } = await rcm(['activity', ...args, '--json'], options);
  return { exitCode, stderr, report: json<T>() };
}
const brief = ({ entries }: ActivityReport) => entries.map((e) => `${e.type} ${e.companyId ?? '-'} ${e.key ?? '-'}`);

async function expectSchema(name: string, report: unknown): Promise<void> {
  const schema = JSON.parse(await readFile(join(import.meta.dirname, `../../schemas/${name}.json`), 'utf8'));
  const ajv = new Ajv2020({ formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ } });
  const validate = ajv.compile(schema);
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
}

for (const { engine, describe: describeIt = describe, seed } of STORES) {
  describeIt(`rcm activity with ${engine}`, () => {
    let store: SeededStore;
    let base: string[];
    beforeAll(async () => {
      store = await seed(['1', '12', 'ünï漢😀'], ['ghost']);
      base = ['--redis-url', server.url, ...store.flags];
    });
    afterAll(() => store.close());

    it('shows accesses, clears and price changes in one list; a company by a part of its name', async () => {
      await use(server.url, async (cache) => {
        await cache.get('1', 'profile');
        await cache.set('1', 'profile', 'x'.repeat(100));
        await cache.get('1', 'profile');
        await cache.get('12', 'other');
      });
      const cleared = await rcm(['clear', '1', ...base, '--yes', '--actor', 'ann', '--reason', 'a test']);
      expect(cleared.exitCode, cleared.stderr).toBe(0);
      const opened = await store.open();
      await opened.pricing.update(() => ({
        history: [
          {
            timestamp: new Date(),
            service: 'redis',
            field: 'storageCostPerMB',
            oldValue: 0.08,
            newValue: 0.1,
            changedBy: 'bob',
            reason: 'dearer',
            impactEstimate: null,
          },
        ],
      }));
      await opened.close();
      const { exitCode, stderr, report } = await activity(base);
      expect({ exitCode, stderr, warnings: report.warnings }).toEqual({ exitCode: 0, stderr: '', warnings: [] });
      await expectSchema('activity', report);
      expect(brief(report).slice(0, 2)).toEqual(['pricing - -', 'clear 1 -']);
      expect(brief(report).slice(2).sort()).toEqual([
        'hit 1 profile',
        'miss 1 profile',
        'miss 12 other',
        'set 1 profile',
      ]);
      expect(report.entries[0]).toMatchObject({ actor: 'bob', reason: 'dearer', source: 'prices' });
      expect(report.entries[1]).toMatchObject({
        companyName: store.names.get('1'),
        actor: 'ann',
        reason: 'a test',
        source: 'log',
        detail: expect.stringMatching(/^cleared 1 key, \d+B$/),
      });
      const one = await activity(['any <12>', ...base]);
      expect(brief(one.report)).toEqual(['miss 12 other']);
      expect(one.report.companyId).toBe('12');
      const some = await activity(['1', ...base, '--type', 'HIT,clear', '--type', 'set', '--since', '1h']);
      expect(brief(some.report)).toEqual(['clear 1 -', 'hit 1 profile', 'set 1 profile']);
      expect(brief((await activity([...base, '--until', '1h'])).report)).toEqual([]);
      expect(brief((await activity([...base, '--key', 'prof*', '--limit', '2'])).report)).toHaveLength(2);
    });

    it('an id that no list knows needs a trace: a stream, an entry of the log, or keys', async () => {
      await use(server.url, (cache) => cache.get('live only', 'k'));
      await redis.set('company:keys only:a', 'v');
      const opened = await store.open();
      await opened.activity.append([
        {
          companyId: 'log only',
          timestamp: new Date(),
          eventType: 'fix',
          key: null,
          details: { step: 'expire' },
          metadata: {},
        },
      ]);
      await opened.close();
      expect(brief((await activity(['live only', ...base])).report)).toEqual(['miss live only k']);
      expect(brief((await activity(['log only', ...base])).report)).toEqual(['fix log only -']);
      expect(await activity(['keys only', ...base])).toMatchObject({ exitCode: 0, report: { entries: [] } });
      const unknown = await expectError(['activity', 'ünï漢x', ...base], 4);
      expect(unknown.code).toBe('RCM_COMPANY_NOT_FOUND');
      expect(unknown.hint).toContain('ünï漢😀');
      const ambiguous = await expectError(['activity', 'söhne', ...base], 4);
      expect(ambiguous.code).toBe('RCM_COMPANY_AMBIGUOUS');
      expect(ambiguous.message).toContain('Company <1> & Söhne (1)');
      expect(ambiguous.message).toContain('(12)');
    });

    it('without Redis shows the log, with a warning and exit code 3', async () => {
      const gone = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, ...store.flags];
      const opened = await store.open();
      await opened.activity.append([
        {
          companyId: '12',
          timestamp: new Date(),
          eventType: 'policy',
          key: null,
          details: { maxTtlSeconds: 60 },
          metadata: { actor: 'ann' },
        },
      ]);
      await opened.close();
      const { exitCode, stderr, report } = await activity(['12', ...gone]);
      expect(exitCode).toBe(3);
      expect(brief(report)).toEqual(['policy 12 -']);
      expect(report.warnings).toEqual([
        expect.stringContaining('Live access events are not shown: Cannot reach Redis'),
      ]);
      expect(stderr).toBe(`Warning: ${report.warnings[0]}\n`);
      expect((await expectError(['activity', 'nobody', ...gone], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
    });
  });
}

describe('rcm activity: what cannot be read', () => {
  it('without the store shows what is live, with a warning and exit code 3', async () => {
    await use(server.url, (cache) => cache.get('1', 'k'));
    const { exitCode, report } = await activity(['--redis-url', server.url, '--state-file', '/proc/nowhere/rcm.db']);
    expect({ exitCode, entries: brief(report) }).toEqual({ exitCode: 3, entries: ['miss 1 k'] });
    expect(report.warnings.join()).toContain('The log is not shown');
  });

  it('without either is an error', async () => {
    const url = `redis://127.0.0.1:${CLOSED_PORT}`;
    const error = await expectError(['activity', '--redis-url', url, '--state-file', '/proc/nowhere/rcm.db'], 3);
    expect(error.code).toBe('RCM_REDIS_UNREACHABLE');
  });

  it('says what would be recorded where nothing is', async () => {
    const base = ['--redis-url', server.url, '--state-file', await stateFile()];
    const empty = await rcm(['activity', ...base]);
    expect({ exitCode: empty.exitCode, stderr: empty.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(empty.stdout).toContain('Nothing is recorded yet');
    expect((await rcm(['activity', ...base, '--type', 'fix'])).stdout).toContain('fits what was asked for');
    expect((await rcm(['activity', ...base, '--patterns'])).stdout).toContain('No accesses are recorded');
    expect((await rcm(['activity', ...base, '--format', 'ndjson'])).stdout).toBe('');
  });
});

describe('rcm activity: bad input', () => {
  it.each([
    ['an unknown type', ['--type', 'hit,clera'], /no type of activity 'clera'/, "Did you mean 'clear'?"],
    ['a bad age', ['--since', 'tomorrow'], /--since 'tomorrow'/, 'Examples: 30m'],
    ['a day that does not exist', ['--until', '2026-02-30'], /--until '2026-02-30'/, 'Examples: 30m'],
    ['a span that ends before it begins', ['--since', '1h', '--until', '2h'], /later than --until/, 'Swap them'],
    ['an unknown column', ['--sort', 'tyme'], /no column 'tyme'/, "Did you mean 'time'?"],
    ['columns of JSON lines', ['--columns', 'time', '--format', 'ndjson'], /--columns does not go with/, 'jq'],
    ['no limit', ['--limit', '0'], /limit/, '--help`.'],
    ['following what has an end', ['--follow', '--until', '1h'], /--until/, '--help`.'],
    ['following patterns', ['--follow', '--patterns'], /--patterns|--follow/, '--help`.'],
    ['patterns of types', ['--patterns', '--type', 'hit'], /--type|--patterns/, '--help`.'],
    ['two companies', ['1', '2'], /Unexpected argument/, '--help`.'],
  ])('%s', async (_, args, message, hint) => {
    const format = args.includes('ndjson');
    const all = ['activity', ...args, '--redis-url', server.url, '--state-file', await stateFile()];
    if (format) {
      const { exitCode, stderr } = await rcm(all);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
      return;
    }
    const error = await expectError(all, 2);
    expect(error.message).toMatch(message);
    expect(error.hint).toContain(hint);
  });

  it('a format that cannot be followed', async () => {
    for (const format of ['json', 'csv', 'markdown']) {
      const { exitCode, stdout, stderr } = await rcm([
        'activity',
        '--follow',
        '--format',
        format,
        '--redis-url',
        server.url,
      ]);
      expect(exitCode).toBe(2);
      expect(stdout + stderr).toContain('--format ndjson');
    }
  });
});

describe('rcm activity: output', () => {
  let base: string[];
  beforeEach(async () => {
    base = ['--redis-url', server.url, '--state-file', await stateFile()];
    await use(server.url, async (cache) => {
      await cache.get('1', `escape ${ESC}[31m\n`);
      await cache.get('1', '=SUM(A1)');
      await cache.get('2', `a | <b> ${'long '.repeat(30)}`);
      for (let i = 0; i < 60; i += 1) await cache.get('2', `k${i}`);
    });
  });

  it('CSV, NDJSON, Markdown and table hold the same entries; 50 unless told', async () => {
    const { report } = await activity(base);
    expect(report.entries).toHaveLength(50);
    const all = await activity([...base, '--limit', '100']);
    expect(all.report.entries).toHaveLength(63);
    const print = (...args: string[]) => rcm(['activity', ...base, '--limit', '100', ...args]);
    const csv = parse<Record<string, string>>((await print('--format', 'csv')).stdout, { columns: true });
    expect(csv.map((row) => row.time)).toEqual(all.report.entries.map((e) => e.timestamp));
    expect(csv.some((row) => row.key === "'=SUM(A1)")).toBe(true);
    const lines = (await print('--format', 'ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).key)).toEqual(all.report.entries.map((e) => e.key));
    expect((await print('--format', 'markdown')).stdout).toContain('a \\| &lt;b&gt; long');
    const table = (await print('--no-color')).stdout;
    expect(table).toContain('escape \\x1b[31m\\x0a');
    expect(table).not.toContain(ESC);
    expect(table.trimEnd().split('\n')).toHaveLength(64);
  });

  it('sorts and filters over all, before the limit', async () => {
    const { report } = await activity([...base, '--filter', 'company=1', '--sort', 'key', '--limit', '1']);
    expect(brief(report)).toEqual(['miss 1 =SUM(A1)']);
  });

  it.each([80, 140])('on a terminal of %i columns no line is wider', async (columns) => {
    for (const args of [[], ['2'], ['--patterns'], ['2', '--patterns']]) {
      const { exitCode, stdout } = await rcm(['activity', ...base, ...args], { tty: { columns, rows: 40 } });
      expect(exitCode).toBe(0);
      expect(stdout).toContain(ESC);
      for (const line of stdout.split('\r\n').slice(0, -1))
        expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    }
  });

  it('a pipe that is closed early is no error', async () => {
    const env = await cleanEnvironment();
    const command = `"${process.execPath}" "${launcher}" activity ${base.join(' ')} --limit 100 | true; exit \${PIPESTATUS[0]}`;
    const { stderr, exitCode } = await execa('bash', ['-c', command], { env, extendEnv: false, reject: false });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });
});

describe.each(['standalone', 'cluster'])('rcm activity --patterns on %s', (kind) => {
  it('tells how each key is used, and how many are recorded', async () => {
    const nodes = kind === 'cluster' ? await startCluster() : server;
    const client = kind === 'cluster' ? new Cluster([nodes.url]) : redis;
    await use(client instanceof Cluster ? client : server.url, async (cache) => {
      for (let i = 0; i < 3; i += 1) {
        await cache.get('1', 'thrashing');
        await cache.set('1', 'thrashing', 'v');
        await cache.get('1', 'thrashing');
        await cache.delete('1', 'thrashing');
      }
      await cache.get('1', 'once');
      await cache.get('2', 'once');
    });
    const base = ['--redis-url', nodes.url, '--state-file', await stateFile()];
    const { exitCode, report } = await activity<PatternsReport>(['1', '--patterns', ...base]);
    expect(exitCode).toBe(0);
    await expectSchema('activity-patterns', report);
    expect(report.sampling).toEqual([
      { companyId: '1', companyName: null, threshold: 1, keysPercent: 100, keysSeen: 2 },
    ]);
    expect(report.patterns).toMatchObject([
      // Six reads, each unlike the one before; written and deleted three times.
      { key: 'thrashing', accesses: 12, hits: 3, misses: 3, sets: 3, deletes: 3, hitRate: 50, alternation: 100 },
      { key: 'once', accesses: 1, hitRate: 0, alternation: null, meanIntervalMs: null, medianIntervalMs: null },
    ]);
    const all = await activity<PatternsReport>(['--patterns', '--limit', '2', ...base]);
    expect(all.report.patterns.map((p) => p.key)).toEqual(['thrashing', 'once']);
    expect(all.report.sampling.map((s) => s.companyId).sort()).toEqual(['1', '2']);
    const text = (await rcm(['activity', '1', '--patterns', ...base])).stdout;
    expect(text).toMatch(/Key +Accesses +Hits +Misses/);
    expect(text).toMatch(/thrashing +12 .*50\.0% +100\.0%/);
    expect(text).toContain('Recorded: all keys of 1; 2 were used.');
    if (kind === 'cluster') {
      (client as Cluster).disconnect();
      await nodes.stop();
    }
  });
});
