import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rcm } from '../support/cli.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { actsIn, clearsCounted, contents, expectOnlyGone, jsonOf, manyKeys, stateFile } from './support/clearing.js';
import { expectError } from './support/run.js';
import { HOSTILE_IDS, ORPHAN_IDS, seedCompanies, seedForeign, sizesOf } from './support/seed.js';
import { type SeededStore, STORES } from './support/stores.js';

const IDS = [...HOSTILE_IDS, ...ORPHAN_IDS, '12x', '-', ']', '[a-z]'];

describe.each(['standalone', 'cluster'])('rcm clear on %s', (kind) => {
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

  it.each([
    ['inside the server', []],
    ['with a backup', ['--backup']],
  ])('shows what would go, removes just that, logs and counts it: %s', async (_, backup) => {
    const seeded = await seedCompanies(client, IDS);
    await seedForeign(client);
    const state = await stateFile();
    const base = ['clear', 'a*b?[c]\\^-d', '--redis-url', nodes.url, '--state-file', state];
    const before = await contents(masters);
    const keys = seeded.get('a*b?[c]\\^-d') as Buffer[];
    const size = (await sizesOf(client, new Map([['it', keys]]))).get('it');
    expect(await jsonOf([...base, '--dry-run'])).toMatchObject({
      exitCode: 0,
      report: { dryRun: true, clearedKeys: size?.keys, freedBytes: size?.bytes, operationId: null },
    });
    expectOnlyGone(before, await contents(masters), []);
    expect(await jsonOf([...base, '--yes', ...backup, ...backup.map(() => `${state}.rcmb`)])).toMatchObject({
      exitCode: 0,
      report: { success: true, dryRun: false, clearedKeys: size?.keys, freedBytes: size?.bytes, error: null },
    });
    expectOnlyGone(before, await contents(masters), keys);
    expect(await actsIn(state, 'a*b?[c]\\^-d')).toMatchObject([
      { eventType: 'clear', phase: 'intent' },
      { eventType: 'clear', phase: 'outcome', keys: size?.keys, complete: true },
    ]);
    expect(await clearsCounted(client, 'a*b?[c]\\^-d')).toBe(1);
  });

  it('takes only keys that fit a pattern, are large, or were not used for long', async () => {
    const state = await stateFile();
    const base = ['--redis-url', nodes.url, '--state-file', state, '--yes'];
    const fill = async () => {
      for (const id of ['1', '12'])
        for (const rest of ['session:a', 'session:b', 'x:session:c', 'large'])
          await client.set(`company:${id}:${rest}`, rest === 'large' ? 'x'.repeat(5000) : 'v');
      const dump = (await client.dumpBuffer('company:1:session:a')) as Buffer;
      await client.call('RESTORE', ['company:1:old', 0, dump, 'REPLACE', 'IDLETIME', 90_000]);
    };
    // KEYS leaves idle times alone, which DUMP does not.
    const left = async () => {
      const found = await Promise.all(masters.map((node) => node.keys('company:1:*')));
      return found
        .flat()
        .map((key) => key.slice('company:1:'.length))
        .sort();
    };
    for (const rate of [[], ['--max-rate', '100000']]) {
      await fill();
      await jsonOf(['clear', '1', '--match', 'session:*', ...base, ...rate]);
      expect(await left()).toEqual(['large', 'old', 'x:session:c']);
      await fill();
      await jsonOf(['clear', '1', '--larger-than', '4KB', ...base, ...rate]);
      expect(await left()).toEqual(['old', 'session:a', 'session:b', 'x:session:c']);
      await jsonOf(['clear', '1', '--older-than', '26h', ...base, ...rate]);
      expect(await left()).toEqual(['old', 'session:a', 'session:b', 'x:session:c']);
      const { report } = await jsonOf(['clear', '1', '--older-than', '24h', '--match', 'o*', ...base, ...rate]);
      expect(report).toMatchObject({ clearedKeys: 1 });
      expect(await left()).toEqual(['session:a', 'session:b', 'x:session:c']);
      await jsonOf(['clear', '1', '--match', '*c', ...base, ...rate]);
      expect(await left()).toEqual(['session:a', 'session:b']);
    }
    expect((await contents(masters)).has(Buffer.from('company:12:session:a').toString('hex'))).toBe(true);
  });

  it('all companies: the number must be right, what is nobody’s stays', async () => {
    const seeded = await seedCompanies(client, IDS);
    await seedForeign(client);
    const state = await stateFile();
    const base = ['clear', '--all', '--redis-url', nodes.url, '--state-file', state];
    const before = await contents(masters);
    expect((await expectError(base, 4)).code).toBe('RCM_NOT_CONFIRMED');
    expect((await expectError([...base, '--yes'], 4)).hint).toContain('--expect');
    expectOnlyGone(before, await contents(masters), []);
    const wrong = await expectError([...base, '--yes', '--expect', String(IDS.length - 1)], 4);
    expect(wrong.message).toContain(`${IDS.length} companies`);
    expectOnlyGone(before, await contents(masters), []);
    const { exitCode, report } = await jsonOf([...base, '--yes', '--expect', String(IDS.length)]);
    expect(exitCode).toBe(0);
    const keys = [...seeded.values()].flat();
    expect(report).toMatchObject({ success: true, clearedKeys: keys.length });
    expect(report.companies.map((c) => [c.companyId, c.clearedKeys]).sort()).toEqual(
      [...seeded].map(([id, own]) => [id, own.length]).sort(),
    );
    expectOnlyGone(before, await contents(masters), keys);
    expect((await actsIn(state)).filter((act) => act.phase === 'outcome')).toHaveLength(IDS.length);
  });

  it('of 100,000 keys leaves none, and the table tells it', async () => {
    await manyKeys(client instanceof Cluster ? (masters[0] as Redis) : client, '{x}', kind === 'cluster' ? 0 : 100_000);
    if (kind === 'cluster') for (let i = 0; i < 3000; i += 1) await client.set(`company:{x}:${i}`, 'v');
    const n = kind === 'cluster' ? 3000 : 100_000;
    const state = await stateFile();
    const args = ['clear', '{x}', '--yes', '--redis-url', nodes.url, '--state-file', state];
    const { exitCode, stdout, stderr } = await rcm([...args, '--backup', `${state}.rcmb`]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`${n.toLocaleString('en-US')} keys`);
    expect(stdout).toContain(`Put them back with: rcm restore ${state}.rcmb`);
    expect((await contents(masters)).size).toBe(1); // the counter of clears
    const again = await rcm(args);
    expect(again.exitCode).toBe(4); // without a list and without keys there is no such company
    expect(again.stderr).toContain("There is no company '{x}'");
  });
});

