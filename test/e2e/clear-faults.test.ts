import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { describeMongo, mongoForTests } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import {
  actsIn,
  type Cleared,
  contents,
  jsonOf,
  manyKeys,
  savedKeys,
  stateFile,
  withoutOwn,
} from './support/clearing.js';
import { expectError } from './support/run.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');
const KEYS = 3000;

let server: RedisServer;
let redis: Redis;
let state: string;
beforeEach(async () => {
  server = await startRedis();
  redis = connect(server, { retryStrategy: () => null });
  redis.on('error', () => undefined);
  state = await stateFile();
});
afterEach(async () => {
  redis.disconnect();
  await server.stop();
});

/** A clear under way, slow enough to be disturbed: about 1,000 keys a second. */
async function slowClear(url: string, more: string[] = [], rate = '1000') {
  const env = await cleanEnvironment();
  const args = [
    'clear',
    'x',
    '--yes',
    '--json',
    '--redis-url',
    url,
    '--state-file',
    state,
    '--max-rate',
    rate,
    ...more,
  ];
  const child = spawn(process.execPath, [launcher, ...args], { env: { ...env, RCM_REDIS_COMMAND_TIMEOUT_MS: '2000' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const halfway = () => waitUntil('some keys are gone', async () => (await redis.dbsize()) < KEYS - 300);
  return {
    child,
    ended,
    halfway,
    report: () => JSON.parse(stdout) as Cleared,
    stderr: () => stderr,
    stdout: () => stdout,
  };
}

/** Asserts that every key that is gone from Redis is in the backup. */
async function expectNothingLost(file: string, all: readonly string[]): Promise<void> {
  const saved = await savedKeys(file);
  const there = new Set([...(await contents([redis])).keys()].map((hex) => Buffer.from(hex, 'hex').toString()));
  expect(all.filter((key) => !there.has(key) && !saved.has(key))).toEqual([]);
}

const allKeys = Array.from({ length: KEYS }, (_, i) => `company:x:${i}`);
const left = async () => (await withoutOwn(await contents([redis]))).size;

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s in the middle', (signal, exitCode) => {
  it.each([false, true])(
    'says what was removed, logs it, and goes on when it is run again (backup: %s)',
    async (saved) => {
      await manyKeys(redis, 'x', KEYS);
      const before = withoutOwn(await contents([redis]));
      const backup = saved ? ['--backup', `${state}.rcmb`] : [];
      const run = await slowClear(server.url, backup);
      await run.halfway();
      run.child.kill(signal);
      expect(await run.ended).toBe(exitCode);
      const gone = KEYS - (await left());
      const report = run.report();
      expect(report).toMatchObject({
        success: false,
        stoppedBy: 'interrupt',
        clearedKeys: gone,
        uncertainKeys: 0,
        error: null,
      });
      expect(gone).toBeGreaterThan(0);
      expect(gone).toBeLessThan(KEYS);
      expect(run.stderr()).toContain(`Interrupted: ${gone.toLocaleString('en-US')} keys`);
      expect(await actsIn(state, 'x')).toMatchObject([
        { phase: 'intent' },
        { phase: 'outcome', keys: gone, complete: false, details: { stoppedBy: 'interrupt' } },
      ]);
      expect(await redis.exists('rcm:lock:clear:x')).toBe(0);
      const again = await jsonOf(['clear', 'x', '--yes', '--redis-url', server.url, '--state-file', state, ...backup]);
      expect(again).toMatchObject({ exitCode: 0, report: { success: true, clearedKeys: KEYS - gone } });
      expect(await left()).toBe(0);
      if (!saved) return;
      // What was saved but not removed before the interruption is saved again.
      expect(again.report.backup?.resumedKeys).toBe(report.backup?.keys);
      expect((await savedKeys(`${state}.rcmb`)).size).toBe(KEYS);
      await expectNothingLost(`${state}.rcmb`, allKeys);
      const restored = await rcm([
        'restore',
        `${state}.rcmb`,
        '--yes',
        '--redis-url',
        server.url,
        '--state-file',
        state,
      ]);
      expect(restored.exitCode).toBe(0);
      expect(withoutOwn(await contents([redis]))).toEqual(before);
    },
  );
});

it('Redis killed in the middle: exit 3, the truth in report and log', async () => {
  await manyKeys(redis, 'x', KEYS);
  const run = await slowClear(server.url, ['--backup', `${state}.rcmb`]);
  await run.halfway();
  await server.kill();
  expect(await run.ended).toBe(3);
  const report = run.report();
  expect(report).toMatchObject({ success: false, stoppedBy: 'error', error: { exitCode: 3 } });
  expect(report.error?.code).toMatch(/^RCM_REDIS_/);
  const saved = await savedKeys(`${state}.rcmb`);
  expect(saved.size).toBeGreaterThanOrEqual(report.clearedKeys + report.uncertainKeys);
  expect(await actsIn(state, 'x')).toMatchObject([
    { phase: 'intent' },
    { phase: 'outcome', keys: report.clearedKeys, complete: false, details: { stoppedBy: report.error?.code } },
  ]);
});

it.each([false, true])(
  'network cut in the middle: nothing is lost, run again it completes (backup: %s)',
  async (withBackup) => {
    await manyKeys(redis, 'x', KEYS);
    const proxy = await startTcpProxy(server.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const backup = withBackup ? ['--backup', `${state}.rcmb`] : [];
    const run = await slowClear(url, backup);
    await run.halfway();
    await proxy.cut();
    expect(await run.ended).toBe(3);
    const report = run.report();
    const gone = KEYS - (await left());
    expect(report).toMatchObject({ success: false, stoppedBy: 'error' });
    expect(gone).toBeGreaterThanOrEqual(report.clearedKeys);
    expect(gone).toBeLessThanOrEqual(report.clearedKeys + report.uncertainKeys);
    if (withBackup) await expectNothingLost(`${state}.rcmb`, allKeys);
    await proxy.open();
    // The lease of the run that was cut off is still there for a while.
    await redis.del('rcm:lock:clear:x');
    const again = await jsonOf(['clear', 'x', '--yes', '--redis-url', url, '--state-file', state, ...backup]);
    await proxy.stop();
    expect(again).toMatchObject({ exitCode: 0, report: { success: true, clearedKeys: KEYS - gone } });
    if (withBackup) expect((await savedKeys(`${state}.rcmb`)).size).toBe(KEYS);
  },
);

it('killed outright (SIGKILL) while it saves: every key that is gone is in the file, which goes on', async () => {
  await manyKeys(redis, 'x', KEYS);
  const before = withoutOwn(await contents([redis]));
  const run = await slowClear(server.url, ['--backup', `${state}.rcmb`]);
  await run.halfway();
  run.child.kill('SIGKILL');
  await run.ended;
  await expectNothingLost(`${state}.rcmb`, allKeys);
  const base = ['--redis-url', server.url, '--state-file', state, '--yes'];
  const refused = await expectError(['restore', `${state}.rcmb`, ...base], 2);
  expect(refused.code).toBe('RCM_BACKUP_INVALID');
  expect(refused.hint).toContain('--salvage');
  expect((await expectError(['clear', 'x', ...base], 4)).code).toBe('RCM_CONFLICT');
  await redis.del('rcm:lock:clear:x');
  const again = await jsonOf(['clear', 'x', '--backup', `${state}.rcmb`, ...base]);
  expect(again).toMatchObject({ exitCode: 0, report: { success: true } });
  expect(await left()).toBe(0);
  expect((await rcm(['restore', `${state}.rcmb`, ...base])).exitCode).toBe(0);
  expect(withoutOwn(await contents([redis]))).toEqual(before);
});

it('asleep (SIGSTOP) while another run finishes the file: it wakes up and leaves the backup as it is', async () => {
  await manyKeys(redis, 'x', KEYS);
  const before = withoutOwn(await contents([redis]));
  const file = `${state}.rcmb`;
  const run = await slowClear(server.url, ['--backup', file]);
  await run.halfway();
  run.child.kill('SIGSTOP');
  // As when its lease has run out.
  await redis.del('rcm:lock:clear:x');
  const base = ['--redis-url', server.url, '--state-file', state, '--yes'];
  const refused = await expectError(['clear', 'x', '--backup', file, ...base], 4);
  expect(refused).toMatchObject({ code: 'RCM_CONFLICT', message: expect.stringContaining(`process ${run.child.pid}`) });
  expect(refused.hint).toContain(`remove ${file}.lock`);
  await rm(`${file}.lock`);
  expect(await jsonOf(['clear', 'x', '--backup', file, ...base])).toMatchObject({ exitCode: 0 });
  const finished = await readFile(file);
  // Something for it to save when it wakes up.
  await manyKeys(redis, 'x', KEYS);
  run.child.kill('SIGCONT');
  expect([3, 4]).toContain(await run.ended);
  expect(run.report().success).toBe(false);
  expect(await readFile(file)).toEqual(finished);
  await expectNothingLost(file, allKeys);
  await redis.flushall();
  expect((await rcm(['restore', file, ...base])).exitCode).toBe(0);
  expect(withoutOwn(await contents([redis]))).toEqual(before);
});

it('a second clear of the same company at the same time is refused', async () => {
  await manyKeys(redis, 'x', KEYS);
  await redis.set('company:y:a', 'v');
  const run = await slowClear(server.url, [], '300');
  await run.halfway();
  const base = ['--redis-url', server.url, '--state-file', state, '--yes'];
  const error = await expectError(['clear', 'x', ...base], 4);
  expect(error).toMatchObject({ code: 'RCM_CONFLICT', message: expect.stringContaining("company 'x'") });
  expect((await jsonOf(['clear', 'y', ...base])).exitCode).toBe(0);
  expect(await run.ended).toBe(0);
  expect(run.report()).toMatchObject({ success: true, clearedKeys: KEYS });
});

describe('a full disk under --backup', () => {
  /** A file system of 100 KB; where none may be mounted, a limit on the size of files does as well. */
  async function smallDisk() {
    const dir = join(await tempDir('disk'), 'full');
    await mkdir(dir);
    const mounted =
      (await execa('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', dir], { reject: false })).exitCode === 0;
    const undo = async () => void (mounted && (await execa('umount', ['-l', dir])));
    return { dir, mounted, undo };
  }

  it('exit 3, no key goes that the file does not hold; with room it completes', async () => {
    // Text that does not compress.
    for (let i = 0; i < KEYS; i += 1)
      await redis.set(`company:x:${i}`, Buffer.from(`${Math.random()}${Math.random()}`));
    const before = withoutOwn(await contents([redis]));
    const { dir, mounted, undo } = await smallDisk();
    const file = join(dir, 'x.rcmb');
    const command = [
      'clear',
      'x',
      '--yes',
      '--json',
      '--redis-url',
      server.url,
      '--state-file',
      state,
      '--backup',
      file,
    ];
    const limit = mounted ? '' : 'ulimit -f 100;';
    const words = command.map((word) => `'${word}'`).join(' ');
    const env = await cleanEnvironment();
    const full = await execa('sh', ['-c', `${limit} exec '${process.execPath}' '${launcher}' ${words}`], {
      env,
      extendEnv: false,
      reject: false,
    });
    expect(full.exitCode).toBe(3);
    const report = JSON.parse(full.stdout) as Cleared;
    expect(report).toMatchObject({ success: false, stoppedBy: 'error', error: { code: 'RCM_BACKUP_FAILED' } });
    expect(report.error?.hint).toContain('run the same command again');
    const gone = KEYS - (await left());
    expect(report.clearedKeys).toBe(gone);
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThan(KEYS);
    await expectNothingLost(file, allKeys);
    expect((await actsIn(state, 'x')).at(-1)).toMatchObject({ phase: 'outcome', keys: gone, complete: false });
    if (mounted) await execa('mount', ['-o', 'remount,size=10m', dir]);
    const again = await execa(process.execPath, [launcher, ...command], { env, extendEnv: false, reject: false });
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ success: true, clearedKeys: KEYS - gone, backup: { keys: KEYS } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await rcm(['restore', file, '--yes', '--redis-url', server.url, '--state-file', state])).exitCode).toBe(0);
    expect(withoutOwn(await contents([redis]))).toEqual(before);
    await undo();
  });
});

