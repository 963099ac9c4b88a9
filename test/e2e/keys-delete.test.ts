import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { showKey } from '../../src/core/redis/keys/key-argument.js';
import { keysDeleteReport } from '../../src/core/services/keys/delete-report.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../support/redis/index.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';
import {
  actsIn,
  type Cleared,
  contents,
  counted,
  expectOnlyGone,
  jsonOf,
  manyKeys,
  savedKeys,
  stateFile,
  withoutOwn,
} from './support/clearing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';
import { HOSTILE_IDS, ORPHAN_IDS, seedCompanies, seedForeign } from './support/seed.js';
import { type SeededStore, STORES } from './support/stores.js';

interface Deleted extends Cleared {
  namedKeys: number;
  absentKeys: number;
  absent: string[];
  keys: { key: string; companyId: string; type: string; bytes: number }[];
}

const launcher = join(import.meta.dirname, '../../bin/run.js');
const IDS = [...HOSTILE_IDS, ...ORPHAN_IDS, '12x', '-', ']', '[a-z]'];

describe.each(['standalone', 'cluster'])('rcm keys delete on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(() => Promise.all(masters.map((node) => node.flushall())));

  it.each([false, true])('shows what would go, deletes just that, logs and counts it (backup: %s)', async (saved) => {
    const seeded = await seedCompanies(client, IDS);
    await seedForeign(client);
    const state = await stateFile();
    const base = ['--redis-url', nodes.url, '--state-file', state];
    const chosen = new Map(['12', 'a*b?[c]\\^-d', '\\xff\\xfe'].map((id) => [id, (seeded.get(id) ?? []).slice(0, 6)]));
    const keys = [...chosen.values()].flat();
    const words = [...keys.map(showKey), 'company:12:nope', showKey(keys[0] as Buffer)];
    const before = await contents(masters);
    const sizes = await Promise.all(keys.map((key) => client.call('MEMORY', ['USAGE', key]).then(Number)));
    const freedBytes = sizes.reduce((sum, size) => sum + size, 0);
    const expected = { clearedKeys: 18, freedBytes, namedKeys: 19, absentKeys: 1, absent: ['company:12:nope'] };
    const dry = await jsonOf<Deleted>(['keys', 'delete', ...words, '--dry-run', ...base]);
    expect(dry).toMatchObject({ exitCode: 0, report: { ...expected, dryRun: true, operationId: null } });
    expectSchema(keysDeleteReport, dry.report);
    expect(dry.report.keys.map(({ key, bytes }) => [key, bytes])).toEqual(
      keys.map((key, i) => [showKey(key), sizes[i]]),
    );
    expectOnlyGone(before, await contents(masters), []);
    const backup = saved ? ['--backup', `${state}.rcmb`] : [];
    const { exitCode, report } = await jsonOf<Deleted>(['keys', 'delete', ...words, '--yes', ...base, ...backup]);
    expectSchema(keysDeleteReport, report);
    expect({ exitCode, report }).toMatchObject({ exitCode: 0, report: { ...expected, success: true, error: null } });
    expectOnlyGone(before, await contents(masters), keys);
    for (const [id, own] of chosen) {
      const shownKeys = own.map(showKey);
      const named = id === '12' ? [...shownKeys, 'company:12:nope'] : shownKeys;
      expect(await actsIn(state, id)).toMatchObject([
        {
          eventType: 'clear',
          phase: 'intent',
          details: { command: 'keys delete', namedKeys: named.length, examples: named },
        },
        { eventType: 'clear', phase: 'outcome', keys: 6, complete: true, details: { command: 'keys delete' } },
      ]);
      expect(await counted(client, id, 'del')).toBe(6);
      expect(await counted(client, id, 'clear')).toBe(0);
    }
    if (!saved) return;
    expect((await rcm(['restore', `${state}.rcmb`, '--yes', ...base])).exitCode).toBe(0);
    expectOnlyGone(before, await contents(masters), []);
  });

  it('takes names from a file and from standard input, as keys list shows them', async () => {
    const seeded = await seedCompanies(client, ['1', '12', '\\xff\\xfe']);
    const state = await stateFile();
    const base = ['--redis-url', nodes.url, '--state-file', state];
    const before = await contents(masters);
    const listed = await rcm(['keys', 'list', '\\xff\\xfe', '--json', '--limit', '1000', ...base]);
    const names = listed.json<{ keys: { key: string }[] }>().keys.map(({ key }) => key);
    const input = `${names.join('\r\n')}\n\n`;
    const { exitCode, json } = await rcm(['keys', 'delete', '--from-file', '-', '--yes', '--json', ...base], { input });
    expect({ exitCode, keys: json<Deleted>().clearedKeys }).toEqual({ exitCode: 0, keys: names.length });
    expectOnlyGone(before, await contents(masters), seeded.get('\\xff\\xfe') as Buffer[]);
    await writeFile(`${state}.txt`, (seeded.get('1') as Buffer[]).map(showKey).join('\n'));
    const more = ['company:12:string', '--from-file', `${state}.txt`];
    expect((await jsonOf<Deleted>(['keys', 'delete', ...more, '--yes', ...base])).exitCode).toBe(0);
    const gone = [...(seeded.get('\\xff\\xfe') ?? []), ...(seeded.get('1') ?? []), Buffer.from('company:12:string')];
    expectOnlyGone(before, await contents(masters), gone);
  });

  it('refuses what is no company’s, and deletes nothing then', async () => {
    await seedCompanies(client, ['1']);
    await seedForeign(client);
    const before = await contents(masters);
    const base = ['--yes', '--redis-url', nodes.url, '--state-file', await stateFile()];
    for (const [key, why] of [
      ['rcm:lock:other', "this tool's own key"],
      ['rcm:{1}:pending', "this tool's own key"],
      ['session:abc', "no company's key"],
      ['company::nobody', "no company's key"],
    ] as const) {
      const error = await expectError(['keys', 'delete', 'company:1:string', key, ...base], 2);
      expect(error.message).toContain(why);
      expect(error.hint).toContain('Nothing was deleted');
    }
    expect((await expectError(['keys', 'delete', 'company:1:nope', 'company:2:a', ...base], 4)).code).toBe(
      'RCM_KEY_NOT_FOUND',
    );
    expect((await expectError(['keys', 'delete', ...base], 2)).message).toContain('Which keys?');
    expect((await expectError(['keys', 'delete', 'company:1:a\\b', ...base], 2)).hint).toContain('company:1:a\\\\b');
    const unconfirmed = base.slice(1);
    expect((await expectError(['keys', 'delete', 'company:1:string', ...unconfirmed], 4)).code).toBe(
      'RCM_NOT_CONFIRMED',
    );
    expectOnlyGone(before, await contents(masters), []);
  });
});

