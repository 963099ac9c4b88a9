import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { messageOf, RcmError } from '../errors.js';
import { settings } from './paths.js';

export type Tree = { [name: string]: unknown };

/** A part of the configuration and where it comes from, for messages. */
export interface Source {
  name: string;
  values: Tree;
  /** How this source spells a path: a variable's name for the environment. */
  spell: (path: string) => string;
}

type Env = Readonly<Record<string, string | undefined>>;

const FILE_NAMES = ['rcm.config.yaml', 'rcm.config.yml', 'rcm.config.json'];
/** Variables that are ours but no settings. */
const NOT_SETTINGS = /^RCM_(CONFIG|ACTOR|DEBUG|TEST_.*|SKIP_NEW_VERSION_CHECK)$/;

/** The environment: every RCM_ variable that names a setting, then the usual names of others. Unknown ones are kept, to be refused. */
export function environmentSources(env: Env): Source[] {
  const byVariable = new Map(settings().flatMap((s) => (s.variable ? [[s.variable, s] as const] : [])));
  const values: Tree = {};
  const names = new Map<string, string>();
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('RCM_') || value === undefined || value === '' || NOT_SETTINGS.test(variable)) continue;
    const setting = byVariable.get(variable);
    const path = setting?.path ?? variable;
    names.set(path, variable);
    setPath(
      values,
      setting ? path.split('.') : [variable],
      setting?.list ? value.split(',').map((part) => part.trim()) : value,
    );
  }
  const usual: Tree = {};
  if (env.REDIS_URL) setPath(usual, ['redis', 'url'], env.REDIS_URL);
  if (env.MONGODB_URI) setPath(usual, ['mongodb', 'uri'], env.MONGODB_URI);
  const usualNames: Record<string, string> = { 'redis.url': 'REDIS_URL', 'mongodb.uri': 'MONGODB_URI' };
  return [
    {
      name: 'the environment',
      values,
      spell: (path) => names.get(path) ?? names.get(path.replace(/\.\d+$/, '')) ?? path,
    },
    { name: 'the environment', values: usual, spell: (path) => usualNames[path] ?? path },
  ];
}

/** The file that --config or RCM_CONFIG names, or the nearest rcm.config.* from the working directory upwards; then the user's own. */
export function fileSources(cwd: string, env: Env, explicit: string | undefined): Source[] {
  const named = explicit ?? env.RCM_CONFIG;
  const project = named ? resolve(cwd, named) : findUpwards(cwd);
  const userFolder = join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'rcm');
  const user = ['config.yaml', 'config.yml', 'config.json']
    .map((name) => join(userFolder, name))
    .find((path) => existsSync(path));
  return [project, user].filter((path) => path !== undefined).map(readSource);
}

function findUpwards(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = FILE_NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined || dirname(folder) === folder) return found;
  }
}

function readSource(path: string): Source {
  const values = readTree(path, 'configuration file', 'Example: redis: { url: redis://127.0.0.1:6379 }');
  return { name: path, values, spell: (key) => key };
}

/**
 * What a YAML or JSON file holds: a mapping, empty where the file is.
 * @param what for messages, e.g. `configuration file` @param example the hint where it holds no mapping
 * @throws RCM_CONFIG_UNREADABLE, RCM_CONFIG_INVALID
 */
export function readTree(path: string, what: string, example: string): Tree {
  let values: unknown;
  try {
    values = parseYaml(readFileSync(path, 'utf8')); // YAML reads JSON too
  } catch (error) {
    throw new RcmError(
      'RCM_CONFIG_UNREADABLE',
      `Cannot read the ${what} ${path}: ${messageOf(error).split('\n', 1)[0]}`,
      'Check that it exists and is valid YAML or JSON.',
    );
  }
  if (values === null || values === undefined) return {};
  if (typeof values !== 'object' || Array.isArray(values))
    throw new RcmError('RCM_CONFIG_INVALID', `The ${what} ${path} holds no settings (a mapping is expected)`, example);
  return values as Tree;
}

/** Sets a nested value, making the objects on the way. */
export function setPath(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree;
  for (const part of path.slice(0, -1)) {
    at[part] ??= {};
    at = at[part] as Tree;
  }
  at[path[path.length - 1] as string] = value;
}