it('one hash of a million fields: removed at once; with a backup left and said so, unless it may be slow', async () => {
  const script = `for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('HSET', KEYS[1], i, '') end`;
  const fill = async () => {
    for (let i = 0; i < 10; i++) await redis.eval(script, 1, 'company:x:big', i * 100_000, i * 100_000 + 99_999);
    await redis.set('company:x:small', 'v');
  };
  const base = ['clear', 'x', '--redis-url', server.url, '--state-file', state, '--yes'];
  await fill();
  expect(await jsonOf(base)).toMatchObject({ exitCode: 0, report: { clearedKeys: 2 } });
  expect(await left()).toBe(0);
  await fill();
  const careful = await jsonOf([...base, '--backup', `${state}.1`]);
  expect(careful).toMatchObject({
    exitCode: 4,
    report: { success: false, clearedKeys: 1, left: { tooLarge: 1, examples: ['company:x:big'] } },
  });
  expect(careful.report.error?.hint).toContain('--allow-slow');
  expect(await redis.hlen('company:x:big')).toBe(1_000_000);
  const slow = await jsonOf([...base, '--backup', `${state}.2`, '--allow-slow']);
  expect(slow).toMatchObject({ exitCode: 0, report: { success: true, clearedKeys: 1 } });
  expect(await left()).toBe(0);
  expect((await rcm(['restore', `${state}.2`, ...base.slice(2)])).exitCode).toBe(0);
  expect(await redis.hlen('company:x:big')).toBe(1_000_000);
});

