import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownKeys } from '../../src/core/redis/namespace.js';
import {
  type FixListReport,
  type FixReport,
  type FixUndoReport,
  fixListReport,
  fixReport,
  fixUndoReport,
} from '../../src/core/services/fix/report.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import type { Store } from '../../src/core/store/store.js';
import { rcm, rcmOnTerminal } from '../support/cli.js';
import { describeMongo, mongoForTests } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import { contents, manyKeys, stateFile, withoutOwn } from './support/clearing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

let server: RedisServer;
let redis: Redis;
let state: string;
let flags: string[];
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
});
beforeEach(async () => {
  await redis.flushall();
  state = await stateFile();
  flags = ['--redis-url', server.url, '--state-file', state];
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const run = (words: string[], env: Record<string, string> = {}) =>
  rcm([...words, ...flags], { env: { RCM_FIX_OBEY_SECONDS: '0', ...env } });
const jsonOf = async <T>(words: string[], env: Record<string, string> = {}) => {
  const result = await run([...words, '--json'], env);
  return { ...result, report: result.json<T>() };
};
const listed = async () => (await jsonOf<FixListReport>(['fix', 'list'])).report;
const withStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
  const store = await openStore({ stateFile: state, collections: DEFAULT_PLATFORM_COLLECTIONS });
  return work(store).finally(() => store.close());
};
const importCompanies = async (...ids: string[]) => {
  const file = `${await tempDir('csv')}/companies.csv`;
  await writeFile(file, ['companyId,companyName', ...ids.map((id) => `${id},Company ${id}`), ''].join('\n'));
  expect((await run(['companies', 'import', file])).exitCode).toBe(0);
};
const fill = async (id: string, count = 20) => {
  for (let n = 0; n < count; n += 1) await redis.set(`company:${id}:${n}`, `v${n}`, 'EX', 100_000);
};

it('shows, does, lists and undoes; cleared keys come back only when asked, never over others', async () => {
  await fill('12');
  const before = withoutOwn(await contents([redis]));
  const dry = await jsonOf<FixReport>(['fix', '12', 'LOW_CACHE_EFFICIENCY', '--force', '--dry-run']);
  expectSchema(fixReport, dry.report);
  expect(dry.report).toMatchObject({ dryRun: true, status: null, predicted: { cacheBytes: { after: 0 } } });
  expect(withoutOwn(await contents([redis]))).toEqual(before);

  const done = await jsonOf<FixReport>(['fix', '12', 'low-cache', '--force', '--yes', '--reason', 'idle']);
  expectSchema(fixReport, done.report);
  const { fixId, backup } = done.report as { fixId: string; backup: string };
  expect(done.report).toMatchObject({ success: true, status: 'applied', undoCommand: `rcm fix undo ${fixId}` });
  expect(fixId).toMatch(/^fx-[0-9a-hjkmnp-tv-z]{6}$/);
  expect(existsSync(backup)).toBe(true);
  expect(withoutOwn(await contents([redis])).size).toBe(0);
  expect(await redis.hget(ownKeys.policy('12'), 'cachingEnabled')).toBe('0');

  const list = await listed();
  expectSchema(fixListReport, list);
  expect(list.fixes).toMatchObject([{ fixId, status: 'applied', reason: 'idle', backup, measured: null }]);
  for (const format of ['csv', 'ndjson', 'markdown', 'table'])
    expect((await run(['fix', 'list', '--format', format])).stdout, format).toContain(fixId);

  await redis.set('company:12:3', 'newer');
  const undone = await jsonOf<FixUndoReport>(['fix', 'undo', fixId, '--with-keys', '--yes']);
  expectSchema(fixUndoReport, undone.report);
  expect(undone.report).toMatchObject({ success: true, status: 'undone', restoredKeys: 19 });
  expect(undone.report.warnings.join()).toContain('may be stale');
  expect(await redis.get('company:12:3')).toBe('newer');
  await redis.set('company:12:3', 'v3', 'PXAT', Number(expiryOf(before, '12:3')));
  expect(withoutOwn(await contents([redis]))).toEqual(before);
  expect(await redis.exists(ownKeys.policy('12'))).toBe(0);
  expect(await withStore((store) => store.policies.get('12'))).toBeNull();

  const again = await expectError(['fix', 'undo', fixId, '--yes', ...flags], 4);
  expect(again).toMatchObject({ code: 'RCM_CONFLICT', message: expect.stringContaining('undone already') });
  const log = await withStore((store) => store.activity.list({ companyId: '12', limit: 100 }));
  const told = log.map(({ eventType, details }) => `${eventType} ${details.phase ?? details.outcome ?? ''}`.trim());
  for (const entry of ['fix intent', 'fix outcome', 'undo intent', 'undo outcome', 'command offered', 'command taken'])
    expect(told).toContain(entry);
});

function expiryOf(all: ReadonlyMap<string, string>, key: string): string {
  return String(
    all
      .get(Buffer.from(`company:${key}`).toString('hex'))
      ?.split(' ')
      .at(-1),
  );
}

it('refuses what is no issue, has no fix, is not there, is not confirmed, is no fix', async () => {
  await fill('12');
  const there = `${await tempDir('backup')}/there.rcmb`;
  await writeFile(there, 'something');
  const codes = await Promise.all([
    expectError(['fix', '12', 'nonsense', '--yes', ...flags], 2),
    expectError(['fix', '12', 'COST_OVER_BUDGET', '--yes', ...flags], 4),
    expectError(['fix', '12', 'thrashing', '--yes', ...flags], 4),
    expectError(['fix', '12', 'thrashing', '--force', ...flags], 4),
    expectError(['fix', '13', 'thrashing', '--force', '--yes', ...flags], 4),
    expectError(['fix', 'undo', 'fx-000000', '--yes', ...flags], 4),
    expectError(['fix', '12', ...flags], 2),
    expectError(['fix', '12', 'low-cache', '--force', '--yes', '--backup', there, ...flags], 4),
  ]);
  expect(codes.map(({ code }) => code)).toEqual([
    'RCM_USAGE',
    'RCM_NOT_APPLICABLE',
    'RCM_ISSUE_NOT_FOUND',
    'RCM_NOT_CONFIRMED',
    'RCM_COMPANY_NOT_FOUND',
    'RCM_FIX_NOT_FOUND',
    'RCM_USAGE',
    'RCM_BACKUP_EXISTS',
  ]);
  expect((await listed()).fixes).toEqual([]);
  expect(await redis.exists(ownKeys.policy('12'))).toBe(0);
});

it('of two at once on one company one wins, the other is refused', async () => {
  await fill('12');
  const words = ['fix', '12', 'LOW_CACHE_EFFICIENCY', '--force', '--yes'];
  const runs = await Promise.all([1, 2].map(() => run(words, { RCM_FIX_OBEY_SECONDS: '3' })));
  expect(runs.map(({ exitCode }) => exitCode).sort(), runs.map((one) => one.stderr).join('\n')).toEqual([0, 4]);
  expect((await listed()).fixes.map(({ status }) => status)).toEqual(['applied']);
});

it('a policy that somebody changed since is not overwritten, unless forced', async () => {
  await fill('12');
  const first = (await jsonOf<FixReport>(['fix', '12', 'thrashing', '--force', '--yes'])).report.fixId as string;
  const second = (await jsonOf<FixReport>(['fix', '12', 'missing-ttl', '--force', '--yes'])).report.fixId as string;
  expect((await expectError(['fix', 'undo', first, '--yes', ...flags], 4)).code).toBe('RCM_CONFLICT');
  expect((await run(['fix', 'undo', second, '--yes'])).exitCode).toBe(0);
  expect(await redis.hgetall(ownKeys.policy('12'))).toMatchObject({ minTtlSeconds: '300' });
  await withStore(async (store) => {
    const policy = await store.policies.get('12');
    if (policy) await store.policies.put({ ...policy, minTtlSeconds: 17 }, policy.version);
  });
  expect((await expectError(['fix', 'undo', first, '--yes', ...flags], 4)).code).toBe('RCM_CONFLICT');
  expect((await run(['fix', 'undo', first, '--yes', '--force'])).exitCode).toBe(0);
  expect(await withStore((store) => store.policies.get('12'))).toBeNull();
});

it('is undone after the company is gone; without its backup not with its keys', async () => {
  await importCompanies('12', 'other');
  await fill('12');
  const { fixId, backup } = (await jsonOf<FixReport>(['fix', 'Company 12', 'memory', '--force', '--yes'])).report;
  await importCompanies('other');
  await rename(backup as string, `${backup}.away`);
  expect((await expectError(['fix', 'undo', fixId as string, '--with-keys', '--yes', ...flags], 2)).code).toBe(
    'RCM_BACKUP_INVALID',
  );
  expect((await listed()).fixes).toMatchObject([{ status: 'applied', companyName: 'Company 12', temporary: true }]);
  const undone = await jsonOf<FixUndoReport>(['fix', 'undo', fixId as string, '--yes']);
  expect(undone).toMatchObject({ exitCode: 0, report: { status: 'undone', restoredKeys: null } });
  expect(undone.report.warnings.join()).toContain('company collection no longer');
  expect(await redis.exists(ownKeys.policy('12'))).toBe(0);
});

it('an orphan goes only while no company has its id and few ids are orphans, always saved', async () => {
  await fill('gone');
  expect((await expectError(['fix', 'gone', 'orphaned', '--yes', ...flags], 4)).code).toBe('RCM_NOT_APPLICABLE');
  const ids = ['a', 'b', 'c', 'd', 'e'];
  await importCompanies(...ids);
  for (const id of ids.slice(0, 3)) await fill(id, 2);
  // 1 of 4 ids with keys: over a fifth.
  const many = await expectError(['fix', 'gone', 'ORPHANED_CACHE', '--yes', ...flags], 4);
  expect(many.message).toContain('1 of 4 ids');
  expect((await expectError(['fix', 'a', 'orphaned', '--force', '--yes', ...flags], 4)).message).toContain(
    'is a company',
  );
  // 1 of 5: a fifth is not over it.
  await fill('d', 2);
  const others = [...withoutOwn(await contents([redis])).keys()].filter(
    (key) => !Buffer.from(key, 'hex').includes('gone'),
  );
  const done = await jsonOf<FixReport>(['fix', 'gone', 'orphaned', '--yes']);
  expect(done, JSON.stringify(done.report)).toMatchObject({ exitCode: 0, report: { status: 'applied' } });
  expect([...withoutOwn(await contents([redis])).keys()].sort()).toEqual(others.sort());
  expect(existsSync(done.report.backup as string)).toBe(true);
  const undone = await jsonOf<FixUndoReport>(['fix', 'undo', done.report.fixId as string, '--with-keys', '--yes']);
  expect(undone.report.restoredKeys).toBe(20);
});

it('is taken back when it is interrupted, and is asked for on a terminal', async () => {
  await fill('12');
  const before = withoutOwn(await contents([redis]));
  const controller = new AbortController();
  const stopped = rcm(['fix', '12', 'low-cache', '--force', '--yes', ...flags], {
    env: { RCM_FIX_OBEY_SECONDS: '30' },
    cancelSignal: controller.signal,
    killSignal: 'SIGINT',
  });
  await waitUntil('the policy is set', async () => (await redis.exists(ownKeys.policy('12'))) === 1);
  controller.abort();
  const { stderr, exitCode } = await stopped;
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: expect.stringContaining('taken back') });
  expect(await redis.exists(ownKeys.policy('12'))).toBe(0);
  expect((await listed()).fixes.map(({ status }) => status)).toEqual(['rolled_back']);

  const terminal = await rcmOnTerminal(['fix', '12', 'low-cache', '--force', ...flags], {
    tty: { columns: 100, rows: 40 },
  });
  await terminal.shows('Disable Inefficient Caching? [y/N]');
  terminal.answer('n\n');
  expect((await terminal.ended).exitCode).toBe(4);
  expect(withoutOwn(await contents([redis]))).toEqual(before);
  const log = await withStore((store) => store.activity.list({ companyId: '12', types: ['command'], limit: 100 }));
  expect(log[0]?.details).toMatchObject({ command: 'fix', issue: 'LOW_CACHE_EFFICIENCY', outcome: 'declined' });
});

