import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { CLOSED_PORT } from '../support/fake-server.js';
import { tempDir } from '../support/temp-dir.js';
import { expectError } from './support/run.js';

const NOWHERE = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`];

describe('bad settings', () => {
  it('no Redis at all', async () => {
    const error = await expectError(['companies'], 2);
    expect(error).toMatchObject({ code: 'RCM_REDIS_NOT_CONFIGURED', message: 'No Redis is configured' });
    expect(error.hint).toContain('--redis-url');
  });

  it.each([
    ['redis://user:hunter2@host:port', 'redis://user:***@host:port'],
    ['redis://user:hunter2@', 'redis://user:***@'],
    ['http://user:hunter2@localhost:6379', 'http://user:***@localhost:6379'],
    ['redis://user:hunt%zzer2@localhost', 'redis://user:***@localhost'],
    ['redis://user:hunter2@localhost/zero', 'redis://user:***@localhost/zero'],
    ['redis://user:hunter2@a:1,b:2', 'redis://user:***@a:1,b:2'],
    ['redis+sentinel://user:hunter2@a:1,b:2', 'redis+sentinel://user:***@a:1,b:2'],
    ['redis://user:hun/ter#2@localhost', 'redis://user:***@localhost'],
    ['localhost:6379', 'localhost:6379'],
    ['', ''],
  ])('Redis URL %s', async (url, shown) => {
    const env = { RCM_DEBUG: '1' };
    const plain = await rcm(['companies', '--redis-url', url], { env });
    const json = await rcm(['companies', '--redis-url', url, '--json'], { env });
    const all = plain.stdout + plain.stderr + json.stdout + json.stderr;
    expect(all).not.toMatch(/hunt|ter#2/);
    expect(plain.exitCode).toBe(2);
    expect(json.json<{ error: object }>().error).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(shown),
    });
  });

  it.each([
    'mongodb://user:hunter2@',
    'mongodb://user:hunter2@host:port/db',
    'mongodb://user:hun/ter2@localhost/db',
    'postgres://user:hunter2@localhost/db',
  ])('MongoDB URI %s', async (uri) => {
    const { exitCode, stdout, stderr } = await rcm(['companies', ...NOWHERE, '--mongodb-uri', uri], {
      env: { RCM_DEBUG: '1' },
    });
    expect(stdout + stderr).not.toMatch(/hunter2|ter2/);
    expect([2, 3]).toContain(exitCode);
    expect(stdout).toBe('');
  });

  it.each([
    [['--window', 'yesterday'], "Bad value for '--window'", '30m, 24h or 7d'],
    [['--window', '0h'], "Bad value for '--window'", '30m'],
    [['--bogus'], 'There is no flag --bogus', ''],
    [['extra'], 'Unexpected argument: extra', ''],
    [['--format', 'xml'], 'Expected --format=xml to be one of', 'ndjson'],
    [['--limit', '0'], '--limit', 'greater than or equal to 1'],
    [['--max-rate', 'fast'], '--max-rate', 'integer'],
    [['--sort', 'cots'], "There is no column 'cots'", "Did you mean 'cost'?"],
    [['--columns', 'name,sise'], "There is no column 'sise'", "Did you mean 'size'?"],
    [['--filter', 'cost'], "The filter 'cost' cannot be read", 'cost>5'],
    [['--filter', 'cost>much'], "compares with 'much', which is no number", 'cost>5'],
    [['--allow-slow'], '--exact', ''],
    [['--from-snapshot', '--window', '1h'], '--from-snapshot', ''],
    [['--read-from', 'anywhere'], 'Expected --read-from=anywhere', 'replica'],
    [['--config', '/nonexistent/rcm.yaml'], 'Cannot read the configuration file /nonexistent/rcm.yaml', 'exists'],
  ])('companies %j', async (args, message, hint) => {
    const { exitCode, stdout, stderr } = await rcm(['companies', ...NOWHERE, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('--columns with JSON', async () => {
    const { exitCode, stdout } = await rcm(['companies', ...NOWHERE, '--json', '--columns', 'name']);
    expect({ exitCode, error: JSON.parse(stdout).error.code }).toEqual({ exitCode: 2, error: 'RCM_USAGE' });
  });

  it('an unknown command names the nearest', async () => {
    const error = await expectError(['compnies'], 2);
    expect(error).toMatchObject({ code: 'RCM_USAGE', message: "There is no command 'compnies'" });
    expect(error.hint).toContain("'companies'");
  });

  it('help and the version under the names that people try', async () => {
    const help = (await rcm(['ttl', 'get', '--help'])).stdout;
    for (const words of [
      ['help', 'ttl', 'get'],
      ['ttl', 'get', '-h'],
    ])
      expect(await rcm(words)).toMatchObject({ exitCode: 0, stdout: help, stderr: '' });
    const version = (await rcm(['--version'])).stdout;
    for (const word of ['version', '-v', '-V'])
      expect(await rcm([word])).toMatchObject({ exitCode: 0, stdout: version, stderr: '' });
    expect(await expectError(['help', 'nonsense'], 2)).toMatchObject({ message: "There is no command 'nonsense'" });
  });

  it.each([
    ['RCM_REDIS_ULR', 'redis://x', "Unknown setting 'RCM_REDIS_ULR' in the environment", "'RCM_REDIS_URL'"],
    ['RCM_WINDOW', 'long', "Bad value for 'RCM_WINDOW' in the environment", 'duration'],
    ['RCM_REDIS_COMMAND_TIMEOUT_MS', 'soon', "Bad value for 'RCM_REDIS_COMMAND_TIMEOUT_MS'", ''],
    ['RCM_COSTS_BASE_SHARE', 'fair', "Bad value for 'RCM_COSTS_BASE_SHARE'", 'proportional'],
    ['RCM_KEY_TEMPLATES', 'company:*', "Bad value for 'RCM_KEY_TEMPLATES'", 'it has no {companyId}'],
    ['RCM_KEY_TEMPLATES', '{companyId}:*', "Bad value for 'RCM_KEY_TEMPLATES'", "every key would be a company's"],
  ])('%s=%s', async (name, value, message, more) => {
    const error = await expectError(['companies', ...NOWHERE], 2, { env: { [name]: value } });
    expect(error.code).toBe('RCM_CONFIG_INVALID');
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.hint}`).toContain(more);
  });

  it.each([
    ['redis:\n  commandTimeout: 5', "Unknown setting 'redis.commandTimeout' in FILE", "'redis.commandTimeoutMs'"],
    ['windw: 24h', "Unknown setting 'windw' in FILE", "'window'"],
    ['mongodb: { storage: [{ collection: a, field: b }] }', "Unknown setting 'mongodb.storage.0.field' in FILE", ''],
    ['redis: redis://x', "Bad value for 'redis' in FILE", ''],
    ['- a list', 'The configuration file FILE holds no settings', 'redis:'],
    ['redis: {', 'Cannot read the configuration file FILE', 'YAML'],
  ])('a project file with %j', async (text, message, hint) => {
    const cwd = await tempDir('cwd');
    const file = join(cwd, 'rcm.config.yaml');
    await writeFile(file, text);
    const error = await expectError(['companies', ...NOWHERE], 2, { cwd });
    expect(error.message).toContain(message.replace('FILE', file));
    expect(error.hint).toContain(hint);
  });

  it('sources in their order: flag, environment, project file, user file', async () => {
    const cwd = await tempDir('cwd');
    const env: Record<string, string> = await cleanEnvironment();
    const url = (port: number) => `redis://127.0.0.1:${port}`;
    const asked = async (args: string[] = []) => (await rcm(['companies', ...args], { cwd, env })).stderr;
    await mkdir(join(env.XDG_CONFIG_HOME as string, 'rcm'), { recursive: true });
    await writeFile(join(env.XDG_CONFIG_HOME as string, 'rcm', 'config.yaml'), `redis: { url: "${url(2)}" }`);
    expect(await asked()).toContain('127.0.0.1:2:');
    await writeFile(join(cwd, 'rcm.config.json'), JSON.stringify({ redis: { url: url(3) } }));
    expect(await asked()).toContain('127.0.0.1:3:');
    env.REDIS_URL = url(4);
    expect(await asked()).toContain('127.0.0.1:4:');
    env.RCM_REDIS_URL = url(5);
    expect(await asked()).toContain('127.0.0.1:5:');
    expect(await asked(['--redis-url', url(6)])).toContain('127.0.0.1:6:');
  });
});
