import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import { NEEDS, UNTRIED } from '../../src/core/services/doctor/permissions.js';
import type { DoctorReport } from '../../src/core/services/doctor/report.js';
import { rcm } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';
import type { ErrorReport } from './support/run.js';

const page = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
/** The lines of the page, by the user that each makes. */
const LINES = new Map([...page.matchAll(/^ACL SETUSER (\S+) .+$/gm)].map(([line, name]) => [name as string, line]));

let server: RedisServer;
let redis: Redis;
let dir: string;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  dir = await tempDir('permissions');
  for (const line of LINES.values()) await redis.call(...(line.split(' ') as [string, ...string[]]));
  await redis.set('session:1', 'of nobody');
  await fill();
  for (const ago of [1, 5]) await record(redis, 'acme', Date.now() - ago * 3_600_000, { hit: 9, miss: 1, hitUs: 9000, missUs: 9000 }); // biome-ignore format: one line
  const cache = new CompanyCache({ redis });
  for (let i = 0; i < 5; i++) await cache.wrap('acme', `read:${i % 2}`, async () => i, { ttl: 600 });
  await cache.close();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function fill(): Promise<void> {
  await redis
    .multi()
    .set('company:acme:text', 'x'.repeat(500))
    .set('company:acme:soon', 'y', 'EX', 3600)
    .hset('company:acme:hash', 'a', '1', 'b', '2')
    .rpush('company:acme:list', 'a', 'b')
    .sadd('company:acme:set', 'a', 'b')
    .zadd('company:acme:zset', 1, 'a')
    .xadd('company:acme:stream', '*', 'a', 'b')
    .set('company:other:1', 'z')
    .exec();
}

const flagsOf = (user: string) => [
  '--redis-url',
  `redis://${user}:CHANGE-ME@127.0.0.1:${server.port}`,
  '--state-file',
  `${dir}/rcm.db`,
];
const run = async (user: string, command: readonly string[]) => {
  const { exitCode, stdout, stderr } = await rcm([...command, ...flagsOf(user)], {
    env: { RCM_FIX_OBEY_SECONDS: '1' },
  });
  return { command: command.join(' '), exitCode, stdout, stderr };
};

/** What the server refused since the last look: things that were tried in vain and done without are among them. */
async function refused(): Promise<string[]> {
  const log = (await redis.call('ACL', 'LOG')) as string[][];
  await redis.call('ACL', 'LOG', 'RESET');
  return log.map((entry) => `${entry[entry.indexOf('username') + 1]}: ${entry[entry.indexOf('object') + 1]}`);
}

/** Runs commands one after the other, or at once; all must succeed, and nothing of what they try be refused. */
async function works(user: string, commands: readonly string[][], atOnce = false): Promise<void> {
  await refused();
  const results = atOnce ? await Promise.all(commands.map((command) => run(user, command))) : [];
  if (!atOnce) for (const command of commands) results.push(await run(user, command));
  for (const { command, exitCode, stderr } of results) {
    expect({ command, exitCode, stderr }).toMatchObject({ command, exitCode: 0 });
    expect(stderr, command).not.toMatch(/refused|permission|NOPERM|slower/);
  }
  expect(await refused()).toEqual([]);
}

async function isRefused(user: string, command: string[]): Promise<void> {
  const { exitCode, stdout } = await run(user, [...command, '--json']);
  expect(exitCode, stdout).toBe(3);
  const { error } = JSON.parse(stdout) as ErrorReport;
  expect(error).toMatchObject({ code: 'RCM_REDIS_FORBIDDEN', hint: expect.stringMatching(/rcm doctor|ACL SETUSER/) });
  expect(await refused()).not.toEqual([]);
}

/** The same of a change, which also says what was done until then: nothing. */
async function isStopped(user: string, command: string[]): Promise<void> {
  const before = await redis.dbsize();
  const { exitCode, stderr } = await run(user, command);
  expect({ exitCode, keys: await redis.dbsize() }).toEqual({ exitCode: 3, keys: before });
  expect(stderr).toMatch(/^Error: .* does not permit a needed command: .* Run `rcm doctor`/m);
}

