import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { showKey } from '../../src/core/redis/keys/key-argument.js';
import { type KeysGetReport, keysGetReport } from '../../src/core/services/keys/get-report.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../support/redis/index.js';
import { jsonOf, stateFile } from './support/clearing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');

describe.each(['standalone', 'cluster'])('rcm keys get on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  let flags: string[];
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
    flags = ['--redis-url', nodes.url, '--state-file', await stateFile()];
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(() => Promise.all(masters.map((node) => node.flushall())));

  it('shows a value of every type, and says what the key is', async () => {
    await client.set('company:12:json', '{"user":{"name":"Ann","n":12345678901234567890}}', 'EX', 7200);
    await client.set('company:12:binary', Buffer.from('89504e470d0a1a0a00', 'hex'));
    await client.hset('company:12:hash', 'name', 'Ann\x1b[31m', 'age', '42');
    await client.rpush('company:12:list', 'first', 'second');
    await client.sadd('company:12:set', 'one');
    await client.zadd('company:12:zset', 1.5, 'low', '+inf', 'high');
    await client.xadd('company:12:stream', '5-1', 'field', 'value');
    await client.xgroup('CREATE', 'company:12:stream', 'workers', '0');
    const shown = async (name: string) => {
      const { exitCode, stdout, stderr } = await rcm(['keys', 'get', `company:12:${name}`, ...flags]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expectSchema(keysGetReport, (await jsonOf(['keys', 'get', `company:12:${name}`, ...flags])).report);
      return stdout;
    };
    expect(await shown('json')).toMatch(
      /^company:12:json\ncompany 12 · string \(\w+\) · 48 bytes · \d+B of memory · expires in (1h 59m|2h) · unused for \d+s\n\n/,
    );
    expect(await shown('json')).toContain(
      '{\n  "user": {\n    "name": "Ann",\n    "n": 12345678901234567890\n  }\n}\n',
    );
    expect(await shown('binary')).toContain('00000000  89 50 4e 47 0d 0a 1a 0a  00                       |.PNG.....|');
    expect(await shown('hash')).toMatch(/2 fields .*\n\nField +Value +Size\nname +Ann\\x1b\[31m +8B\nage +42 +2B\n$/);
    expect(await shown('list')).toMatch(/\n {4}0 {2}first +5B\n {4}1 {2}second +6B\n$/);
    expect(await shown('set')).toMatch(/1 member .*\n\nMember +Size\none +3B\n$/);
    expect(await shown('zset')).toMatch(/\n {3}0 +1\.5 +low +3B\n {3}1 +inf +high +4B\n$/);
    expect(await shown('stream')).toMatch(
      /\n *5-1 +field +value +5B\n\nGroup workers: 0 consumers, 0 pending, .*1 to come\n$/,
    );
  });

  it('pages by cursor to the end, as a table and as JSON', async () => {
    for (let i = 0; i < 900; i += 1) await client.hset('company:12:hash', `f${i}`, i);
    const fields: string[] = [];
    let cursor: string[] = [];
    for (;;) {
      const { report } = await jsonOf<KeysGetReport>([
        'keys',
        'get',
        'company:12:hash',
        '--limit',
        '400',
        ...cursor,
        ...flags,
      ]);
      if (report.value.kind === 'hash') fields.push(...report.value.fields.map(({ field }) => field.text));
      if (report.nextCursor === null) break;
      cursor = ['--cursor', report.nextCursor];
    }
    expect(fields.sort()).toEqual(Array.from({ length: 900 }, (_, i) => `f${i}`).sort());
    const first = await rcm(['keys', 'get', 'company:12:hash', '--limit', '400', ...flags]);
    const [, next] = /^continue with: rcm (.*)\n$/.exec(first.stderr) ?? [];
    expect((await rcm((next as string).split(' '))).exitCode).toBe(0);
  });

  it('--raw writes the exact bytes, of a key whose name is no text too', async () => {
    const key = Buffer.from([0x63, 0xff, 0x5c, 0x0a]);
    for (const bytes of [Buffer.alloc(0), randomBytes(3_000_000)]) {
      await client.set(key, bytes);
      const { stdout, exitCode } = await execa(
        process.execPath,
        [launcher, 'keys', 'get', showKey(key), '--raw', ...flags],
        {
          env: await cleanEnvironment(),
          extendEnv: false,
          encoding: 'buffer',
          stripFinalNewline: false,
        },
      );
      expect({ exitCode, same: bytes.equals(Buffer.from(stdout)) }).toEqual({ exitCode: 0, same: true });
      const file = `${await stateFile()}.bin`;
      expect((await rcm(['keys', 'get', showKey(key), '--raw', '--output', file, ...flags])).exitCode).toBe(0);
      expect(bytes.equals(await readFile(file))).toBe(true);
    }
  });
});

describe('rcm keys get', () => {
  let server: RedisServer;
  let redis: Redis;
  let flags: string[];
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    flags = ['--redis-url', server.url, '--state-file', await stateFile()];
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  it('prints elements in every format', async () => {
    await redis.hset('company:12:hash', 'a', '=1|', 'b', 'x\ny');
    const as = async (format: string) =>
      (await rcm(['keys', 'get', 'company:12:hash', '--format', format, ...flags])).stdout;
    expect(await as('csv')).toBe('field,value,bytes\na,\'=1|,3\nb,"x\ny",3\n');
    expect(await as('ndjson')).toBe('{"field":"a","value":"=1|","bytes":3}\n{"field":"b","value":"x\\ny","bytes":3}\n');
    expect(await as('markdown')).toContain('| Field | Value | Size |\n| --- | --- | ---: |\n| a | =1\\| | 3B |\n');
    await redis.set('company:12:json', '{"a":"```"}');
    const { stdout } = await rcm(['keys', 'get', 'company:12:json', '--format', 'markdown', ...flags]);
    expect(stdout).toContain('\n\n````json\n{\n  "a": "```"\n}\n````\n');
  });

  it('colours JSON on a terminal, and not with NO_COLOR', async () => {
    await redis.set('company:12:json', '{"a":1}');
    const tty = { columns: 80, rows: 24 };
    expect((await rcm(['keys', 'get', 'company:12:json', ...flags], { tty })).stdout).toContain(
      '\x1b[36m"a"\x1b[39m: \x1b[33m1',
    );
    const plain = await rcm(['keys', 'get', 'company:12:json', ...flags], { tty, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\x1b[3');
    expect(plain.stdout).toContain('  "a": 1\r\n');
  });

  it('hides what the configuration names, unless it is to be revealed', async () => {
    await redis.set('company:12:json', '{"user":{"email":"ann@example.com"},"apiToken":"t0p"}');
    const env = { RCM_SENSITIVE: 'user.email,*token*' };
    const args = ['keys', 'get', 'company:12:json', ...flags];
    const hidden = await rcm(args, { env });
    expect(hidden.stdout).toContain('"email": "***"');
    expect(hidden.stdout).toContain('"apiToken": "***"');
    expect((await rcm([...args, '--reveal'], { env })).stdout).toContain('"email": "ann@example.com"');
    const raw = await expectRawRefused(env);
    expect(raw).toContain('--reveal');
    expect((await rcm([...args, '--raw', '--reveal'], { env })).stdout).toBe(await redis.get('company:12:json'));
  });

  async function expectRawRefused(env: Record<string, string>): Promise<string> {
    const file = `${await stateFile()}.raw`;
    const result = await rcm(['keys', 'get', 'company:12:json', '--raw', '--output', file, ...flags], { env });
    expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode: 2, stdout: '' });
    await expect(stat(file)).rejects.toThrow('ENOENT');
    return result.stderr;
  }

  it('--raw is no way for a value to command the terminal', async () => {
    await redis.set('company:12:a', 'safe\n\x1b[2Jtext');
    const { exitCode, stdout } = await rcm(['keys', 'get', 'company:12:a', '--raw', ...flags], {
      tty: { columns: 80, rows: 24 },
    });
    expect(exitCode).toBe(2);
    expect(stdout).not.toContain('\x1b[2J');
    expect((await rcm(['keys', 'get', 'company:12:a', '--raw', ...flags])).stdout).toBe('safe\n\x1b[2Jtext');
  });

  it.each([
    ['a key that is not there', ['company:12:nope'], 4, 'RCM_KEY_NOT_FOUND'],
    ['an empty name', [''], 2, 'RCM_USAGE'],
    ['a backslash that is no escape', ['a\\b'], 2, 'RCM_USAGE'],
    ['a cursor of garbage', ['company:12:list', '--cursor', 'x'], 2, 'RCM_USAGE'],
    ['positions in a hash', ['company:12:hash', '--offset', '1'], 2, 'RCM_USAGE'],
    ['a length of a list', ['company:12:list', '--length', '1'], 2, 'RCM_USAGE'],
    ['no key', [], 2, 'RCM_USAGE'],
  ])('refuses %s', async (_, args, exitCode, code) => {
    await redis.rpush('company:12:list', 'a');
    await redis.hset('company:12:hash', 'a', 'b');
    expect((await expectError(['keys', 'get', ...args, ...flags], exitCode)).code).toBe(code);
  });

  it('refuses --raw of what is no string, and beside other formats', async () => {
    await redis.rpush('company:12:list', 'a');
    const list = await rcm(['keys', 'get', 'company:12:list', '--raw', ...flags]);
    expect({ exitCode: list.exitCode, stdout: list.stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(list.stderr).toContain('--raw is for strings: this is a list');
    expect((await rcm(['keys', 'get', 'company:12:list', '--raw', '--json', ...flags])).exitCode).toBe(2);
  });

  it('Redis down: exit 3', async () => {
    const args = ['keys', 'get', 'company:1:a', '--redis-url', 'redis://127.0.0.1:1', ...flags.slice(2)];
    expect((await expectError(args, 3)).code).toBe('RCM_REDIS_UNREACHABLE');
  });

  it('a value that is cut off by head is no error', async () => {
    await redis.set('company:12:a', 'line\n'.repeat(200_000));
    const command = `'${process.execPath}' '${launcher}' keys get company:12:a --raw --redis-url ${server.url} | head -1`;
    const result = await execa('bash', ['-o', 'pipefail', '-c', command], {
      env: await cleanEnvironment(),
      extendEnv: false,
    });
    expect(result.stdout).toBe('line');
    expect(result.stderr).toBe('');
  });
});
