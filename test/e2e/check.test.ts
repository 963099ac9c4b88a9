import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../src/core/domain/activity.js';
import { checkLine, checkReport } from '../../src/core/services/check/report.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import type { Store } from '../../src/core/store/store.js';
import { type CliOptions, cleanEnvironment, rcm } from '../support/cli.js';
import { startSilentServer } from '../support/fake-server.js';
import { parseGithub } from '../support/formats/github.js';
import { parseJunit } from '../support/formats/junit.js';
import { parseNagios } from '../support/formats/nagios.js';
import { parsePrometheus } from '../support/formats/prometheus.js';
import { describeMongo, mongoForTests, REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import { setBudgetsIn } from './support/budgets.js';
import { record } from './support/counters.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

interface CheckJson {
  verdict: string;
  rule: string;
  companyId: string | null;
  companyName: string | null;
  measured: number | null;
  limits: { warning: number | null; critical: number | null };
  message: string;
  evidence: Record<string, unknown>;
}
interface Report {
  snapshot: { takenAt: string; ageSeconds: number } | null;
  outcome: string;
  exitCode: number;
  companies: number;
  counts: Record<string, number>;
  checks: CheckJson[];
  warnings: string[];
}

const HOUR_MS = 3_600_000;
/** Long enough ago that a read more or less costs nothing a month. */
const hoursAgo = () => Date.now() - 3 * HOUR_MS;
const NOBODY = `redis://127.0.0.1:${CLOSED_PORT}`;
let server: RedisServer;
let redis: Redis;
let stateFile: string;
let store: Store;
let flags: string[];
/** A state with the companies that most tests look at, imported once. */
let imported: string;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  stateFile = imported = `${await tempDir('imported')}/rcm.db`;
  await companies({ ann: 'Ann & Sons', bob: "Bob's <Best>" });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  // Two companies share the base cost of 20 dollars: 10 each, and less than a tenth of a cent for their keys.
  for (const id of ['ann', 'bob']) await redis.set(`company:${id}:k`, 'x'.repeat(500));
  stateFile = `${await tempDir('state')}/rcm.db`;
  flags = ['--state-file', stateFile, '--redis-url', server.url];
  await copyFile(imported, stateFile);
  store = await openStore({ stateFile, collections });
  return () => store.close();
});

/** Imports companies whose usage costs nothing. */
async function companies(names: Record<string, string>): Promise<void> {
  const file = `${dirname(stateFile)}/companies.csv`;
  const rows = Object.entries(names).map(([id, name]) => `${id},"${name.replaceAll('"', '""')}",0,0,0,0`);
  const header = 'companyId,companyName,callsPerDay,minutesPerMonth,recordingBytes,storageBytes';
  await writeFile(file, `${[header, ...rows].join('\n')}\n`);
  const { exitCode, stderr } = await rcm(['companies', 'import', file, '--state-file', stateFile]);
  expect(exitCode, stderr).toBe(0);
}
const budgets = (own: Record<string, number> = {}) => setBudgetsIn(store, 1000, own);
const check = (args: string[] = [], options: CliOptions = {}) => rcm(['check', ...flags, ...args], options);
async function reportOf(args: string[] = [], options: CliOptions = {}) {
  const result = await check(['--json', ...args], options);
  const report = result.json<Report>();
  expectSchema(checkReport, report);
  expect(result.exitCode).toBe(report.exitCode);
  return { ...result, report };
}
const short = (report: Report) => report.checks.map((one) => [one.companyId, one.rule, one.verdict, one.measured]);

/** Runs the command in a shell. @param then what the shell does with it */
async function shell(words: string[], then = '') {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const bin = join(import.meta.dirname, '../../bin/run.js');
  const { stdout, stderr } = await execa('sh', ['-c', `'${process.execPath}' '${bin}' ${quoted} ${then}; echo "=$?"`], {
    cwd: await tempDir('cwd'),
    env: await cleanEnvironment(),
    extendEnv: false,
  });
  const [, output = '', code] = /^(.*)=(\d+)$/s.exec(stdout) ?? [];
  return { output, stderr, code: Number(code) };
}