describe('docs/permissions.md, line by line', () => {
  it('has a line for each use', () => {
    expect([...LINES.keys()]).toEqual(['rcm-view', 'rcm-values', 'rcm-snapshot', 'rcm-observe', 'rcm-clear', 'rcm-fix', 'rcm-app']); // biome-ignore format: a list
  });

  const view = [
    ['companies'],
    ['companies', '--exact'],
    ['stats'],
    ['alerts'],
    ['check', '--no-budgets', '--min-hit-rate', '1', '--on-unknown', 'pass'],
    ['drill-down', 'acme'],
    ['keys', 'list', 'acme', '--sort', '-size'],
    ['detect'],
    ['recommend', 'acme'],
    ['activity', '--limit', '5'],
    ['ttl', 'get', 'acme'],
    ['ttl', 'presets', 'acme'],
  ];
  it('dashboards: all is shown, no value may be read, nothing removed', async () => {
    await works('rcm-view', view, true);
    await isRefused('rcm-view', ['keys', 'get', 'company:acme:text']);
    await isStopped('rcm-view', ['clear', 'acme', '--yes']);
    const viewer = connect(server).duplicate({ username: 'rcm-view', password: 'CHANGE-ME' });
    for (const command of [['GET', 'company:acme:text'], ['HGETALL', 'company:acme:hash'], ['SET', 'rcm:x', '1'], ['KEYS', '*']]) // biome-ignore format: a list
      await expect(viewer.call(...(command as [string])), command.join(' ')).rejects.toThrow(/NOPERM/);
    viewer.disconnect();
  });

  it('values: keys of every type', async () => {
    const keys = ['text', 'hash', 'list', 'set', 'zset', 'stream'].map((name) => [
      'keys',
      'get',
      `company:acme:${name}`,
    ]);
    const raw = ['keys', 'get', 'company:acme:text', '--raw'];
    await works('rcm-values', [...keys, raw, ['companies'], ['drill-down', 'acme']], true);
    await isStopped('rcm-values', ['keys', 'delete', 'company:acme:text', '--yes']);
  });

  it('snapshot, policies put back too', async () => {
    await works('rcm-fix', [['ttl', 'set', 'acme', '--max', '2h', '--yes']]);
    await redis.del('rcm:{acme}:policy');
    await works('rcm-snapshot', [['snapshot'], ['companies', '--exact'], ['drill-down', 'acme']]);
    expect(await redis.hget('rcm:{acme}:policy', 'maxTtlSeconds')).toBe('7200');
    await isRefused('rcm-snapshot', ['keys', 'get', 'company:acme:text']);
  });

  it('observe', async () => {
    await refused();
    // An interval in which the machine fell behind does not count, nor do its events: then it is observed again.
    for (let tries = 0; tries < 4 && (await redis.xlen('rcm:{other}:events')) === 0; tries++) {
      const observing = run('rcm-observe', ['observe', '--duration', '2s', '--record', '--json']);
      let done = false;
      void observing.finally(() => {
        done = true;
      });
      while (!done) {
        await redis.get('company:other:1');
        await redis.get('company:other:none');
        await sleep(5);
      }
      const { exitCode, stderr } = await observing;
      expect({ exitCode, refused: await refused() }, stderr).toEqual({ exitCode: 0, refused: [] });
    }
    expect(await redis.xlen('rcm:{other}:events')).toBeGreaterThan(0);
    expect((await redis.keys('rcm:{other}:counters:*')).length).toBeGreaterThan(0);
    await isRefused('rcm-observe', ['companies']);
  });

  it('clear, keys delete and restore', async () => {
    await works('rcm-clear', [
      ['keys', 'delete', 'company:acme:soon', '--yes'],
      ['clear', 'acme', '--backup', `${dir}/acme.rcmb`, '--yes'],
      ['restore', `${dir}/acme.rcmb`, '--yes'],
      ['clear', 'acme', '--match', 'l*', '--yes'],
      ['drill-down', 'acme'],
    ]);
    expect(await redis.exists('company:acme:text', 'company:acme:soon', 'company:acme:list')).toBe(1);
    await isRefused('rcm-clear', ['keys', 'get', 'company:acme:text']);
  });

  it('fix, undo, and ttl set of keys that are there', async () => {
    await fill();
    await works('rcm-fix', [
      ['ttl', 'set', 'acme', '--max', '1h', '--existing', '--yes'],
      ['ttl', 'set', 'acme', '--unset', '--yes'],
      ['fix', 'other', 'MISSING_TTL', '--force', '--yes'],
      ['fix', 'acme', 'EXCESSIVE_MEMORY', '--force', '--yes'],
    ]);
    expect(await redis.ttl('company:other:1')).toBeGreaterThan(3600);
    expect(await redis.exists('company:acme:text')).toBe(0);
    const list = JSON.parse((await run('rcm-fix', ['fix', 'list', '--json'])).stdout) as { fixes: { fixId: string }[] };
    for (const { fixId } of list.fixes) await works('rcm-fix', [['fix', 'undo', fixId, '--with-keys', '--yes']]);
    expect(await redis.ttl('company:other:1')).toBe(-1);
    expect(await redis.exists('company:acme:text')).toBe(1);
    await isRefused('rcm-fix', ['keys', 'get', 'company:acme:text']);
  });

  it('the application', async () => {
    await redis.hset('rcm:{acme}:policy', { cachingEnabled: '1', version: '1', minUpdateIntervalSeconds: '1' });
    await refused();
    const app = redis.duplicate({ username: 'rcm-app', password: 'CHANGE-ME' });
    const errors: unknown[] = [];
    const cache = new CompanyCache({ redis: app, onError: (error: unknown) => errors.push(error) });
    expect(await cache.wrap('acme', 'app', async () => 1, { ttl: 60 })).toBe(1);
    expect(await cache.get('acme', 'app')).toBe(1);
    await cache.set('acme', 'other', 2, { ttl: 60 });
    await cache.delete('acme', 'other');
    await cache.invalidate('acme');
    await cache.invalidate('acme');
    expect(await redis.exists('company:acme:app')).toBe(0);
    await cache.close();
    app.disconnect();
    expect({ errors, refused: await refused() }).toEqual({ errors: [], refused: [] });
    expect(await redis.xlen('rcm:{acme}:events')).toBeGreaterThan(0);
    await isRefused('rcm-app', ['companies']);
  });
});

