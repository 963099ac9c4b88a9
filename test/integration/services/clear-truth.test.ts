import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackupWriter } from '../../../src/core/backup/writer.js';
import { KeyTemplates } from '../../../src/core/redis/key-template.js';
import { KeySelection } from '../../../src/core/redis/keys/selection.js';
import { walkNode } from '../../../src/core/redis/keys/walk-keys.js';
import { KeyDumper } from '../../../src/core/redis/removal/dump-keys.js';
import { RateCap } from '../../../src/core/redis/removal/rate-cap.js';
import { readLimits } from '../../../src/core/redis/removal/read-limits.js';
import type { Reading } from '../../../src/core/redis/removal/reading.js';
import { Throttle } from '../../../src/core/redis/scan/throttle.js';
import { logUnlogged } from '../../../src/core/services/acts/unlogged.js';
import { clear } from '../../../src/core/services/clear/clear.js';
import { SavingRemover } from '../../../src/core/services/clear/remove-from-node.js';
import type { ClearRequest } from '../../../src/core/services/clear/request.js';
import { RemovalTally } from '../../../src/core/services/clear/tally.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';
import { type Rig, rigOn } from './rig.js';

/** What a removal says must be what it did, however it ends; and only what can come back is saved and removed. */
describe('the truth of a removal', () => {
  let server: RedisServer;
  let redis: Redis;
  let rig: Rig;
  beforeEach(async () => {
    server = await startRedis();
    redis = connect(server);
    rig = await rigOn(server.url);
    return async () => {
      await rig.close();
      redis.disconnect();
      await server.stop();
    };
  });
  const opened: Redis[] = [];
  afterEach(() => {
    for (const one of opened.splice(0)) one.disconnect();
  });

  const request = (ids: string[], more: Partial<ClearRequest> = {}): ClearRequest => ({
    companies: ids.map((companyId) => ({ companyId, companyName: null })),
    filter: {},
    allowSlow: false,
    actor: 'test',
    reason: null,
    unlogged: `${rig.dir}/unlogged`,
    ...more,
  });
  const fill = async (id: string, keys: number) => {
    for (let i = 0; i < keys; i += 1000)
      await redis.mset(...Array.from({ length: 1000 }, (_, n) => [`company:${id}:${i + n}`, 'v']).flat());
  };
  const as = async (user: string, ...rules: string[]): Promise<Redis> => {
    await redis.call('ACL', 'SETUSER', user, 'on', '>pw', ...rules);
    const client = new Redis({ port: server.port, username: user, password: 'pw' });
    opened.push(client);
    return client;
  };
  const keysOf = async (client: Redis) => {
    const selection = new KeySelection(new KeyTemplates(), ['1']);
    const found = [];
    for await (const step of walkNode({ redis: client, label: '', role: 'primary' }, selection, { details: [] }))
      found.push(...step.found);
    return found;
  };
  const paceOn = async (client: Redis) => ({
    throttle: await Throttle.of(client, {}),
    cap: new RateCap(),
    signal: undefined,
  });

  it('counts the last step too when it is interrupted', async () => {
    await fill('1', 200_000);
    const controller = new AbortController();
    rig.ports.signal = controller.signal;
    const report = await clear(rig.ports, request(['1']), () => controller.abort(new Error('stop')));
    expect(report.stoppedBy).toBe('interrupt');
    const left = (await keysOf(redis)).length;
    expect(left).toBeGreaterThan(0);
    expect(report.clearedKeys).toBe(200_000 - left);
  });

  it.each([false, true])('counts what was removed before a key that may not be (backup: %s)', async (backup) => {
    await fill('12', 2000);
    await fill('27', 2000);
    await as('half', '+@all', '~company:12:*', '~rcm:*', '%R~*');
    const half = await rigOn(`redis://half:pw@127.0.0.1:${server.port}`);
    try {
      const more = backup ? { backup: `${rig.dir}/half.rcmb` } : {};
      const report = await clear(half.ports, request(['12', '27'], more));
      const left = (await redis.keys('company:*')).length;
      expect(report).toMatchObject({ success: false, stoppedBy: 'error', uncertainKeys: 0 });
      expect(report.clearedKeys).toBe(4000 - left);
    } finally {
      await half.close();
    }
  });

  it('keeps a run for all and one for a single company apart, either way round; a company may be called *', async () => {
    await fill('1', 1000);
    const many = Array.from({ length: 70 }, (_, n) => `${n}`);
    const refused = { code: 'RCM_CONFLICT', message: expect.stringContaining('all companies') };
    await redis.set('rcm:lock:clear-all', 'somebody', 'PX', 60_000);
    await expect(clear(rig.ports, request(['1']))).rejects.toMatchObject(refused);
    await redis.del('rcm:lock:clear-all');
    await redis.set('rcm:lock:clear:1', 'somebody', 'PX', 60_000);
    await expect(clear(rig.ports, request(many))).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
    expect(await redis.exists('rcm:lock:clear-all')).toBe(0);
    expect((await clear(rig.ports, request(['*']))).success).toBe(true);
    expect((await keysOf(redis)).length).toBe(1000);
  });

  it('measures what is to be saved, element by element: five small samples hide nothing', async () => {
    const small = Array.from({ length: 4000 }, () => 'x');
    await redis.rpush('company:1:list', ...small);
    for (let i = 0; i < 100; i++) await redis.rpush('company:1:list', 'y'.repeat(200_000));
    await redis.set('company:1:small', 'v');
    const report = await clear(rig.ports, request(['1'], { backup: `${rig.dir}/b.rcmb` }));
    expect(report).toMatchObject({ clearedKeys: 1, left: { tooLarge: 1, examples: ['company:1:list'] } });
    expect(await redis.exists('company:1:list')).toBe(1);
  });

  it('never removes what could not be put back: a dump longer than an argument may be', async () => {
    await redis.config('SET', 'proto-max-bulk-len', '1mb');
    // Random, so that the dump is as long as the value.
    for (let i = 0; i < 3; i++) await redis.rpush('company:1:long', randomText(700_000));
    const report = await clear(rig.ports, request(['1'], { backup: `${rig.dir}/b.rcmb`, allowSlow: true }));
    expect(report).toMatchObject({ clearedKeys: 0, left: { tooLarge: 1 } });
    expect(await redis.exists('company:1:long')).toBe(1);
  });

  it('reads a few megabytes at a time where scripts are refused', async () => {
    for (let i = 0; i < 12; i++) await redis.set(`company:1:${i}`, randomText(1_500_000));
    const client = await as('plain', '+@all', '-@scripting', '~*');
    const dumper = new KeyDumper(client, await paceOn(client), await readLimits(client, false));
    const batches: Reading[][] = [];
    await dumper.dump(await keysOf(redis), async (readings) => {
      batches.push(readings);
    });
    expect(batches.flat()).toHaveLength(12);
    for (const batch of batches)
      expect(batch.reduce((sum, r) => sum + ('dump' in r ? r.dump.length : 0), 0)).toBeLessThan(5 * 1024 ** 2);
  });

  it('leaves an unused key that is written while it is saved: it is not unused any more', async () => {
    await redis.set('company:1:a', 'old');
    const writer = { append: () => redis.set('company:1:a', 'fresh') } as unknown as BackupWriter;
    const tally = new RemovalTally();
    const limits = await readLimits(redis, false);
    const node = { redis, label: '', role: 'primary' as const };
    const remover = (filter: ClearRequest['filter']) => async () =>
      new SavingRemover(node, await paceOn(redis), tally, { writer, limits, filter }).remove(await keysOf(redis));
    await remover({ idleSeconds: 0 })();
    expect({ value: await redis.get('company:1:a'), keys: tally.keys, changed: tally.changed }).toEqual({
      value: 'fresh',
      keys: 0,
      changed: 0,
    });
  });

  it('watches one key at a time where scripts may not write', async () => {
    await fill('1', 1000);
    await as('watcher', '+@all', '-eval', '-evalsha', '~*');
    let seen = '';
    const monitor = createConnection(server.port, '127.0.0.1').on('data', (chunk) => {
      seen += chunk;
    });
    monitor.write('MONITOR\r\n');
    await waitUntil('it watches', () => seen.startsWith('+OK'));
    const own = await rigOn(`redis://watcher:pw@127.0.0.1:${server.port}`);
    try {
      const report = await clear(own.ports, request(['1'], { backup: `${rig.dir}/w.rcmb` }));
      expect(report.clearedKeys).toBe(1000);
    } finally {
      await own.close();
    }
    await redis.echo('the end');
    await waitUntil('all was seen', () => seen.includes('"the end"'));
    monitor.destroy();
    const names = [...seen.matchAll(/"(watch|unwatch|exec)"/gi)].map(([, name]) => String(name).toLowerCase());
    expect(names.filter((name) => name === 'watch')).toHaveLength(1000);
    expect(names.join(' ')).toMatch(/^(watch (exec|unwatch) ?)+$/);
  });

  it('logs what was kept, though a line of it was cut short, and keeps that line', async () => {
    const file = `${rig.dir}/unlogged-x.ndjson`;
    const entry = {
      companyId: '12',
      timestamp: '2026-11-20T10:00:00Z',
      eventType: 'clear',
      key: null,
      details: { keys: 5 },
      metadata: { actor: 'ann' },
    };
    // Left by a process that died after it had taken the file.
    await writeFile(`${file}.999999999`, `${JSON.stringify(entry)}\n{"companyId":"13","times`);
    expect(await logUnlogged(rig.ports.store, file)).toBe(1);
    expect(await rig.ports.store.activity.list({ companyId: '12', limit: 5 })).toMatchObject([
      { details: { keys: 5 } },
    ]);
    expect(await logUnlogged(rig.ports.store, file)).toBe(0);
    expect(await rig.ports.store.activity.list({ companyId: '12', limit: 5 })).toHaveLength(1);
  });
});

function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
}
