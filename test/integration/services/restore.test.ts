import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clear } from '../../../src/core/services/clear/clear.js';
import { inspectBackup } from '../../../src/core/services/restore/inspect.js';
import { restore } from '../../../src/core/services/restore/restore.js';
import { contents, withoutOwn } from '../../e2e/support/clearing.js';
import { seedCompanies } from '../../e2e/support/seed.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

describe.each(['standalone', 'cluster'])('backup and restore on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  let rig: Rig;
  let runs = 0;
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
    rig = await rigOn(nodes.url);
  });
  afterAll(async () => {
    await rig.close();
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(() => Promise.all(masters.map((node) => node.flushall())));

  const act = { actor: 'test', reason: null };
  const save = async (ids: string[]): Promise<string> => {
    const backup = `${rig.dir}/${runs++}.rcmb`;
    const companies = ids.map((companyId) => ({ companyId, companyName: null }));
    const unlogged = `${rig.dir}/unlogged`;
    const report = await clear(rig.ports, { ...act, companies, filter: {}, allowSlow: false, backup, unlogged });
    expect(report.success).toBe(true);
    return backup;
  };
  const putBack = async (file: string, options: { replace?: boolean; dryRun?: boolean; salvage?: boolean } = {}) => {
    const backup = await inspectBackup(file, rig.ports.config.keyTemplates, options.salvage ?? false);
    try {
      const { replace = false, dryRun = false } = options;
      const unlogged = `${rig.dir}/unlogged`;
      return await restore(rig.ports, backup, { ...act, replace, dryRun, maxRate: undefined, unlogged });
    } finally {
      await backup.reader.close();
    }
  };
  const all = async () => withoutOwn(await contents(masters));

  /** Every type, with and without an expiry, streams with groups whose consumers have not acknowledged. */
  async function seedAll(): Promise<void> {
    await seedCompanies(client, ['1', 'a*b', '\\xff\\xfe']);
    const stream = 'company:1:stream with groups';
    for (let i = 1; i <= 20; i += 1) await client.xadd(stream, `${i}-0`, 'n', i);
    await client.xgroup('CREATE', stream, 'g1', '0');
    await client.xgroup('CREATE', stream, 'g2', '5-0');
    await client.xreadgroup('GROUP', 'g1', 'alice', 'COUNT', 7, 'STREAMS', stream, '>');
    await client.xack(stream, 'g1', '2-0');
    await client.xdel(stream, '3-0');
    await client.pexpireat(stream, Date.now() + 3_600_123);
    await client.pexpireat('company:1:large hash', Date.now() + 7_200_456);
  }

  it('gives back the same bytes, types and expiry instants', async () => {
    await seedAll();
    const before = await all();
    const groups = await client.xinfo('GROUPS', 'company:1:stream with groups');
    const pending = await client.xpending('company:1:stream with groups', 'g1', '-', '+', 10, 'alice');
    const file = await save(['1', 'a*b', '\\xff\\xfe']);
    expect((await all()).size).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const dry = await putBack(file, { dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, success: true, restoredKeys: before.size, operationId: null });
    expect((await all()).size).toBe(0);
    const report = await putBack(file);
    expect(report).toMatchObject({
      success: true,
      restoredKeys: before.size,
      skipped: { expired: 0, existing: 0 },
      backup: { keys: before.size, complete: true, truncated: false },
    });
    expect(await all()).toEqual(before);
    expect(await client.xinfo('GROUPS', 'company:1:stream with groups')).toEqual(groups);
    const after = await client.xpending('company:1:stream with groups', 'g1', '-', '+', 10, 'alice');
    const withoutIdle = (rows: unknown[]) => (rows as unknown[][]).map(([id, who, , times]) => [id, who, times]);
    expect(withoutIdle(after)).toEqual(withoutIdle(pending));
    const acts = await rig.ports.store.activity.list({ types: ['restore'], companyId: 'a*b', limit: 10 });
    expect(acts.map((entry) => entry.details.phase)).toEqual(['outcome', 'intent']);
  });

  it('skips what has expired since, and what is there again unless it is to be replaced', async () => {
    await client.set('company:1:soon', 'v', 'PX', 700);
    await client.set('company:1:later', 'v', 'EX', 1000);
    await client.set('company:1:there', 'old');
    const file = await save(['1']);
    await client.set('company:1:there', 'new');
    await sleep(750);
    expect(await putBack(file, { dryRun: true })).toMatchObject({
      restoredKeys: 1,
      skipped: { expired: 1, existing: 1 },
    });
    expect(await putBack(file)).toMatchObject({ success: true, restoredKeys: 1, skipped: { expired: 1, existing: 1 } });
    expect(await client.get('company:1:there')).toBe('new');
    expect(await putBack(file, { dryRun: true, replace: true })).toMatchObject({ restoredKeys: 2 });
    expect(await putBack(file, { replace: true })).toMatchObject({
      restoredKeys: 2,
      skipped: { expired: 1, existing: 0 },
    });
    expect(await client.mget('company:1:there')).toEqual(['old']);
    expect(await client.exists('company:1:soon')).toBe(0);
  });

  it('refuses a file that was altered anywhere or breaks off, before anything is written', async () => {
    for (let i = 0; i < 300; i += 1) await client.set(`company:1:${i}`, `value ${i} ${Math.random()}`);
    const before = await all();
    const file = await save(['1']);
    const bytes = await readFile(file);
    const refused = async (change: Buffer) => {
      const bad = `${file}.bad`;
      await writeFile(bad, change);
      await expect(putBack(bad)).rejects.toMatchObject({ code: 'RCM_BACKUP_INVALID', exitCode: 2 });
      expect((await all()).size).toBe(0);
    };
    const places = Array.from({ length: 40 }, (_, i) => Math.floor((i * (bytes.length - 1)) / 39));
    for (const at of places) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 1;
      await refused(flipped);
      if (at < bytes.length - 1) await refused(bytes.subarray(0, at));
    }
    await refused(Buffer.concat([bytes, Buffer.from('more')]));
    await refused(Buffer.from('{"not": "a backup"}'));
    await refused(Buffer.alloc(0));
    const cut = `${file}.cut`;
    await copyFile(file, cut);
    await truncate(cut, bytes.length - 10);
    await expect(putBack(cut)).rejects.toMatchObject({ hint: expect.stringContaining('300 keys') });
    expect(await putBack(cut, { salvage: true })).toMatchObject({
      success: true,
      restoredKeys: 300,
      backup: { truncated: true },
    });
    expect(await all()).toEqual(before);
    // An altered file is not salvaged either: nobody knows what it holds.
    const flipped = Buffer.from(bytes);
    flipped[200] = (flipped[200] as number) ^ 1;
    await writeFile(cut, flipped);
    await expect(putBack(cut, { salvage: true })).rejects.toMatchObject({ code: 'RCM_BACKUP_INVALID' });
  });
});