it('Redis restarted meanwhile: what was done is taken back, at once or by the next command', async () => {
  let own = await startRedis();
  const first = connect(own);
  first.on('error', () => undefined);
  await first.set('company:12:a', '1');
  flags = ['--redis-url', own.url, '--state-file', state];
  const fixing = run(['fix', '12', 'low-cache', '--force', '--yes'], { RCM_FIX_OBEY_SECONDS: '2' });
  await waitUntil('the policy is set', async () => (await first.exists(ownKeys.policy('12'))) === 1);
  first.disconnect();
  const { port } = own;
  await own.stop();
  own = await startRedis({ port });
  const { exitCode, stderr } = await fixing;
  expect([3, 4], stderr).toContain(exitCode);
  const { fixes } = await listed();
  expect(fixes.map(({ status }) => status)).toEqual(['rolled_back']);
  expect(await withStore((store) => store.policies.get('12'))).toBeNull();
  const client = connect(own);
  expect(await client.keys('*')).toEqual([]);
  client.disconnect();
  await own.stop();
});

it('killed (SIGKILL) while keys go: the next command finishes it, and its undo brings all of them back', async () => {
  await manyKeys(redis, '12', 8000);
  const before = withoutOwn(await contents([redis]));
  const controller = new AbortController();
  const killed = rcm(['fix', '12', 'memory', '--force', '--yes', ...flags], {
    env: { RCM_FIX_OBEY_SECONDS: '0' },
    cancelSignal: controller.signal,
    killSignal: 'SIGKILL',
  });
  await waitUntil('some keys are gone', async () => (await redis.dbsize()) < 7900);
  controller.abort();
  expect((await killed).signal).toBe('SIGKILL');
  expect(await redis.dbsize()).toBeGreaterThan(10);
  const list = await listed();
  expect(list.recovered, JSON.stringify(list)).toMatchObject([{ status: 'applied' }]);
  expect(withoutOwn(await contents([redis])).size).toBe(0);
  const undo = ['fix', 'undo', list.fixes[0]?.fixId as string, '--with-keys', '--yes'];
  expect((await jsonOf<FixUndoReport>(undo)).report).toMatchObject({ status: 'undone', restoredKeys: 8000 });
  expect(withoutOwn(await contents([redis]))).toEqual(before);
});

