import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, loadConfig } from '../../../../src/core/config/load.js';
import { RcmError } from '../../../../src/core/errors.js';
import { tempDir } from '../../../support/temp-dir.js';

let home: string;
let project: string;
beforeEach(async () => {
  const root = await tempDir('config');
  home = join(root, 'home');
  project = join(root, 'project');
  mkdirSync(home);
  mkdirSync(project);
});

function file(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
const projectFile = (text: string, name = 'rcm.config.yaml') => file(join(project, name), text);
const userFile = (text: string, name = 'config.yaml') => file(join(home, '.config', 'rcm', name), text);

function load(env: Record<string, string> = {}, options: Partial<LoadOptions> = {}) {
  return loadConfig({ cwd: project, env: { HOME: home, ...env }, ...options });
}
const flag = (path: string, value: unknown, name: string) => ({ flags: [{ path, value, flag: name }] });

/** What is thrown, as it is told: message and hint. */
function refusal(run: () => unknown): { code: string; message: string; hint: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof RcmError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('precedence', () => {
  it('is flags, RCM_*, the usual variables, project file, user file, defaults', () => {
    const env: Record<string, string> = {};
    const url = (options: Partial<LoadOptions> = {}) => load(env, options).config.redis.url;
    expect(url()).toBeUndefined();
    userFile('redis: { url: redis://user }');
    expect(url()).toBe('redis://user');
    projectFile('redis: { url: redis://project }');
    expect(url()).toBe('redis://project');
    env.REDIS_URL = 'redis://usual';
    expect(url()).toBe('redis://usual');
    env.RCM_REDIS_URL = 'redis://own';
    expect(url()).toBe('redis://own');
    expect(url(flag('redis.url', 'redis://flag', '--redis-url'))).toBe('redis://flag');
  });

  it('holds for MONGODB_URI, too', () => {
    projectFile('mongodb: { uri: mongodb://project }');
    expect(load({ MONGODB_URI: 'mongodb://usual' }).config.mongodb.uri).toBe('mongodb://usual');
    expect(load({ MONGODB_URI: 'mongodb://usual', RCM_MONGODB_URI: 'mongodb://own' }).config.mongodb.uri).toBe(
      'mongodb://own',
    );
  });

  it('merges objects setting by setting, and replaces lists whole', () => {
    userFile('redis: { url: redis://user, connectTimeoutMs: 100 }\nkeyTemplates: ["u:{companyId}", "v:{companyId}"]');
    projectFile('redis: { connectTimeoutMs: 200, readFrom: primary }\nkeyTemplates: ["p:{companyId}"]');
    const { config } = load({ RCM_REDIS_READ_FROM: 'replica' });
    expect(config.redis).toMatchObject({
      url: 'redis://user',
      connectTimeoutMs: 200,
      readFrom: 'replica',
      commandTimeoutMs: 10_000,
      cluster: 'auto',
    });
    expect(config.keyTemplates).toEqual(['p:{companyId}']);
  });

  it('says which sources were used, the most important first', () => {
    const project = projectFile('window: 1h');
    const user = userFile('window: 2h');
    expect(load({ RCM_WINDOW: '3h', REDIS_URL: 'redis://h' }, flag('window', '4h', '--window')).sources).toEqual([
      'the command line',
      'the environment',
      project,
      user,
    ]);
  });

  it('needs nothing', () => {
    const { config, sources, stateFile } = load();
    expect(sources).toEqual([]);
    expect(config).toMatchObject({
      redis: { cluster: 'auto', connectTimeoutMs: 5000, commandTimeoutMs: 10_000, readFrom: 'auto' },
      mongodb: {
        companies: { collection: 'v2companies', nameField: 'companyName' },
        calls: { collection: 'v2aiagentcalllogs', companyField: 'companyId', createdAtField: 'createdAt' },
      },
      keyTemplates: ['company:{companyId}', 'company:{companyId}:*'],
      window: '24h',
      costs: { baseShare: 'equal' },
      retention: {
        snapshotDays: 400,
        allSnapshotsHours: 48,
        hourlySnapshotsDays: 35,
        actDays: 90,
        accessDays: 7,
        accessEventsPerDay: 10_000,
      },
    });
    expect(config.redis.url).toBeUndefined();
    expect(config.mongodb.uri).toBeUndefined();
    expect(stateFile).toBe(join(home, '.local', 'state', 'rcm', 'rcm.db'));
  });

  it('puts the store where XDG or the configuration says', () => {
    expect(load({ XDG_STATE_HOME: '/s' }).stateFile).toBe('/s/rcm/rcm.db');
    expect(load({ XDG_STATE_HOME: '/s', RCM_STATE_FILE: '/t/x.db' }).stateFile).toBe('/t/x.db');
  });
});

describe('files', () => {
  it('are found upwards, the nearest first', () => {
    projectFile('window: 1h');
    const below = join(project, 'a', 'b');
    mkdirSync(below, { recursive: true });
    expect(load({}, { cwd: below }).config.window).toBe('1h');
    file(join(project, 'a', 'rcm.config.json'), '{"window":"2h"}');
    expect(load({}, { cwd: below }).config.window).toBe('2h');
  });

  it('may be named by --config or RCM_CONFIG, which replaces the project file', () => {
    projectFile('window: 1h\nredis: { readFrom: primary }');
    file(join(project, 'other.yml'), 'window: 2h');
    file(join(project, 'third.json'), '{"window":"3h"}');
    const { config } = load({ RCM_CONFIG: 'other.yml' });
    expect(config).toMatchObject({ window: '2h', redis: { readFrom: 'auto' } });
    expect(load({ RCM_CONFIG: 'other.yml' }, { configFile: 'third.json' }).config.window).toBe('3h');
  });

  it('of the user stand in XDG_CONFIG_HOME', () => {
    const xdg = join(home, 'xdg');
    file(join(xdg, 'rcm', 'config.json'), '{"window":"5h"}');
    expect(load({ XDG_CONFIG_HOME: xdg }).config.window).toBe('5h');
  });

  it('may be empty', () => {
    projectFile('# nothing yet\n');
    expect(load().config.window).toBe('24h');
  });

  it.each([
    ['YAML', 'redis: { url: redis://ann:s3cret@h\nwindow: [', 'rcm.config.yaml'],
    ['JSON', '{"redis": {"url": "redis://ann:s3cret@h",', 'rcm.config.json'],
  ])('that are no %s are named', (_, text, name) => {
    const path = projectFile(text, name);
    const error = refusal(load);
    expect(error.code).toBe('RCM_CONFIG_UNREADABLE');
    expect(error.message).toContain(path);
    expect(error.message).not.toMatch(/\n|s3cret/);
  });

  it('that are not there are named', () => {
    const error = refusal(() => load({ RCM_CONFIG: 'missing.yaml' }));
    expect(error.code).toBe('RCM_CONFIG_UNREADABLE');
    expect(error.message).toContain(join(project, 'missing.yaml'));
  });

  it.each(['- a\n- b', 'just text'])('that hold no mapping are refused: %j', (text) => {
    const path = projectFile(text);
    expect(refusal(load)).toMatchObject({
      code: 'RCM_CONFIG_INVALID',
      message: `The configuration file ${path} holds no settings (a mapping is expected)`,
    });
  });
});

describe('the environment', () => {
  it('sets text, numbers, lists and booleans', () => {
    const { config } = load({
      RCM_REDIS_COMMAND_TIMEOUT_MS: '1234',
      RCM_REDIS_SENTINELS: 'a:1, b:2',
      RCM_KEY_TEMPLATES: 'x:{companyId},x:{companyId}:*',
      RCM_REDIS_TLS_REJECT_UNAUTHORIZED: 'false',
      RCM_MONGODB_CALLS_DURATION_SECONDS_FIELD: 'seconds',
    });
    expect(config.redis).toMatchObject({
      commandTimeoutMs: 1234,
      sentinels: ['a:1', 'b:2'],
      tls: { rejectUnauthorized: false },
    });
    expect(config.keyTemplates).toEqual(['x:{companyId}', 'x:{companyId}:*']);
    expect(config.mongodb.calls.durationSecondsField).toBe('seconds');
  });

  it('counts an empty variable for none, and leaves those alone that are no settings', () => {
    const { config } = load({
      RCM_WINDOW: '',
      RCM_ACTOR: 'ann',
      RCM_DEBUG: '1',
      RCM_TEST_MONGODB: 'skip',
      PATH: '/bin',
    });
    expect(config.window).toBe('24h');
  });
});

describe('--mongodb-uri none', () => {
  it('is no MongoDB, not even that of the environment', () => {
    projectFile('mongodb: { uri: mongodb://project, timeoutMs: 77 }');
    const env = { MONGODB_URI: 'mongodb://usual' };
    const { config } = load(env, flag('mongodb.uri', 'none', '--mongodb-uri'));
    expect(config.mongodb).toMatchObject({ timeoutMs: 77 });
    expect(config.mongodb.uri).toBeUndefined();
    expect(load({ ...env, RCM_MONGODB_URI: 'none' }).config.mongodb.uri).toBeUndefined();
  });
});

describe('what is refused', () => {
  const unknown = (name: string, source: string) => ({
    code: 'RCM_CONFIG_INVALID',
    message: `Unknown setting '${name}' in ${source}`,
  });

  it.each([
    ['redis: { ulr: redis://h }', 'redis.ulr', 'redis.url'],
    ['mongo: { uri: x }', 'mongo', 'mongodb'],
    ['radis: { url: x }', 'radis', 'redis'],
    ['windows: 24h', 'windows', 'window'],
    ['retention: { actsDays: 3 }', 'retention.actsDays', 'retention.actDays'],
    ['mongodb: { call: { collection: x } }', 'mongodb.call', 'mongodb.calls'],
  ])('YAML %s: unknown, and the nearest is named', (text, name, nearest) => {
    const path = projectFile(text);
    expect(refusal(load)).toEqual({ ...unknown(name, path), hint: `Did you mean '${nearest}'?` });
  });

  it('an unknown key of a JSON file, and of the user file', () => {
    const path = userFile('{"costs":{"baseshare":"equal"}}', 'config.json');
    expect(refusal(load)).toEqual({ ...unknown('costs.baseshare', path), hint: "Did you mean 'costs.baseShare'?" });
  });

  it('an unknown variable, by the names of variables', () => {
    expect(refusal(() => load({ RCM_REDIS_ULR: 'redis://h' }))).toEqual({
      ...unknown('RCM_REDIS_ULR', 'the environment'),
      hint: "Did you mean 'RCM_REDIS_URL'?",
    });
  });

  it.each([
    ['redis: { connectTimeoutMs: soon }', 'redis.connectTimeoutMs'],
    ['redis: { connectTimeoutMs: 5 }', 'redis.connectTimeoutMs'],
    ['redis: { cluster: maybe }', 'redis.cluster'],
    ['redis: redis://h', 'redis'],
    ['window: 24', 'window'],
    ['window: soon', 'window'],
    ['keyTemplates: []', 'keyTemplates'],
    ['keyTemplates: [company]', 'keyTemplates'],
    ['retention: { actDays: 0 }', 'retention.actDays'],
    ['mongodb: { storage: [{ collection: "" }] }', 'mongodb.storage.0.collection'],
  ])('YAML %s: a bad value, by its path', (text, name) => {
    const path = projectFile(text);
    const error = refusal(load);
    expect(error.code).toBe('RCM_CONFIG_INVALID');
    expect(error.message).toContain(`Bad value for '${name}' in ${path}: `);
  });

  it('a bad value of the environment, by its variable', () => {
    const message = (env: Record<string, string>) => refusal(() => load(env)).message;
    expect(message({ RCM_REDIS_COMMAND_TIMEOUT_MS: 'x' })).toContain(
      "Bad value for 'RCM_REDIS_COMMAND_TIMEOUT_MS' in the environment: ",
    );
    expect(message({ RCM_KEY_TEMPLATES: 'x:{companyId},y' })).toContain(
      "Bad value for 'RCM_KEY_TEMPLATES' in the environment: ",
    );
    expect(message({ RCM_REDIS_SENTINELS: 'a,,b' })).toContain(
      "Bad value for 'RCM_REDIS_SENTINELS' in the environment: ",
    );
  });

  it('a bad value of a flag, by its name', () => {
    expect(refusal(() => load({}, flag('window', 'soon', '--window')))).toMatchObject({
      code: 'RCM_CONFIG_INVALID',
      message: "Bad value for '--window' in the command line: must be a duration such as 30m, 24h or 7d",
    });
  });

  it('a bad value even where a better source hides it', () => {
    projectFile('window: soon');
    expect(refusal(() => load({ RCM_WINDOW: '1h' })).message).toContain("Bad value for 'window'");
  });

  it('without telling a secret', () => {
    projectFile('redis: { url: [redis://ann:s3cret@h], password: { s3cret: 1 } }');
    const { message, hint } = refusal(load);
    expect(message + hint).not.toContain('s3cret');
  });
});