describe('rcm keys delete', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeEach(async () => {
    server = await startRedis();
    redis = connect(server, { retryStrategy: () => null });
    redis.on('error', () => undefined);
    return async () => {
      redis.disconnect();
      await server.stop();
    };
  });

  for (const { engine, describe: describeIt = describe, seed } of STORES)
    describeIt(`with ${engine}`, () => {
      let store: SeededStore;
      beforeAll(async () => {
        store = await seed(['1', '12'], []);
      });
      afterAll(() => store.close());

      it('logs who deleted which key and why, before and after', async () => {
        await redis.set('company:1:a', 'v');
        await redis.set('company:12:a', 'v');
        const who = ['--actor', 'ann', '--reason', 'a test', '--yes', '--redis-url', server.url, ...store.flags];
        const { report } = await jsonOf<Deleted>(['keys', 'delete', 'company:1:a', ...who]);
        expect(report.companies).toMatchObject([
          { companyId: '1', companyName: 'Company <1> & Söhne', clearedKeys: 1 },
        ]);
        const opened = await store.open();
        const entries = await opened.activity.list({ types: ['clear'], key: 'company:1:a', limit: 10 });
        await opened.close();
        expect(entries.map((e) => [e.companyId, e.details.phase, e.details.command, e.metadata.actor]).sort()).toEqual([
          ['1', 'intent', 'keys delete', 'ann'],
          ['1', 'outcome', 'keys delete', 'ann'],
        ]);
        expect(
          entries.every((e) => e.details.operationId === report.operationId && e.metadata.reason === 'a test'),
        ).toBe(true);
        expect(await redis.exists('company:12:a')).toBe(1);
      });
    });

  it('asks on a terminal, showing the keys', async () => {
    for (const name of ['a', 'b']) await redis.set(`company:12:${name}\x1b[31m`, 'v');
    const args = ['keys', 'delete', 'company:12:a\\x1b[31m', 'company:12:nope', '--redis-url', server.url];
    const flags = ['--state-file', await stateFile()];
    const tty = { columns: 80, rows: 24 };
    const no = await rcm([...args, ...flags], { tty, input: 'n\n' });
    expect(no.exitCode).toBe(4);
    expect(no.stdout).toMatch(/company:12:a\\x1b\[31m +12 +string +\d+B/);
    expect(no.stdout).toContain('1 was not there: company:12:nope');
    expect(no.stdout).toContain('There is no backup.');
    expect(await redis.dbsize()).toBe(2);
    const yes = await rcm([...args, ...flags], { tty, input: 'y\n' });
    expect({ exitCode: yes.exitCode, left: await redis.keys('company:*') }).toEqual({
      exitCode: 0,
      left: ['company:12:b\x1b[31m'],
    });
  });

  /** A deletion of 3,000 keys under way, about 1,000 a second, each saved first. */
  async function slowDelete(url: string) {
    const state = await stateFile();
    const names = Array.from({ length: 3000 }, (_, i) => `company:x:${i}`);
    await manyKeys(redis, 'x', names.length);
    await writeFile(`${state}.txt`, names.join('\n'));
    const more = ['--from-file', `${state}.txt`, '--backup', `${state}.rcmb`];
    const args = ['keys', 'delete', ...more, '--yes', '--redis-url', url, '--state-file', state];
    const env = { ...(await cleanEnvironment()), RCM_REDIS_COMMAND_TIMEOUT_MS: '2000' };
    const child = spawn(process.execPath, [launcher, ...args, '--json', '--max-rate', '1000'], { env });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await waitUntil('some keys are gone', async () => (await redis.dbsize()) < names.length - 300);
    return { state, names, args, ended, report: () => JSON.parse(stdout) as Deleted };
  }

  it('Redis killed in the middle: exit 3, the truth in report, log and backup', async () => {
    const { state, ended, report: read } = await slowDelete(server.url);
    await server.kill();
    expect(await ended).toBe(3);
    const report = read();
    expect(report).toMatchObject({ success: false, stoppedBy: 'error', namedKeys: 3000, error: { exitCode: 3 } });
    expect((await savedKeys(`${state}.rcmb`)).size).toBeGreaterThanOrEqual(report.clearedKeys + report.uncertainKeys);
    expect(await actsIn(state, 'x')).toMatchObject([
      { phase: 'intent' },
      { phase: 'outcome', keys: report.clearedKeys, complete: false, details: { stoppedBy: report.error?.code } },
    ]);
  });

  it('network cut in the middle: nothing is lost, run again it completes, restore gives all back', async () => {
    const proxy = await startTcpProxy(server.port);
    const { state, names, args, ended } = await slowDelete(`redis://127.0.0.1:${proxy.port}`);
    await proxy.cut();
    expect(await ended).toBe(3);
    const there = new Set(await redis.keys('company:x:*'));
    const saved = await savedKeys(`${state}.rcmb`);
    expect(names.filter((key) => !there.has(key) && !saved.has(key))).toEqual([]);
    await proxy.open();
    // The lease of the run that was cut off is still there for a while.
    await redis.del('rcm:lock:clear:x');
    const again = await jsonOf<Deleted>(args);
    expect(again).toMatchObject({ exitCode: 0, report: { success: true, clearedKeys: there.size } });
    expect((await savedKeys(`${state}.rcmb`)).size).toBe(3000);
    expect(withoutOwn(await contents([redis])).size).toBe(0);
    expect((await rcm(['restore', `${state}.rcmb`, '--yes', ...args.slice(-4)])).exitCode).toBe(0);
    await proxy.stop();
    expect(await redis.keys('company:x:*')).toHaveLength(3000);
    // A backup of other keys is not gone on with.
    const other = ['keys', 'delete', 'company:x:1', '--backup', `${state}.rcmb`, '--yes', '--redis-url', server.url];
    expect((await expectError([...other, '--state-file', state], 4)).code).toBe('RCM_BACKUP_EXISTS');
  });

  it('Redis down: exit 3', async () => {
    const args = ['keys', 'delete', 'company:1:a', '--yes', '--redis-url', 'redis://127.0.0.1:1'];
    expect((await expectError([...args, '--state-file', await stateFile()], 3)).code).toBe('RCM_REDIS_UNREACHABLE');
  });
});