it('with Redis away the journal is still shown', async () => {
  await fill('12');
  await run(['fix', '12', 'thrashing', '--force', '--yes']);
  const own = await startRedis();
  await own.stop();
  const away = await rcm(['fix', 'list', '--json', '--state-file', state, '--redis-url', own.url]);
  expect(away.exitCode).toBe(3);
  expect(away.json<FixListReport>()).toMatchObject({ complete: false, fixes: [{ status: 'applied' }] });
});

describeMongo('with MongoDB', () => {
  it('fixes and undoes just so, and knows orphans by the company collection', async () => {
    const database = mongoForTests();
    flags = ['--redis-url', server.url, '--mongodb-uri', database.uri, '--state-file', state];
    await fill('12');
    const before = withoutOwn(await contents([redis]));
    expect((await expectError(['fix', '12', 'orphaned', '--yes', ...flags], 4)).code).toBe('RCM_NOT_APPLICABLE');
    const fixed = await jsonOf<FixReport>(['fix', '12', 'memory', '--force', '--yes']);
    expect(fixed, JSON.stringify(fixed.report)).toMatchObject({ exitCode: 0, report: { status: 'applied' } });
    const { fixId } = fixed.report as { fixId: string };
    expect((await listed()).fixes).toMatchObject([{ fixId, status: 'applied', temporary: true }]);
    const undone = await jsonOf<FixUndoReport>(['fix', 'undo', fixId, '--with-keys', '--yes']);
    expect(undone.report).toMatchObject({ status: 'undone', restoredKeys: 20 });
    expect(withoutOwn(await contents([redis]))).toEqual(before);
    await database.drop();
  });
});

