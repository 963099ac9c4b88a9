import { homedir } from 'node:os';
import { join } from 'node:path';
import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';
import { RcmError } from '../errors.js';
import { settings } from './paths.js';
import { type Config, configSchema } from './schema.js';
import { environmentSources, fileSources, type Source, setPath, type Tree } from './sources.js';

export interface LoadOptions {
  /** Settings given as flags: path → value, and the flag's name for messages. */
  flags?: { path: string; value: unknown; flag: string }[];
  configFile?: string | undefined;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** The configuration in force, and where it came from (most important first). */
export interface LoadedConfig {
  config: Config;
  sources: string[];
  /** Where the embedded store is, when it is used. */
  stateFile: string;
}

/**
 * Flags > RCM_* > REDIS_URL, MONGODB_URI > project file > user file > defaults; objects are merged, lists replaced.
 * @throws RCM_CONFIG_INVALID naming the source, the path and the nearest valid key; RCM_CONFIG_UNREADABLE
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const sources = [
    flagSource(options.flags ?? []),
    ...environmentSources(options.env),
    ...fileSources(options.cwd, options.env, options.configFile),
  ];
  for (const source of sources) check(source);
  const merged = sources.map((s) => s.values).reduceRight<Tree>(merge, {});
  const mongodb = merged.mongodb as Tree | undefined;
  if (mongodb?.uri === 'none') delete mongodb.uri; // --mongodb-uri none: not even the one of the environment
  const config = configSchema.parse(merged);
  const stateHome = options.env.XDG_STATE_HOME || join(options.env.HOME || homedir(), '.local', 'state');
  const used = sources.filter((s) => Object.keys(s.values).length > 0).map((s) => s.name);
  return { config, sources: [...new Set(used)], stateFile: config.stateFile ?? join(stateHome, 'rcm', 'rcm.db') };
}

function flagSource(flags: NonNullable<LoadOptions['flags']>): Source {
  const values: Tree = {};
  for (const { path, value } of flags) setPath(values, path.split('.'), value);
  return { name: 'the command line', values, spell: (path) => flags.find((f) => f.path === path)?.flag ?? path };
}

/** Each source is checked by itself, so that a message can name it. */
function check(source: Source): void {
  const parsed = configSchema.safeParse(source.values);
  const issue = parsed.error?.issues[0];
  if (issue) throw refusal(source, issue);
}

function refusal(source: Source, issue: z.core.$ZodIssue): RcmError {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = [...path, issue.keys[0] as string].join('.');
    const nearest = nearestSetting(source, key);
    return new RcmError(
      'RCM_CONFIG_INVALID',
      `Unknown setting '${source.spell(key)}' in ${source.name}`,
      `Did you mean '${nearest}'?`,
    );
  }
  const key = source.spell(path.join('.'));
  return new RcmError(
    'RCM_CONFIG_INVALID',
    `Bad value for '${key}' in ${source.name}: ${issue.message}`,
    'See docs/configuration.md for every setting and its values.',
  );
}

function nearestSetting(source: Source, key: string): string {
  const environment = source.name === 'the environment';
  return closest(key, environment ? settings().flatMap((s) => s.variable ?? []) : pathsAndSections());
}

/** `redis.tls.ca` and, because a section's name may be the one that is wrong, `redis.tls` and `redis`. */
function pathsAndSections(): string[] {
  const above = (path: string): string[] => (path === '' ? [] : [path, ...above(path.replace(/\.?[^.]*$/, ''))]);
  return [...new Set(settings().flatMap((s) => above(s.path)))];
}

function merge(lower: Tree, higher: Tree): Tree {
  const out: Tree = { ...lower };
  for (const [name, value] of Object.entries(higher)) {
    const below = out[name];
    out[name] = isTree(value) && isTree(below) ? merge(below, value) : value;
  }
  return out;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
