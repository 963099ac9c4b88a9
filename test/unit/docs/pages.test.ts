import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configSchema } from '../../../src/core/config/schema.js';
import { ERROR_CODES } from '../../../src/core/errors.js';
import { modelsOf } from '../../../src/core/store/mongo/models.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import { tempDir } from '../../support/temp-dir.js';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const blocksOf = (file: string, language: string) =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code as string);

interface Manifest {
  commands: Record<
    string,
    {
      args: object;
      flags: Record<string, { char?: string; options?: string[]; allowNo?: boolean }>;
      examples?: { command: string }[];
    }
  >;
}
const manifest = JSON.parse(read('oclif.manifest.json')) as Manifest;
const idsOf = Object.keys(manifest.commands);

/** What is wrong with a command line of ours: its command, its flags, or the number of its arguments; null when nothing is. */
function wrongWith(line: string): string | null {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? (c as string)).slice(1);
  if (words[0] === 'help' || words[0] === 'version') return null;
  const two = `${words[0]}:${words[1]}`;
  const id = idsOf.includes(two) ? two : (words[0] ?? '');
  const command = manifest.commands[id];
  if (command === undefined) return `no command '${id}'`;
  const rest = words.slice(id.split(':').length);
  const flags = rest.flatMap((word) => /^--([\w-]+)/.exec(word)?.[1] ?? []);
  const unknown = flags.find(
    (flag) => command.flags[flag] === undefined && !command.flags[flag.replace(/^no-/, '')]?.allowNo,
  );
  if (unknown !== undefined) return `no flag --${unknown}`;
  const [first] = rest;
  return first !== undefined && !first.startsWith('-') && Object.keys(command.args).length === 0
    ? 'takes no argument'
    : null;
}

describe('docs/commands.md', () => {
  const rows = [...read('docs/commands.md').matchAll(/^\| `([^`]+)` \| .+ \| `(rcm [^`]+)` \|$/gm)];

  it('has every command once, and no other', () => {
    expect(rows.map(([, name]) => name?.replaceAll(' ', ':')).sort()).toEqual([...idsOf].sort());
  });

  it.each(rows.map(([, name, example]) => [name, example]))('%s: %s', (name, example) => {
    expect(example).toMatch(new RegExp(`^rcm ${name}( |$)`));
    expect(wrongWith(example as string)).toBeNull();
  });
});

/** Columns that --help gives an example at 80, with room for its backslash. */
const ROOM = 72;

