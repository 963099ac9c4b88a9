import * as Flags from '@oclif/core/flags';

export const FORMATS = ['table', 'json', 'csv', 'ndjson', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** Flags that set a part of the configuration: flag → path. */
export const CONFIG_FLAGS: Record<string, string> = {
  'redis-url': 'redis.url',
  'mongodb-uri': 'mongodb.uri',
  'state-file': 'stateFile',
  window: 'window',
  'read-from': 'redis.readFrom',
};

/** Every command has these. */
export const globalFlags = {
  config: Flags.string({
    description: 'configuration file (default: the nearest rcm.config.yaml or .json upwards)',
    helpGroup: 'GLOBAL',
    helpValue: 'FILE',
  }),
  'redis-url': Flags.string({
    description: 'Redis to work on (RCM_REDIS_URL, REDIS_URL)',
    helpGroup: 'GLOBAL',
    helpValue: 'URL',
  }),
  'mongodb-uri': Flags.string({
    description: "MongoDB of the platform, or 'none' (RCM_MONGODB_URI, MONGODB_URI)",
    helpGroup: 'GLOBAL',
    helpValue: 'URI',
  }),
  'state-file': Flags.string({
    description: 'embedded store, used when there is no MongoDB (RCM_STATE_FILE)',
    helpGroup: 'GLOBAL',
    helpValue: 'FILE',
  }),
  color: Flags.boolean({
    description: 'colours: on, off, or as the terminal says',
    allowNo: true,
    helpGroup: 'GLOBAL',
  }),
};

/** Commands that print a result have these. */
export const outputFlags = {
  format: Flags.option({ options: FORMATS, description: 'how to print', helpGroup: 'OUTPUT' })(),
  json: Flags.boolean({ description: 'the same as --format json', helpGroup: 'OUTPUT', exclusive: ['format'] }),
  output: Flags.string({
    description: 'write to a file instead of the screen',
    helpGroup: 'OUTPUT',
    helpValue: 'FILE',
  }),
};

/** Commands that report what they did have these. */
export const reportFlags = {
  format: Flags.option({ options: ['table', 'json'] as const, description: 'how to print', helpGroup: 'OUTPUT' })(),
  json: outputFlags.json,
};

/** Commands that change something have these (DESIGN §8). */
export const changeFlags = {
  'dry-run': Flags.boolean({
    description: 'show what would be done, change nothing',
    exclusive: ['yes'],
    default: false,
  }),
  yes: Flags.boolean({
    char: 'y',
    description: 'do not ask; needed where there is no terminal to ask on',
    default: false,
  }),
  reason: Flags.string({ description: 'why, for the log', helpValue: 'TEXT' }),
  actor: Flags.string({ description: 'who, for the log (RCM_ACTOR; else user@host)', helpValue: 'NAME' }),
};

/** Commands that remove keys have these. */
export const removalFlags = {
  backup: Flags.string({
    description: 'save every key to this new file before it is removed; `restore` puts them back',
    helpValue: 'FILE',
  }),
  'allow-slow': Flags.boolean({
    description: 'with --backup: save even keys of over 100,000 elements or 16 MB',
    dependsOn: ['backup'],
  }),
  'max-rate': Flags.integer({ description: 'most keys to remove per second and server', min: 1, helpValue: 'N' }),
};

/** Commands that change prices or budgets have these: without a terminal nobody is asked (one write that can be taken back). */
export const pricingChangeFlags = {
  ...changeFlags,
  yes: Flags.boolean({ char: 'y', description: 'do not ask, on a terminal', default: false }),
};

/** Values above their ceiling. */
export const forceFlag = {
  force: Flags.boolean({ description: 'take values that are higher than is likely', default: false }),
};

/** Commands that print a list have these, too. */
export const listFlags = {
  ...outputFlags,
  columns: Flags.string({
    description: 'columns to show, in this order, separated by commas',
    helpGroup: 'OUTPUT',
    helpValue: 'NAMES',
  }),
  sort: Flags.string({
    description: 'column to sort by; with a - in front, largest first',
    helpGroup: 'OUTPUT',
    helpValue: '[-]NAME',
  }),
  filter: Flags.string({
    description: 'rows to keep: COLUMN=VALUE, != < <= > >= or ~ (contains); may be given again',
    multiple: true,
    helpGroup: 'OUTPUT',
    helpValue: 'EXPR',
  }),
  limit: Flags.integer({ description: 'most rows to print', min: 1, helpGroup: 'OUTPUT', helpValue: 'N' }),
};

/** Commands that measure the whole platform have these. */
export const measureFlags = {
  window: Flags.string({
    description: 'time that hit rates cover, e.g. 1h, 24h, 7d (over 48h: from snapshots)',
    helpValue: 'TIME',
  }),
  exact: Flags.boolean({ description: 'measure every element of every key, instead of 5 samples of each' }),
  'allow-slow': Flags.boolean({
    description: 'with --exact: read even keys of over 100,000 elements or 16 MB whole',
    dependsOn: ['exact'],
  }),
  'max-rate': Flags.integer({ description: 'most keys to read per second and server', min: 1, helpValue: 'N' }),
  'read-from': Flags.option({ options: ['auto', 'replica', 'primary'] as const, description: 'servers to scan' })(),
  fresh: Flags.boolean({ description: 'ask MongoDB for usage again, even if it was asked in the last 15 minutes' }),
  'from-snapshot': Flags.boolean({
    description: 'show the newest snapshot instead of reading Redis',
    exclusive: ['window', 'exact', 'max-rate', 'fresh', 'read-from'],
  }),
};