describe('rcm clear: who is meant, and whether it is wanted', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis({
      users: ['noscript on >secret ~* &* +@all -@scripting', 'noown on >secret ~company:* &* +@all'],
    });
    redis = connect(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  for (const { engine, describe: describeIt = describe, seed } of STORES) {
    describeIt(`with ${engine}`, () => {
      let store: SeededStore;
      // biome-ignore lint/suspicious/noDuplicateTestHooks: a suite of its own, which the rule does not see
      beforeAll(async () => {
        store = await seed(['1', '12', 'ünï漢😀'], ['ghost']);
      });
      // biome-ignore lint/suspicious/noDuplicateTestHooks: the same
      afterAll(() => store.close());

      it('finds companies by id and exact name, logs who and why before and after', async () => {
        for (const id of ['1', '12', 'ghost']) await redis.set(`company:${id}:a`, 'v');
        const base = ['--redis-url', server.url, ...store.flags, '--yes'];
        const who = ['--actor', 'ann', '--reason', 'a test'];
        const { exitCode, report } = await jsonOf(['clear', 'Company <1> & Söhne', 'ghost', ...base, ...who]);
        expect({ exitCode, report }).toMatchObject({
          exitCode: 0,
          report: {
            clearedKeys: 2,
            companies: [
              { companyId: '1', companyName: 'Company <1> & Söhne', clearedKeys: 1 },
              { companyId: 'ghost', companyName: null, clearedKeys: 1 },
            ],
          },
        });
        expect(await redis.exists('company:12:a')).toBe(1);
        const opened = await store.open();
        const entries = await opened.activity.list({ types: ['clear'], limit: 10 });
        await opened.close();
        expect(entries.map((e) => [e.companyId, e.details.phase, e.metadata.actor, e.metadata.reason])).toEqual(
          expect.arrayContaining([
            ['1', 'outcome', 'ann', 'a test'],
            ['ghost', 'outcome', 'ann', 'a test'],
            ['1', 'intent', 'ann', 'a test'],
            ['ghost', 'intent', 'ann', 'a test'],
          ]),
        );
        expect(new Set(entries.map((e) => e.details.operationId))).toEqual(new Set([report.operationId]));
      });

      it('a company without keys has nothing to remove; unknown and ambiguous ones are refused with candidates', async () => {
        const base = ['--redis-url', server.url, ...store.flags, '--yes'];
        expect(await jsonOf(['clear', '12', ...base])).toMatchObject({
          exitCode: 0,
          report: { success: true, clearedKeys: 0 },
        });
        const unknown = await expectError(['clear', 'ünï漢', ...base], 4);
        expect(unknown.code).toBe('RCM_COMPANY_NOT_FOUND');
        expect(unknown.hint).toContain('ünï漢😀');
        // A part of a name is nothing to remove by, where nobody is asked.
        expect((await expectError(['clear', 'Company <1>', ...base], 4)).code).toBe('RCM_COMPANY_NOT_FOUND');
      });
    });
  }

  const base = async () => ['--redis-url', server.url, '--state-file', await stateFile()];

  it('asks on a terminal: no and yes, a part of a name, the number of companies', async () => {
    const dir = await tempDir();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${dir}/c.csv`, 'companyId,companyName\n1,Royal Plumbing\n2,Royal Flowers\n3,Gold Leaf\n');
    const flags = await base();
    await rcm(['companies', 'import', `${dir}/c.csv`, ...flags]);
    for (const id of ['1', '2', '3']) await redis.set(`company:${id}:a`, 'v');
    const tty = { columns: 80, rows: 24 };
    const no = await rcm(['clear', 'plumb', ...flags], { tty, input: 'n\n' });
    expect(no.stdout).toContain('Royal Plumbing');
    expect(no.stdout).toContain('company:1:a');
    expect(no.stdout).toContain('There is no backup');
    expect(no.stdout).toMatch(/Error: Not confirmed/);
    expect(no.exitCode).toBe(4);
    expect(await redis.exists('company:1:a')).toBe(1);
    const yes = await rcm(['clear', 'plumb', ...flags], { tty, input: 'y\n' });
    expect({ exitCode: yes.exitCode, left: await redis.exists('company:1:a') }).toEqual({ exitCode: 0, left: 0 });
    expect(yes.stdout).toContain('1 key (');
    const several = await rcm(['clear', 'royal', ...flags], { tty, input: 'y\n' });
    expect(several.exitCode).toBe(4);
    expect(several.stdout.replace(/\s+/g, ' ')).toContain('Royal Plumbing (1), Royal Flowers (2)');
    const wrong = await rcm(['clear', '--all', ...flags], { tty, input: '3\n' });
    expect(wrong.exitCode).toBe(4);
    expect(await redis.exists('company:2:a', 'company:3:a')).toBe(2);
    const right = await rcm(['clear', '--all', ...flags], { tty, input: '2\n' });
    expect({ exitCode: right.exitCode, left: await redis.exists('company:2:a', 'company:3:a') }).toEqual({
      exitCode: 0,
      left: 0,
    });
  });

  it.each([
    ['no company', [], 'Which company?'],
    ['a company and all', ['1', '--all', '--expect', '1'], '--all goes without companies'],
    ['a bad age', ['1', '--older-than', 'yesterday'], 'no duration'],
    ['a bad size', ['1', '--larger-than', 'big'], 'no size'],
    ['an id that ends early', ['a:b'], 'ends the id'],
  ])('refuses %s before anything happens', async (_, args, message) => {
    expect((await expectError(['clear', ...args, '--yes', ...(await base())], 2)).message).toContain(message);
  });

  it('idle times are not known under an LFU policy', async () => {
    await redis.set('company:1:a', 'v');
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lfu');
    const error = await expectError(['clear', '1', '--older-than', '1h', '--yes', ...(await base())], 4);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(error.code).toBe('RCM_NOT_APPLICABLE');
    expect(await redis.exists('company:1:a')).toBe(1);
  });

  it.each([
    ['without a backup', []],
    ['with a backup', ['--backup']],
  ])('works where scripts are refused, %s', async (_, backup) => {
    const flags = await base();
    const seeded = await seedCompanies(redis, ['1', '12']);
    const before = await contents([redis]);
    const { exitCode, report } = await jsonOf(
      [
        ...['clear', '12', '--yes', ...flags, ...backup, ...backup.map(() => `${flags.at(-1)}.rcmb`)],
        ...['--config', '/dev/null'],
      ],
      { env: { RCM_REDIS_USERNAME: 'noscript', RCM_REDIS_PASSWORD: 'secret' } },
    );
    expect({ exitCode, keys: report.clearedKeys }).toEqual({ exitCode: 0, keys: seeded.get('12')?.length });
    expectOnlyGone(before, await contents([redis]), seeded.get('12') as Buffer[]);
  });

  it('works where our own keys may not be written, and says so', async () => {
    await redis.set('company:1:a', 'v');
    const { exitCode, report } = await jsonOf(['clear', '1', '--yes', ...(await base())], {
      env: { RCM_REDIS_USERNAME: 'noown', RCM_REDIS_PASSWORD: 'secret' },
    });
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ success: true, clearedKeys: 1 });
    expect(report.warnings.join(' ')).toMatch(/cannot be kept apart.*counters/);
  });

  it('clears a Redis that is full', async () => {
    await manyKeys(redis, '1', 2000, 1000);
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', String(used - 100_000));
    const { exitCode, report } = await jsonOf(['clear', '1', '--yes', ...(await base())]);
    await redis.config('SET', 'maxmemory', '0');
    expect({ exitCode, keys: report.clearedKeys }).toEqual({ exitCode: 0, keys: 2000 });
  });
});