/** Whether the line is broken inside quotes, where the backslash of the break would become part of the word. */
function brokenInQuotes(line: string): boolean {
  const quoted = [...line.matchAll(/"[^"]*"|'[^']*'/g)].map(({ 0: word, index }) => [index, index + word.length]);
  const breaks = [];
  for (let rest = line, from = 0; rest.length > ROOM; ) {
    const at = rest.lastIndexOf(' ', ROOM);
    if (at < 0) break;
    breaks.push(from + at);
    from += at + 1;
    rest = line.slice(from);
  }
  return breaks.some((at) => quoted.some(([start = 0, end = 0]) => at > start && at < end));
}

it('no example of a --help is broken inside a quoted word: it could not be pasted', () => {
  const examples = Object.entries(manifest.commands).flatMap(([id, { examples: all = [] }]) =>
    all.map(({ command }) =>
      command.replace('<%= config.bin %>', 'rcm').replace('<%= command.id %>', id.replaceAll(':', ' ')),
    ),
  );
  expect(examples.length).toBeGreaterThan(90);
  expect(examples.filter(brokenInQuotes)).toEqual([]);
  expect(brokenInQuotes(`rcm fix 68e3f77a9d623b8058c700c4 CACHE_THRASHING --yes --reason "hit rate 12%"`)).toBe(true);
});

it.each(['getting-started', 'running', 'troubleshooting', 'upgrading', 'permissions'])(
  'commands in docs/%s.md are ours',
  (page) => {
    const text = read(`docs/${page}.md`);
    const shell = [...blocksOf(`docs/${page}.md`, '(?:sh|crontab)')].flatMap((block) => block.split('\n'));
    const lines = [
      ...shell.flatMap((line) => /(?:^|\* |\d )(rcm [^#>]+)/.exec(line)?.[1] ?? []),
      ...[...text.matchAll(/`(rcm [^`]+)`/g)].map(([, line]) => line as string),
    ].filter((line) => !/COMMAND|…/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.flatMap((line) => wrongWith(line.trim()) ?? []).join()).toBe('');
  },
);

describe('docs/running.md', () => {
  const [settings = '', cronJob = ''] = blocksOf('docs/running.md', 'yaml');

  it('its settings are ours', () => {
    expect(configSchema.safeParse(parseAllDocuments(settings)[0]?.toJS())).toMatchObject({ success: true });
  });

  it('its CronJob can be read, has no right that it does not need, and secrets from a Secret alone', () => {
    const [document] = parseAllDocuments(cronJob, { strict: true });
    expect(document?.errors).toEqual([]);
    const job = document?.toJS();
    expect(job).toMatchObject({ apiVersion: 'batch/v1', kind: 'CronJob', spec: { concurrencyPolicy: 'Forbid' } });
    const pod = job.spec.jobTemplate.spec.template.spec;
    const [container] = pod.containers;
    expect(wrongWith(`rcm ${container.args.join(' ')}`)).toBeNull();
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const { name, value } of container.env) if (/URL|URI|PASSWORD/.test(name)) expect(value).toBeUndefined();
    expect(container.resources.requests.memory).toBeDefined();
    expect(container.resources.limits.memory).toBeDefined();
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    for (const { name } of container.volumeMounts) expect(volumes).toContain(name);
  });

  const systemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  it.skipIf(!systemd)('systemd finds nothing wrong with its units', async () => {
    const dir = await tempDir('units');
    writeFileSync(`${dir}/rcm`, '#!/bin/sh\n');
    chmodSync(`${dir}/rcm`, 0o755);
    const units = blocksOf('docs/running.md', 'ini').map((text) => {
      const file = `${dir}/${/^# \/etc\/systemd\/system\/(\S+)/.exec(text)?.[1]}`;
      writeFileSync(file, text.replace('/usr/local/bin/rcm', `${dir}/rcm`));
      return file;
    });
    expect(units.map((file) => file.split('.').at(-1))).toEqual(['service', 'timer']);
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
      encoding: 'utf8',
    });
    // It looks at units of the machine too: only what it says of these counts.
    const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('rcm-snapshot'));
    expect({ status, said }).toEqual({ status: 0, said: [] });
  });
});

describe('docs/permissions.md', () => {
  it("its role of MongoDB has the code's collections, reads the platform's and writes ours alone", async () => {
    const [text = ''] = blocksOf('docs/permissions.md', 'js');
    const role = /createRole\((.*?)\);\n/s.exec(text)?.[1] ?? '';
    type Privilege = { resource: { collection: string }; actions: string[] };
    const { privileges } = new Function(`return ${role}`)() as { privileges: Privilege[] };
    const names = (of: (actions: string[]) => boolean) =>
      privileges.filter(({ actions }) => of(actions)).map(({ resource }) => resource.collection);
    const { default: mongoose } = await import('mongoose');
    const own = Object.values(modelsOf(mongoose.createConnection())).map((model) => model.collection.collectionName);
    expect(names((actions) => actions.includes('insert')).sort()).toEqual(own.sort());
    const { companies, calls, storage } = DEFAULT_PLATFORM_COLLECTIONS;
    const platform = new Set([companies, calls, ...storage].map(({ collection }) => collection));
    expect(names((actions) => actions.includes('collStats')).sort()).toEqual([...platform].sort());
    const writing = /insert|update|remove|createIndex/;
    for (const { resource, actions } of privileges)
      if (writing.test(actions.join())) expect(resource.collection).toMatch(/^rcm_/);
  });
});

describe('docs/troubleshooting.md', () => {
  it('says of every error what to try first, once', () => {
    const codes = [...read('docs/troubleshooting.md').matchAll(/`(RCM_[A-Z_]+)`/g)].map(([, code]) => code as string);
    expect([...codes].sort()).toEqual(
      [...Object.keys(ERROR_CODES), 'RCM_UNEXPECTED'].filter((c, i, all) => all.indexOf(c) === i).sort(),
    );
  });

  it('is where docs/errors.md leads to', () => {
    expect(read('docs/errors.md')).toContain('](troubleshooting.md#by-code)');
  });
});
