import { randomBytes } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BackupReader } from '../../../src/core/backup/reader.js';
import { BackupWriter } from '../../../src/core/backup/writer.js';
import type { BackupEntry } from '../../../src/core/domain/backup-entry.js';
import { clear } from '../../../src/core/services/clear/clear.js';
import { inspectBackup } from '../../../src/core/services/restore/inspect.js';
import { restore } from '../../../src/core/services/restore/restore.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

let server: RedisServer;
let redis: Redis;
let rig: Rig;
let file: string;
let runs = 0;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  rig = await rigOn(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await rig.close();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  file = `${rig.dir}/odd-${runs++}.rcmb`;
});

async function putBack(options: { replace?: boolean; dryRun?: boolean; salvage?: boolean } = {}) {
  const { replace = false, dryRun = false, salvage = false } = options;
  const backup = await inspectBackup(file, rig.ports.config.keyTemplates, salvage);
  const unlogged = `${rig.dir}/unlogged`;
  const request = { actor: 'test', reason: null, replace, dryRun, maxRate: undefined, unlogged };
  return restore(rig.ports, backup, request).finally(() => backup.reader.close());
}

/** A key as it would be saved. */
async function saved(key: string, value: string | Buffer, expiresAtMs = -1): Promise<BackupEntry> {
  await redis.set('elsewhere', value);
  const dump = (await redis.dumpBuffer('elsewhere')) as Buffer;
  await redis.del('elsewhere');
  return { key: Buffer.from(key), type: 'string', expiresAtMs, bytes: 64, dump };
}

/** A backup of such batches. */
async function backupOf(...batches: BackupEntry[][]): Promise<Buffer> {
  const writer = await BackupWriter.open(file, {
    format: 'rcm-backup',
    version: 1,
    createdAt: new Date().toISOString(),
    companies: [{ companyId: '1', companyName: null }],
    command: 'clear',
    selection: {},
    redis: { label: 'x', version: null, db: 0 },
    actor: 'test',
    reason: null,
  });
  for (const batch of batches) await writer.append(batch);
  await writer.finish(true, new Date());
  await writer.close();
  return readFile(file);
}

describe('a key that stands twice', () => {
  const past = () => Date.now() - 10_000;

  it.each([false, true])('does not come back older when its last copy has expired (replace: %s)', async (replace) => {
    const [a, b] = [await saved('company:1:a', 'old'), await saved('company:1:b', 'v')];
    await backupOf([a, b], [await saved('company:1:a', 'new', past())]);
    for (const dryRun of [true, false])
      expect(await putBack({ replace, dryRun })).toMatchObject({
        success: true,
        restoredKeys: 1,
        skipped: { expired: 1, existing: 0, older: 1 },
        backup: { keys: 3 },
      });
    expect(await redis.mget('company:1:a', 'company:1:b')).toEqual([null, 'v']);
  });

  it.each([false, true])('comes back as it was last, in one batch too (replace: %s)', async (replace) => {
    const copies = [await saved('company:1:a', '1', past()), await saved('company:1:a', '2')];
    await backupOf([...copies, await saved('company:1:b', '1')], [await saved('company:1:b', '2')]);
    if (replace) await redis.mset('company:1:a', 'there', 'company:1:b', 'there');
    expect(await putBack({ replace })).toMatchObject({
      restoredKeys: 2,
      skipped: { expired: 0, existing: 0, older: 2 },
    });
    expect(await redis.mget('company:1:a', 'company:1:b')).toEqual(['2', '2']);
  });

  it('among thousands', async () => {
    const { dump } = await saved('x', 'old');
    const { dump: last } = await saved('x', 'new');
    const many = (from: number, to: number, of: Buffer) =>
      Array.from({ length: to - from }, (_, i): BackupEntry => {
        return { key: Buffer.from(`company:1:${from + i}`), type: 'string', expiresAtMs: -1, bytes: 64, dump: of };
      });
    await backupOf(many(0, 3000, dump), many(2000, 4000, last), many(3500, 3600, last));
    expect(await putBack()).toMatchObject({ restoredKeys: 4000, skipped: { older: 1100, existing: 0 } });
    const values = await redis.mget(Array.from({ length: 4000 }, (_, i) => `company:1:${i}`));
    expect(values.filter((value) => value === 'old')).toHaveLength(2000);
    expect(values.filter((value) => value === 'new')).toHaveLength(2000);
  });
});

it('a key larger than the server takes is named and not sent; its neighbours come back', async () => {
  await redis.config('SET', 'proto-max-bulk-len', 1024 ** 2);
  const big = { ...(await saved('company:1:big', 'v')), dump: randomBytes(1024 ** 2 + 1) };
  await backupOf([await saved('company:1:a', 'v'), big, await saved('company:1:b', 'v')]);
  for (const dryRun of [true, false]) {
    const report = await putBack({ dryRun });
    expect(report).toMatchObject({
      success: false,
      restoredKeys: 2,
      uncertainKeys: 0,
      stoppedBy: null,
      failed: { keys: 1, examples: [{ key: 'company:1:big', reason: expect.stringContaining('proto-max-bulk-len') }] },
      error: { code: 'RCM_CONFLICT', hint: expect.stringContaining('CONFIG SET proto-max-bulk-len') },
    });
  }
  expect(await redis.mget('company:1:a', 'company:1:b')).toEqual(['v', 'v']);
  await redis.config('SET', 'proto-max-bulk-len', 512 * 1024 ** 2);
});