/** Reads the output by its format, and throws where it is none. */
const READERS: Record<string, (stdout: string) => unknown> = {
  table: (stdout) => expect(stdout).toMatch(/^(Passed|Failed at (warning|critical)|Not everything could be checked): /),
  json: (stdout) => expectSchema(checkReport, JSON.parse(stdout)),
  ndjson: (stdout) => {
    for (const line of stdout.trimEnd().split('\n')) expectSchema(checkLine, JSON.parse(line));
  },
  markdown: (stdout) =>
    expect(stdout).toMatch(/^\*\*.+\*\*\n\n(> .+\n\n?)*\| Verdict \|.+\|\n\| --- \|.+\|\n(\| .+ \|\n)+$/),
  junit: parseJunit,
  github: parseGithub,
  nagios: parseNagios,
  prometheus: parsePrometheus,
};

describe('exit codes as a shell sees them', () => {
  /** What it ends with: the command, and the plugin. */
  const CASES: [what: string, budget: number | null, args: string[], code: number, plugin: number][] = [
    ['passed', null, [], 0, 0],
    ['a warning, which fails', 10, ['--fail-on', 'warning'], 5, 1],
    ['a warning, which does not', 10, ['--fail-on', 'critical'], 0, 0],
    ['critical', 8, [], 6, 2],
    ['unknown', null, ['--min-hit-rate', '80'], 3, 3],
    ['unknown, let pass', null, ['--min-hit-rate', '80', '--on-unknown', 'pass'], 0, 0],
    ['unknown, as a failure', null, ['--min-hit-rate', '80', '--on-unknown', 'fail'], 6, 2],
    ['a breach beside what is unknown', 8, ['--min-hit-rate', '80'], 6, 2],
  ];
  it.each(Object.keys(READERS))('--format %s', async (format) => {
    for (const [what, budget, args, code, plugin] of CASES) {
      await budgets(budget === null ? {} : { ann: budget });
      const run = await shell(['check', ...flags, '--format', format, ...args]);
      expect(run.code, `${what}: ${run.output}${run.stderr}`).toBe(format === 'nagios' ? plugin : code);
      READERS[format]?.(run.output);
      if (code === 0 && what !== 'unknown, let pass') expect(run.stderr).toBe('');
    }
    const down = await shell(['check', '--state-file', stateFile, '--redis-url', NOBODY, '--format', format]);
    expect(down.code).toBe(3);
    if (format === 'json') expect(JSON.parse(down.output)).toMatchObject({ error: { code: 'RCM_REDIS_UNREACHABLE' } });
    else if (['junit', 'github', 'nagios', 'prometheus'].includes(format)) READERS[format]?.(down.output);
    else expect(down.output).toBe('');
    for (const wrong of [['--min-hit-rate', 'much'], ['--no-such-flag'], ['--policy', '/nonexistent.yaml']]) {
      const usage = await shell(['check', ...flags, '--format', format, ...wrong]);
      expect(usage.code).toBe(format === 'nagios' ? 3 : 2);
      if (format === 'nagios') expect(parseNagios(usage.output).state).toBe('UNKNOWN');
      else if (format !== 'json') expect(usage.output).toBe('');
    }
  });

  it('a plugin warns without being asked to; nothing but its line is said', async () => {
    await budgets({ ann: 10 });
    expect(await check(['--format', 'nagios'])).toMatchObject({ exitCode: 1, stderr: '' });
    await budgets();
    const open = await check(['--format', 'nagios', '--min-hit-rate', '80']);
    expect(open).toMatchObject({ exitCode: 3, stderr: '' });
    const down = await rcm(['check', '--state-file', stateFile, '--redis-url', NOBODY, '--format=nagios']);
    expect(down).toMatchObject({ exitCode: 3, stderr: '' });
    expect(parseNagios(down.stdout).text).toContain('Cannot reach Redis');
  });
});