/** What a line grants on our keys, on companies' keys, and (a command without keys) anywhere. */
function grantsOf(line: string): Record<'own' | 'company' | 'any', Set<string>> {
  const names = (part: string) =>
    new Set([...part.matchAll(/\+([\w|]+)/g)].map(([, name]) => (name as string).toUpperCase().replace('|', ' ')));
  const [, root = '', selector] = /^([^(]*)(?:\((.*)\))?$/.exec(line) ?? [];
  const company = names(selector ?? (root.includes('company:*') ? root : ''));
  return { own: names(root), company, any: new Set([...names(root), ...company]) };
}

describe('rcm doctor', () => {
  it.each([...LINES])('says of %s that it lacks just what its line does not grant', async (user, line) => {
    const grants = grantsOf(line);
    const { exitCode, stdout } = await run(user, ['doctor', '--json']);
    const { checks } = JSON.parse(stdout) as DoctorReport;
    const lacking = checks.filter((check) => / is refused \(/.test(check.message)).map(({ name }) => name);
    const wanted = NEEDS.filter(({ command, probe }) => {
      const words = probe('of a company', 'our own');
      const keys = words.includes('of a company') ? 'company' : words.includes('our own') ? 'own' : 'any';
      return !grants[keys].has(command);
    });
    expect(lacking.sort()).toEqual(wanted.map(({ command }) => command).sort());
    // To lack what a dashboard does not need is no failure; these two cannot look at companies at all.
    expect(exitCode).toBe(['rcm-observe', 'rcm-app'].includes(user) ? 3 : 0);
  });

  it('tries all that the page grants, or says why not', () => {
    const granted = new Set([...LINES.values()].flatMap((line) => [...grantsOf(line).any]));
    const observe = ['MONITOR', 'SUBSCRIBE', 'CONFIG GET', 'CONFIG SET'];
    expect([...granted].sort()).toEqual([...NEEDS.map(({ command }) => command), ...UNTRIED, ...observe].sort());
  });
});