describe('keys without a TTL', () => {
  it('end after a day; undone, those that still do never expire again', async () => {
    await fill('12', 3);
    await redis.mset('company:12:x', '1', 'company:12:y', '1', 'company:12:z', '1');
    const fixed = await jsonOf<FixReport>(['fix', '12', 'MISSING_TTL', '--force', '--yes']);
    expect(fixed.report.status).toBe('applied');
    for (const key of ['x', 'y', 'z']) {
      const ttl = await redis.ttl(`company:12:${key}`);
      expect(ttl).toBeGreaterThan(86_300);
      expect(ttl).toBeLessThanOrEqual(86_400);
    }
    expect(await redis.ttl('company:12:0')).toBeGreaterThan(99_000);
    // Written since, as the policy wants it; and one with an end of its own.
    await redis.set('company:12:x', '2', 'EX', 86_400);
    await redis.expire('company:12:y', 50);
    const undone = await jsonOf<FixUndoReport>(['fix', 'undo', fixed.report.fixId as string, '--yes']);
    expect(undone.report).toMatchObject({ status: 'undone', restoredTtls: 1 });
    expect(await redis.ttl('company:12:z')).toBe(-1);
    expect(await redis.ttl('company:12:x')).toBeGreaterThan(86_300);
    expect(await redis.ttl('company:12:y')).toBeLessThanOrEqual(50);
  });
});

it('a policy that somebody changes while a fix goes on is not undone with it', async () => {
  await fill('12');
  const fixing = run(['fix', '12', 'low-cache', '--force', '--yes'], { RCM_FIX_OBEY_SECONDS: '2' });
  await waitUntil('the policy is set', async () => (await redis.exists(ownKeys.policy('12'))) === 1);
  await withStore(async (store) => {
    const policy = await store.policies.get('12');
    if (policy) await store.policies.put({ ...policy, minTtlSeconds: 17 }, policy.version);
  });
  expect((await fixing).exitCode).toBe(0);
  const { fixes } = await listed();
  expect((await expectError(['fix', 'undo', fixes[0]?.fixId as string, '--yes', ...flags], 4)).code).toBe(
    'RCM_CONFLICT',
  );
  expect(await withStore((store) => store.policies.get('12'))).toMatchObject({ minTtlSeconds: 17 });
});