it('what is written while it is saved is saved as it was last, or stays', async () => {
  for (let i = 0; i < 500; i += 1) await redis.set(`company:x:${i}`, '0');
  const last = new Map<number, number>();
  const writer = connect(server);
  let stop = false;
  const add = `if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('INCR', KEYS[1]) end return -1`;
  const write = async (from: number) => {
    while (!stop)
      for (let i = from; i < 500; i += 5) {
        const value = Number(await writer.eval(add, 1, `company:x:${i}`));
        if (value > 0) last.set(i, value);
      }
  };
  const writers = [0, 1, 2, 3, 4].map(write);
  await waitUntil('all keys were written', () => last.size === 500);
  const base = ['--redis-url', server.url, '--state-file', state, '--yes'];
  const { report } = await jsonOf(['clear', 'x', '--backup', `${state}.rcmb`, '--max-rate', '400', ...base]);
  stop = true;
  await Promise.all(writers);
  writer.disconnect();
  const stayed = await redis.keys('company:x:*');
  expect(report.clearedKeys + stayed.length).toBe(500);
  expect(report.left.changed).toBe(stayed.length);
  await rcm(['restore', `${state}.rcmb`, ...base]);
  for (let i = 0; i < 500; i += 1) expect(Number(await redis.get(`company:x:${i}`)), String(i)).toBe(last.get(i) ?? 0);
});