describe('restore', () => {
  it('tells of keys that the server does not take', async () => {
    const server = await startRedis();
    const redis = connect(server);
    const rig = await rigOn(server.url);
    await redis.set('company:1:a', 'v');
    const file = `${rig.dir}/x.rcmb`;
    const request = { actor: 'test', reason: null, unlogged: `${rig.dir}/unlogged` };
    const companies = [{ companyId: '1', companyName: null }];
    await clear(rig.ports, { ...request, companies, filter: {}, allowSlow: false, backup: file });
    // A user who may do all but RESTORE: refused for every key, so it stops at the first.
    await redis.call('ACL', 'SETUSER', 'careful', 'on', '>secret', '~*', '&*', '+@all', '-restore');
    const limited = await rigOn(`redis://careful:secret@127.0.0.1:${server.port}`);
    const backup = await inspectBackup(file, rig.ports.config.keyTemplates, false);
    const report = await restore(limited.ports, backup, {
      ...request,
      replace: false,
      dryRun: false,
      maxRate: undefined,
    });
    await backup.reader.close();
    expect(report).toMatchObject({
      success: false,
      restoredKeys: 0,
      error: { code: 'RCM_REDIS_FORBIDDEN', exitCode: 3 },
    });
    redis.disconnect();
    await Promise.all([rig.close(), limited.close(), server.stop()]);
  });
});