it('where CONFIG is refused, the default limit holds', async () => {
  await redis.call('ACL', 'SETUSER', 'managed', 'on', '>secret', '~*', '&*', '+@all', '-config');
  const managed = await rigOn(`redis://managed:secret@127.0.0.1:${server.port}`);
  await backupOf([await saved('company:1:a', randomBytes(2 * 1024 ** 2))]);
  const backup = await inspectBackup(file, managed.ports.config.keyTemplates, false);
  const request = { actor: 'test', reason: null, replace: false, dryRun: false, maxRate: undefined, unlogged: 'x' };
  expect(await restore(managed.ports, backup, request)).toMatchObject({ success: true, restoredKeys: 1 });
  await backup.reader.close();
  await managed.close();
});

it('never writes under rcm:, and tells of keys of no company', async () => {
  const keys = ['rcm:{1}:policy', 'rcm:lock:clear:1', 'rcm:', 'company:1:a', 'session:1', 'a\x1b[31m', 'rcmx:1'];
  await backupOf(await inOrder(keys.map((key) => () => saved(key, 'v'))));
  await redis.set('rcm:{1}:policy', 'ours');
  const report = await putBack({ replace: true });
  expect(report).toMatchObject({ success: true, restoredKeys: 4, skipped: { own: 3 } });
  expect(report.warnings).toEqual([
    expect.stringMatching(/^3 keys of rcm:.* are not restored: rcm:\{1\}:policy, rcm:lock:clear:1, rcm:\.$/),
    '3 keys belong to no company by the configured key templates: session:1, a\\x1b[31m, rcmx:1.',
  ]);
  expect(await redis.get('rcm:{1}:policy')).toBe('ours');
  expect(await redis.exists('rcm:lock:clear:1', 'rcm:')).toBe(0);
});

async function inOrder<T>(acts: (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const act of acts) results.push(await act());
  return results;
}

describe('--salvage', () => {
  const three = async () =>
    backupOf([await saved('company:1:a', 'v')], [await saved('company:1:b', 'v')], [await saved('company:1:c', 'v')]);
  const batches = async () => {
    const reader = await BackupReader.open(file);
    return (await reader.check().finally(() => reader.close())).batches;
  };

  it.each([
    ['zeros', (n: number) => Buffer.alloc(n)],
    ['noise', (n: number) => randomBytes(n)],
  ])('takes what stands before a torn end of %s, and says what it leaves out', async (_, made) => {
    const bytes = await three();
    const last = (await batches())[2]?.start as number;
    await writeFile(file, Buffer.concat([bytes.subarray(0, last), made(bytes.length - last)]));
    await expect(putBack()).rejects.toMatchObject({
      code: 'RCM_BACKUP_INVALID',
      hint: expect.stringContaining('2 keys, can be put back with --salvage'),
    });
    expect(await redis.dbsize()).toBe(0);
    const report = await putBack({ salvage: true });
    expect(report).toMatchObject({ restoredKeys: 2, backup: { truncated: true, ignoredBytes: bytes.length - last } });
    expect(report.warnings).toEqual([
      `The last ${bytes.length - last} bytes of the file, from byte ${last} on, are ignored.`,
    ]);
    expect(await redis.mget('company:1:a', 'company:1:b')).toEqual(['v', 'v']);
  });

  it('takes what stands before damage in the middle, and says that more follows', async () => {
    const bytes = await three();
    const second = (await batches())[1]?.start as number;
    bytes[second + 10] = (bytes[second + 10] as number) ^ 1;
    await writeFile(file, bytes);
    await expect(putBack()).rejects.toMatchObject({ message: expect.stringContaining('altered') });
    expect(await redis.dbsize()).toBe(0);
    const report = await putBack({ salvage: true });
    expect(report).toMatchObject({ restoredKeys: 1, backup: { ignoredBytes: bytes.length - second } });
    expect(report.warnings).toEqual([expect.stringContaining('whole batches among them')]);
  });

  it('a length that reaches past the end of the file is no torn end where batches follow', async () => {
    const bytes = await three();
    bytes[(await batches())[1]?.start as number] = 0x10;
    await writeFile(file, bytes);
    await expect(putBack()).rejects.toMatchObject({ message: expect.stringContaining('altered') });
    expect((await putBack({ salvage: true })).warnings).toEqual([expect.stringContaining('whole batches among them')]);
  });
});

it('a clear whose backup could not be ended is no success', async () => {
  for (let i = 0; i < 10; i += 1) await redis.set(`company:1:${i}`, 'v');
  const moved = `${file}.moved`;
  const report = await clear(
    rig.ports,
    {
      companies: [{ companyId: '1', companyName: null }],
      filter: {},
      allowSlow: false,
      actor: 'test',
      reason: null,
      unlogged: `${rig.dir}/unlogged`,
      backup: file,
      maxRate: 100,
    },
    ({ keys }) => {
      if (keys === 10 && existsSync(file)) renameSync(file, moved);
    },
  );
  expect(report).toMatchObject({
    success: false,
    clearedKeys: 10,
    stoppedBy: null,
    error: { code: 'RCM_BACKUP_FAILED', exitCode: 3, hint: expect.stringContaining('restore --salvage') },
  });
  const [outcome] = await rig.ports.store.activity.list({ types: ['clear'], companyId: '1', limit: 1 });
  expect(outcome?.details).toMatchObject({ phase: 'outcome', keys: 10, complete: false });
  await rename(moved, file);
  expect(await putBack({ salvage: true })).toMatchObject({ restoredKeys: 10, backup: { truncated: true } });
});
