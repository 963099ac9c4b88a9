import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeAccessEvent } from '../../src/core/domain/access-event.js';
import { PLATFORM_ID } from '../../src/core/domain/counter-hours.js';
import type { SnapshotReport } from '../../src/core/services/snapshot/report.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { companyRow, platformRow } from '../integration/store/builders.js';
import { rcm } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { record } from './support/counters.js';
import { expectError } from './support/run.js';
import { smallDisk } from './support/small-disk.js';

const HOUR = 3_600_000;
const EVENTS = 1500;
type Recorded = SnapshotReport & { recorded: true };

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

/** Counters of two closed hours and a full stream. */
async function traffic(): Promise<void> {
  await redis.set('company:acme:x', 'x');
  for (const ago of [3, 2]) await record(redis, 'acme', Date.now() - ago * HOUR, { hit: ago * 10, miss: 1 });
  const stream = redis.pipeline();
  for (let n = 0; n < EVENTS; n++) {
    const event = { timestampMs: Date.now(), op: 'hit' as const, sizeBytes: 9, durationUs: 250, threshold: 1 };
    stream.xadd('rcm:{acme}:events', '*', ...encodeAccessEvent({ ...event, key: `key ${n} ${'x'.repeat(200)}` }));
  }
  await stream.exec();
}

async function history(stateFile: string) {
  const store = await openStore({ stateFile, collections });
  const now = Date.now();
  const hits = async (id: string) =>
    (await store.counterHours.range(id, 0, now)).map(({ counters }) => [counters.hit, counters.miss]);
  const found = {
    snapshots: (await store.snapshots.platformRange(new Date(0), new Date(now))).length,
    acme: await hits('acme'),
    platform: await hits(PLATFORM_ID),
    events: (await store.activity.list({ companyId: 'acme', limit: 9999 })).length,
  };
  await store.close();
  return found;
}
const WHOLE = { acme: [[30, 1], [20, 1]], platform: [[30, 1], [20, 1]], events: EVENTS }; // biome-ignore format: a table

const run = (stateFile: string, ...more: string[]) =>
  rcm(['snapshot', '--redis-url', server.url, '--state-file', stateFile, ...more]);

describe('snapshot on a disk', () => {
  it('that fills up after the figures were written: they stay, exit 3 says what is missing, the next run copies it', async (context) => {
    const disk = await smallDisk(700);
    if (disk === null) return context.skip('nothing may be mounted here');
    const stateFile = join(disk.dir, 'rcm.db');
    await redis.set('company:acme:x', 'x');
    expect((await run(stateFile)).exitCode).toBe(0);
    await traffic();
    // Room for the figures, not for a megabyte of events.
    const { bavail, bsize } = await statfs(disk.dir);
    await writeFile(join(disk.dir, 'ballast'), Buffer.alloc(bavail * bsize - 200 * 1024));
    const full = await run(stateFile, '--json');
    expect(full.exitCode).toBe(3);
    const report = full.json<Recorded>();
    expect(report).toMatchObject({ recorded: true, complete: false, events: null });
    expect(report.warnings).toContainEqual(
      expect.stringMatching(/^Access events were not all copied: State file .*rcm\.db cannot grow: the disk is full/),
    );
    for (const warning of report.warnings) expect(full.stderr).toContain(`Warning: ${warning}\n`);
    expect(await redis.exists('rcm:lock:snapshot')).toBe(0);
    await rm(join(disk.dir, 'ballast'));
    await disk.remount('size=10m');
    expect(await history(stateFile)).toMatchObject({ snapshots: 2 });
    const mended = await run(stateFile);
    expect([mended.exitCode, mended.stderr]).toEqual([0, '']);
    expect(await history(stateFile)).toEqual({ snapshots: 3, ...WHOLE });
  });

  it('that may only be read: exit 3 and no word of a figure; what is there stays to the byte', async (context) => {
    const disk = await smallDisk(5000);
    if (disk === null) return context.skip('nothing may be mounted here');
    const stateFile = join(disk.dir, 'rcm.db');
    await traffic();
    expect((await run(stateFile)).exitCode).toBe(0);
    const before = await readFile(stateFile);
    await disk.remount('ro');
    const error = await expectError(['snapshot', '--redis-url', server.url, '--state-file', stateFile], 3);
    expect(error).toMatchObject({ code: 'RCM_STORE_UNAVAILABLE', message: expect.stringContaining('read-only') });
    expect(await redis.exists('rcm:lock:snapshot')).toBe(0);
    expect(before.equals(await readFile(stateFile))).toBe(true);
    await disk.remount('rw');
    expect((await run(stateFile)).exitCode).toBe(0);
    expect(await history(stateFile)).toEqual({ snapshots: 2, ...WHOLE });
  });
});

it('Redis refuses writes (full): figures, counters and events are kept all the same; exit 3 names the policies', async () => {
  const stateFile = `${await tempDir()}/rcm.db`;
  await traffic();
  const flags = ['--redis-url', server.url, '--state-file', stateFile];
  expect((await rcm(['ttl', 'set', 'acme', '--max', '1h', '--yes', '--reason', 'test', ...flags])).exitCode).toBe(0);
  await redis.del('rcm:{acme}:policy');
  await redis.config('SET', 'maxmemory', '1kb');
  const full = await run(stateFile);
  await redis.config('SET', 'maxmemory', '0');
  expect(full.exitCode).toBe(3);
  expect(full.stderr).toMatch(/^Warning: Policies were not mirrored: /m);
  const { events, ...rest } = await history(stateFile);
  // The act of setting the policy is in the log too.
  expect({ ...rest, events: events - EVENTS >= 1 ? EVENTS : events }).toEqual({ snapshots: 1, ...WHOLE });
  expect((await run(stateFile)).exitCode).toBe(0);
  expect(await redis.hget('rcm:{acme}:policy', 'maxTtlSeconds')).toBe('3600');
});

it('a snapshot of which a part could not be measured is no ground for a gate to pass', async () => {
  const at = new Date();
  const exitOf = async (complete: boolean) => {
    const stateFile = `${await tempDir()}/rcm.db`;
    const store = await openStore({ stateFile, collections });
    const warnings = complete ? [] : ['The companies could not be read: MongoDB timed out'];
    // Without the list Redis's base cost is nobody's: every cache looks cheaper than it is.
    const platform = platformRow(at, { companySource: complete ? 'collection' : 'unread', warnings });
    await store.snapshots.insert({ platform, companies: [companyRow('acme', at)] });
    await store.close();
    const args = ['check', '--from-snapshot', '--budgets', 'cache', '--json', '--state-file', stateFile];
    const { exitCode, stdout } = await rcm(args);
    return [exitCode, stdout.includes('MongoDB timed out')];
  };
  expect(await exitOf(false)).toEqual([3, true]);
  // $20 for one company of a budget of $5.
  expect((await exitOf(true))[0]).toBe(6);
});