describe('a plugin that is ended', () => {
  it('says UNKNOWN, as for every other outcome', async () => {
    const silent = await startSilentServer();
    const ending = new AbortController();
    const args = ['--state-file', stateFile, '--redis-url', `redis://127.0.0.1:${silent.port}`, '--format', 'nagios'];
    const running = rcm(['check', ...args], {
      cancelSignal: ending.signal,
      env: { RCM_REDIS_CONNECT_TIMEOUT_MS: '2000', RCM_REDIS_COMMAND_TIMEOUT_MS: '2000' },
    });
    await waitUntil('it has connected', async () => silent.connections.size > 0);
    ending.abort();
    const { exitCode, stdout, stderr } = await running;
    await silent.stop();
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
    expect(parseNagios(stdout)).toMatchObject({ state: 'UNKNOWN', text: expect.stringContaining('Interrupted') });
  });
});

describe('rules', () => {
  beforeEach(() => budgets({ ann: 8, bob: 10 }));

  it('budgets by the prices and thresholds of the store, at once after a change', async () => {
    const { report, stderr } = await reportOf();
    expect(stderr).toBe('');
    expect(short(report)).toEqual([
      ['ann', 'budget-cache', 'critical', expect.closeTo(125, 1)],
      ['ann', 'budget-storage', 'pass', 0],
      ['ann', 'budget-calls', 'pass', 0],
      ['bob', 'budget-cache', 'warning', expect.closeTo(100, 1)],
      ['bob', 'budget-storage', 'pass', 0],
      ['bob', 'budget-calls', 'pass', 0],
    ]);
    expect(report).toMatchObject({
      outcome: 'failed at critical',
      companies: 2,
      counts: { critical: 1, warning: 1, unknown: 0, pass: 4 },
      snapshot: null,
    });
    expect(report.checks[0]).toMatchObject({ companyName: 'Ann & Sons', limits: { warning: 80, critical: 120 } });
    expect(short((await reportOf(['--budgets', 'storage,calls'])).report)).toHaveLength(4);
    await budgets();
    expect((await reportOf()).report.outcome).toBe('passed');
  });

  it('hit rate, score and total', async () => {
    // 0.4 × 80 (85 % and more) + 0.3 × 100 + 0.2 × 100 (0.5 ms a read) + 0.1 × 100 = 92
    await record(redis, 'bob', hoursAgo(), { hit: 85, miss: 15, hitUs: 40_000, missUs: 10_000 });
    await budgets();
    const rules = ['--no-budgets', '--min-hit-rate', '90:80', '--min-score', '93', '--max-total', '$70:$77'];
    const { report } = await reportOf([...rules, '--on-unknown', 'pass']);
    expect(short(report)).toEqual([
      // Two shares of 10, the base tier of 57, and the keys.
      [null, 'max-total', 'critical', expect.closeTo(77, 2)],
      ['bob', 'min-score', 'critical', 92],
      ['bob', 'min-hit-rate', 'warning', 85],
      ['ann', 'min-hit-rate', 'unknown', null],
      ['ann', 'min-score', 'unknown', null],
    ]);
    expect(report.warnings).toEqual(['2 of 5 checks could not be made and are left out.']);
  });

  it('some companies, by id, name or part of a name; those that a filter keeps', async () => {
    const ids = async (...args: string[]) => [...new Set((await reportOf(args)).report.checks.map((c) => c.companyId))];
    expect(await ids('ann')).toEqual(['ann']);
    expect(await ids("Bob's <Best>", 'ann', 'Ann & Sons')).toEqual(['ann', 'bob']);
    expect(await ids('best')).toEqual(['bob']);
    expect(await ids('--filter', 'name~sons')).toEqual(['ann']);
    expect(await ids('bob', '--max-total', '500')).toEqual(['bob', null]);
    expect((await expectError(['check', ...flags, 'carl'], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
    expect((await expectError(['check', ...flags, 's'], 4)).code).toBe('RCM_COMPANY_AMBIGUOUS');
  });

  it('a gate that looked at nothing did not pass', async () => {
    const { report } = await reportOf(['--filter', 'name=nobody']);
    expect(report).toMatchObject({
      exitCode: 3,
      checks: [{ rule: 'measurement', verdict: 'unknown', message: 'Nothing was checked: no company fits.' }],
    });
    expect((await reportOf(['--filter', 'name=nobody', '--on-unknown', 'pass'])).report.exitCode).toBe(0);
  });

  it('a service that cannot be read: unknown, unless what is known is a breach', async () => {
    const away = ['--mongodb-uri', REFUSING_MONGO_URI];
    const env = { RCM_MONGODB_TIMEOUT_MS: '300' };
    const { report } = await reportOf([...away, '--budgets', 'cache'], { env });
    expect(report.exitCode).toBe(3);
    expect(short(report)).toEqual([
      [null, 'measurement', 'unknown', null],
      ['ann', 'budget-cache', 'unknown', null],
      ['bob', 'budget-cache', 'unknown', null],
    ]);
    await record(redis, 'ann', hoursAgo(), { hit: 1, miss: 9 });
    const breach = await reportOf([...away, '--no-budgets', '--min-hit-rate', '80'], { env });
    expect(breach.report.exitCode).toBe(6);
    const named = await rcm(['check', ...flags, ...away, 'Ann & Sons', '--json'], { env });
    expect(named.exitCode).toBe(3);
  });
});

describe('snapshots', () => {
  beforeEach(() => budgets());
  const snapshot = async () => expect((await rcm(['snapshot', ...flags])).exitCode).toBe(0);
  const rule = ['--no-budgets', '--max-growth', '20%'];
  /** As if the only snapshot had been taken so long ago. */
  const age = async (ms: number) => {
    const snapshotNow = await store.snapshots.latest();
    if (snapshotNow === null) throw new Error('no snapshot');
    const takenAt = new Date(Date.now() - ms);
    await store.snapshots.prune(new Date(Date.now() + 1000 * 24 * HOUR_MS), DEFAULT_RETENTION);
    await store.snapshots.insert({
      platform: { ...snapshotNow.platform, takenAt },
      companies: snapshotNow.companies.map((company) => ({ ...company, takenAt })),
    });
  };

  it('growth since the last one; of one that is looked at, since the one before', async () => {
    const before = await reportOf(rule);
    expect(before.report.exitCode).toBe(3);
    expect(before.report.checks[0]?.message).toMatch(/^Cache growth unknown: there is no snapshot to compare with/);
    await redis.set('company:ann:k', 'x'.repeat(20_000));
    await snapshot();
    await redis.set('company:ann:k', 'x'.repeat(40_000));
    await redis.set('company:new:k', 'x');
    const { report } = await reportOf(rule);
    expect(report.checks.map((one) => [one.companyId, one.verdict, one.measured && Math.round(one.measured)])).toEqual([
      ['ann', 'critical', expect.toSatisfy((percent: number) => percent > 90 && percent < 110)],
      ['new', 'unknown', null],
      ['bob', 'pass', 0],
    ]);
    const remembered = await reportOf([...rule, '--from-snapshot']);
    expect(short(remembered.report).map(([, , verdict]) => verdict)).toEqual(['unknown', 'unknown']);
    await snapshot();
    const off = ['check', '--state-file', stateFile, '--redis-url', NOBODY, '--from-snapshot', '--json', ...rule];
    const kept = await rcm(off);
    expect(kept.exitCode).toBe(6);
    const again = kept.json<Report>();
    expect(again.snapshot?.ageSeconds).toBeGreaterThanOrEqual(0);
    expect(short(again)).toEqual(short(report));
  });

  it('one that is too old tells nothing of now, a breach neither', async () => {
    await budgets({ ann: 8 });
    await snapshot();
    expect((await reportOf(['--from-snapshot', '--max-age', '2h'])).report).toMatchObject({ exitCode: 6 });
    await age(3 * HOUR_MS);
    const { report } = await reportOf(['--from-snapshot', '--max-age', '2h']);
    expect(report).toMatchObject({ exitCode: 3, counts: { critical: 0, warning: 0, pass: 0 } });
    expect(report.checks[0]).toMatchObject({ rule: 'max-age', verdict: 'unknown' });
    const text = await check(['--from-snapshot']);
    expect(text.stdout).toMatch(/^Failed at critical: .* \(by a snapshot 3h( \d+m)? old\)\n/);
  });
});

describe('a policy file', () => {
  it('rules for all and for single companies, by id or name; flags win', async () => {
    await budgets();
    for (const [id, hit] of [
      ['ann', 70],
      ['bob', 70],
    ] as const)
      await record(redis, id, hoursAgo(), { hit, miss: 100 - hit });
    const file = `${dirname(stateFile)}/rcm.check.yaml`;
    await writeFile(
      file,
      `budgets: [cache]
minHitRate: { warning: 90, critical: 80 }
failOn: warning
companies:
  Ann & Sons: { minHitRate: 60, budgets: false }
  gone: { minHitRate: 1 }
`,
    );
    const { report } = await reportOf(['--policy', file]);
    expect(short(report)).toEqual([
      ['bob', 'min-hit-rate', 'critical', 70],
      ['bob', 'budget-cache', 'pass', expect.closeTo(1, 1)],
      ['ann', 'min-hit-rate', 'pass', 70],
    ]);
    expect(report.warnings).toEqual(["The policy has rules for 'gone', but there is no such company."]);
    const flagged = await reportOf(['--policy', file, '--min-hit-rate', '75:50', '--no-budgets']);
    expect(flagged.report.exitCode).toBe(5);
    expect(short(flagged.report)).toEqual([
      ['ann', 'min-hit-rate', 'warning', 70],
      ['bob', 'min-hit-rate', 'warning', 70],
    ]);
    await writeFile(file, 'minHitrate: 80\n');
    const error = await expectError(['check', ...flags, '--policy', file], 2);
    expect(error).toMatchObject({ code: 'RCM_CONFIG_INVALID' });
    expect(error.hint).toContain("'minHitRate'");
  });
});

describe('output', () => {
  it('--output is put in place whole, and keeps the rights of the file before it', async () => {
    await budgets();
    const dir = await tempDir('out');
    const file = join(dir, 'rcm.prom');
    await writeFile(file, 'old', { mode: 0o604 });
    const inode = (await stat(file)).ino;
    const written = await check(['--format', 'prometheus', '--output', file]);
    expect(written).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(parsePrometheus(await readFile(file, 'utf8')).length).toBeGreaterThan(10);
    expect((await stat(file)).ino).not.toBe(inode);
    expect((await stat(file)).mode & 0o777).toBe(0o604);
    const down = ['check', '--state-file', stateFile, '--redis-url', NOBODY];
    expect((await rcm([...down, '--format', 'prometheus', '--output', file])).exitCode).toBe(3);
    expect(await readFile(file, 'utf8')).toMatch(/^rcm_check_up 0$/m);
    expect(await readdir(dir)).toEqual(['rcm.prom']);
    const nowhere = await check(['--output', '/nonexistent/report.xml', '--format', 'junit']);
    expect(nowhere.exitCode).toBe(2);
    expect(
      (await shell(['check', ...flags, '--output', '/dev/stdout', '--format', 'prometheus'], '| cat')).output,
    ).toContain('rcm_check_up 1');
  });

  it('a job summary is added to, for GitHub alone', async () => {
    await budgets({ ann: 8 });
    const file = join(await tempDir('summary'), 'summary.md');
    await writeFile(file, '# before\n');
    const env = { GITHUB_STEP_SUMMARY: file };
    await check(['--format', 'github'], { env });
    await check(['--format', 'junit'], { env });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^# before\n### rcm check\n\n\*\*Failed at critical: /);
    expect(text.match(/### rcm check/g)).toHaveLength(1);
    expect(text).toContain('| 🔴 critical | Ann & Sons |'.replace('&', '&amp;'));
    const gone = await check(['--format', 'github'], { env: { GITHUB_STEP_SUMMARY: '/nonexistent/summary.md' } });
    expect(gone.exitCode).toBe(6);
    expect(gone.stderr).toContain('The job summary was not written');
  });

  it.each([80, 140])('fits a terminal of %d columns, coloured or not', async (columns) => {
    await budgets({ ann: 8 });
    await redis.set('company:\u001b[31mred\n:k', 'x');
    const plain = (await check(['--no-color'], { tty: { columns, rows: 40 } })).stdout.replaceAll('\r', '');
    expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(plain).toContain('🔴 critical  Ann & Sons');
    expect(plain).not.toContain('\u001b');
    const coloured = (await check(['--color'], { tty: { columns, rows: 40 } })).stdout;
    expect(coloured).toContain('\u001b[');
    expect(coloured).not.toContain('\u001b[31mred');
  });

  it('names from the company list in every format', async () => {
    await companies({ ann: '<script>]]>\n::error::x "q" \\ | % ##[error]y', bob: '\u001b[31m, a:b' });
    await budgets({ ann: 8, bob: 10 });
    for (const [format, read] of Object.entries(READERS)) {
      const { stdout } = await check(['--format', format]);
      read(stdout);
      if (format !== 'json' && format !== 'ndjson') expect(stdout).not.toMatch(/\p{Cc}(?<!\n)|^::error::x/mu);
    }
  });
});

describe('wrong usage, before a server is asked', () => {
  it.each([
    ['--min-hit-rate', '80:90'],
    ['--min-hit-rate', 'NaN'],
    ['--max-total', '-5'],
    ['--max-total', '1,000'],
    ['--min-score', '101'],
    ['--max-growth', ''],
    ['--no-budgets'],
    ['--budgets', 'cash'],
    ['--budgets', 'cache', '--no-budgets'],
    ['--max-age', '2h'],
    ['--max-age', 'soon', '--from-snapshot'],
    ['--from-snapshot', '--exact'],
    ['--fail-on', 'nothing'],
    ['--on-unknown', 'maybe'],
    ['--filter', 'colour=red'],
    ['--format', 'csv'],
    ['--json', '--format', 'junit'],
  ])('%s %s %s', async (...args) => {
    const result = await rcm(['check', ...args.filter((word) => word !== undefined), '--redis-url', NOBODY]);
    expect(result.exitCode, result.stderr).toBe(2);
  });
});

describeMongo('with MongoDB', () => {
  it('companies, budgets and snapshots are read from there', async () => {
    const database = mongoForTests();
    const client = await new mongo.MongoClient(database.uri).connect();
    const own = await openStore({ mongodbUri: database.uri, stateFile: '/nonexistent/rcm.db', collections });
    await client
      .db()
      .collection('v2companies')
      .insertMany([
        { _id: 'ann', companyName: 'Ann & Sons' },
        { _id: 'bob', companyName: 'Bob' },
      ] as object[]);
    await setBudgetsIn(own, 1000, { ann: 8 });
    const mongodb = ['--mongodb-uri', database.uri];
    const { report } = await reportOf([...mongodb, '--budgets', 'cache']);
    expect(short(report)).toEqual([
      ['ann', 'budget-cache', 'critical', expect.closeTo(125, 1)],
      ['bob', 'budget-cache', 'pass', expect.closeTo(1, 1)],
    ]);
    expect((await reportOf([...mongodb, 'Ann & Sons', '--budgets', 'cache'])).report.companies).toBe(1);
    expect((await rcm(['snapshot', ...flags, ...mongodb])).exitCode).toBe(0);
    await redis.set('company:ann:k', 'x'.repeat(20_000));
    const growth = await reportOf([...mongodb, '--no-budgets', '--max-growth', '20']);
    expect(growth.report.checks.map(({ companyId, verdict }) => [companyId, verdict])).toEqual([
      ['ann', 'critical'],
      ['bob', 'pass'],
    ]);
    await own.close();
    await client.close();
    await database.drop();
  });
});