it('no log, no change: a state file that cannot be written', async () => {
  await redis.set('company:x:a', 'v');
  const error = await expectError(
    ['clear', 'x', '--yes', '--redis-url', server.url, '--state-file', '/proc/rcm.db', '--backup', `${state}.rcmb`],
    3,
  );
  expect(error.code).toBe('RCM_STORE_UNAVAILABLE');
  expect(await redis.exists('company:x:a')).toBe(1);
});

it.each([
  ['a folder that does not exist', '/nonexistent/x.rcmb', 2, 'RCM_OUTPUT_UNWRITABLE'],
  ['another file', launcher, 4, 'RCM_BACKUP_EXISTS'],
])('a backup into %s is refused, nothing is removed', async (_, file, exitCode, code) => {
  await redis.set('company:x:a', 'v');
  const bytes = await readFile(launcher);
  const args = ['clear', 'x', '--yes', '--redis-url', server.url, '--state-file', state, '--backup', file];
  expect((await expectError(args, exitCode)).code).toBe(code);
  expect(await redis.exists('company:x:a')).toBe(1);
  expect(await readFile(launcher)).toEqual(bytes);
});

describeMongo('MongoDB', () => {
  const database = mongoForTests();
  afterEach(() => database.drop());

  it('gone after the clear: exit 3, said so, and logged by the next command that can', async () => {
    await manyKeys(redis, 'x', KEYS);
    const address = new URL(database.uri);
    const proxy = await startTcpProxy(Number(address.port));
    const uri = database.uri.replace(`:${address.port}`, `:${proxy.port}`);
    const env = { RCM_MONGODB_TIMEOUT_MS: '3000' };
    const base = ['--redis-url', server.url, '--mongodb-uri', uri, '--state-file', state];
    const child = rcm(['clear', 'x', '--yes', '--json', '--max-rate', '1500', ...base], { env });
    await waitUntil('some keys are gone', async () => (await redis.dbsize()) < KEYS - 100);
    await proxy.cut();
    const { exitCode, json } = await child;
    const report = json<Cleared>();
    expect(exitCode).toBe(3);
    expect(report).toMatchObject({ success: true, clearedKeys: KEYS, error: { code: 'RCM_MONGODB_UNREACHABLE' } });
    expect(report.error?.message).toContain('could not be logged');
    expect(await left()).toBe(0);
    await proxy.open();
    expect((await rcm(['companies', ...base], { env })).exitCode).toBe(0);
    await proxy.stop();
    const client = await new mongo.MongoClient(database.uri).connect();
    const acts = await client
      .db()
      .collection('rcm_cacheactivitylogs')
      .find({ eventType: 'clear' })
      .sort({ _id: 1 })
      .toArray();
    await client.close();
    expect(acts.map((act) => [act.details.phase, act.details.keys, act.details.operationId])).toEqual([
      ['intent', undefined, report.operationId],
      ['outcome', KEYS, report.operationId],
    ]);
  });

  it('away before it: nothing is removed', async () => {
    await redis.set('company:x:a', 'v');
    const args = ['clear', 'x', '--yes', '--redis-url', server.url, '--mongodb-uri', 'mongodb://127.0.0.1:1/x'];
    const error = await expectError(args, 3, { env: { RCM_MONGODB_TIMEOUT_MS: '300' } });
    expect(error.code).toBe('RCM_MONGODB_UNREACHABLE');
    expect(await redis.exists('company:x:a')).toBe(1);
  });
});
