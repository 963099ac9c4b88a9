import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DEFAULT_RETENTION } from '../../src/core/domain/activity.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import type { Store } from '../../src/core/store/store.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { parseGithub } from '../support/formats/github.js';
import { parseJunit } from '../support/formats/junit.js';
import { parseNagios } from '../support/formats/nagios.js';
import { parsePrometheus } from '../support/formats/prometheus.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { setBudgetsIn } from './support/budgets.js';
import { record } from './support/counters.js';

const root = join(import.meta.dirname, '../..');
const page = await readFile(join(root, 'docs/ci.md'), 'utf8');

/** The code blocks under a heading. */
function blocks(heading: string, language: string): string[] {
  const [, section = ''] = new RegExp(`^#+ ${heading}$(.*?)(?=^#+ [A-Z]|(?![^]))`, 'ms').exec(page) ?? [];
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code as string);
}
// biome-ignore lint/suspicious/noExplicitAny: each snippet has a shape of its own, and what is missing fails its test
function yamlOf(text: string): any {
  const [document, ...more] = parseAllDocuments(text, { strict: true });
  if (document === undefined || !('errors' in document) || more.length > 0) throw new Error('not one document');
  expect(document.errors).toEqual([]);
  return document.toJS();
}

let server: RedisServer;
let redis: Redis;
let store: Store;
let dir: string;
let env: Record<string, string>;
beforeAll(async () => {
  server = await startRedis();
  redis = connect(server);
  dir = await tempDir('ci');
  const stateFile = `${dir}/rcm.db`;
  for (const id of ['royal', 'other']) {
    await redis.set(`company:${id}:k`, 'x'.repeat(500));
    await record(redis, id, Date.now() - 3 * 3_600_000, { hit: 95, miss: 5, hitUs: 40_000, missUs: 10_000 });
  }
  const header = 'companyId,companyName,callsPerDay,minutesPerMonth,recordingBytes,storageBytes';
  await writeFile(`${dir}/companies.csv`, `${header}\nroyal,Royal Plumbing,0,0,0,0\nother,Other,0,0,0,0\n`);
  await rcm(['companies', 'import', `${dir}/companies.csv`, '--state-file', stateFile]);
  store = await openStore({ stateFile, collections });
  // `rcm` and `npx --yes redis-cache-manager[@VERSION]` are the built command.
  await mkdir(`${dir}/bin`);
  const run = `exec '${process.execPath}' '${root}/bin/run.js' "$@"`;
  await writeFile(`${dir}/bin/rcm`, `#!/bin/sh\n${run}\n`);
  await writeFile(
    `${dir}/bin/npx`,
    `#!/bin/sh\n[ "$1" = --yes ] || exit 99\ncase "$2" in redis-cache-manager|redis-cache-manager@latest) ;; *) exit 98;; esac\nshift 2\n${run}\n`,
  );
  for (const name of ['rcm', 'npx']) await chmod(`${dir}/bin/${name}`, 0o755);
  const [policy = ''] = blocks('A policy file', 'yaml');
  for (const name of ['rcm.check.yaml', 'check.yaml']) await writeFile(`${dir}/${name}`, policy);
  const clean = await cleanEnvironment();
  env = { ...clean, PATH: `${dir}/bin:${clean.PATH}`, RCM_REDIS_URL: server.url, RCM_STATE_FILE: stateFile };
});
afterAll(async () => {
  await store.close();
  redis.disconnect();
  await server.stop();
});

/** Runs a snippet's command as its system would, with its folders in ours. */
async function run(command: string, options: { shell?: string[]; env?: Record<string, string> } = {}) {
  const here = command.replaceAll('/etc/rcm', dir).replaceAll('/var/lib/node_exporter', dir);
  const [shell = 'sh', ...flags] = options.shell ?? ['sh', '-e'];
  const { stdout, stderr, exitCode } = await execa(shell, [...flags, '-c', here], {
    cwd: dir,
    env: { ...env, ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
  return { stdout, stderr, exitCode };
}

const DOWN = { RCM_REDIS_URL: `redis://127.0.0.1:${CLOSED_PORT}` };
const budgets = async (royal: number) => setBudgetsIn(store, 1000, { royal });
/** What a gate must end with, when all is well, past a warning (10 of 10 dollars), past a limit (of 8), and with Redis away. */
const STATES = [
  ['well', 1000, {}, 0],
  ['warning', 10, {}, 5],
  ['critical', 8, {}, 6],
  ['away', 1000, DOWN, 3],
] as const;

describe.each(STATES)('docs/ci.md when all is %s', (state, royal, away, code) => {
  beforeAll(async () => {
    await budgets(royal);
    await store.snapshots.prune(new Date(Date.now() + 1000 * 86_400_000), DEFAULT_RETENTION);
    // Two: of the one that is looked at, growth is since the one before.
    for (let i = 0; i < 2; i++) expect((await run('rcm snapshot')).exitCode).toBe(0);
  });

  it('GitHub Actions, a step of its own', async () => {
    const [, workflow = ''] = blocks('GitHub Actions', 'yaml');
    const { steps, env: variables } = yamlOf(workflow).jobs.check;
    expect(Object.keys(variables)).toEqual(['RCM_REDIS_URL', 'RCM_MONGODB_URI']);
    const result = await run(steps.at(-1).run, { shell: ['bash', '-e', '-o', 'pipefail'], env: away });
    expect(result.exitCode, result.stderr).toBe(code);
    parseGithub(result.stdout);
  });

  it('the action', async () => {
    const action = yamlOf(await readFile(join(root, 'action.yml'), 'utf8'));
    const [workflow = ''] = blocks('GitHub Actions', 'yaml');
    const step = yamlOf(workflow).jobs.check.steps.at(-1);
    for (const name of Object.keys(step.with)) expect(Object.keys(action.inputs)).toContain(name);
    const [script] = action.runs.steps;
    expect(script.run).not.toContain('${{');
    const files = { GITHUB_OUTPUT: `${dir}/output-${state}`, GITHUB_STEP_SUMMARY: `${dir}/summary-${state}` };
    const result = await run(script.run, {
      shell: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail'],
      env: {
        ...files,
        RCM_MONGODB_URI: '',
        INPUT_POLICY: step.with.policy,
        INPUT_ARGS: `${step.with.args} --filter "name!=No ' body $(exit 7)"`,
        INPUT_VERSION: action.inputs.version.default,
        ...away,
      },
    });
    expect(result.exitCode, result.stderr).toBe(code);
    parseGithub(result.stdout);
    expect(await readFile(files.GITHUB_OUTPUT, 'utf8')).toBe(`exit-code=${code}\n`);
    if (code !== 3) expect(await readFile(files.GITHUB_STEP_SUMMARY, 'utf8')).toContain('### rcm check');
  });

  it('GitLab CI', async () => {
    const [text = ''] = blocks('GitLab CI', 'yaml');
    const job = yamlOf(text)['cache-budget'];
    const result = await run(job.script[0], { env: away });
    expect(result, result.stderr).toMatchObject({ exitCode: code, stdout: '' });
    const cases = parseJunit(await readFile(`${dir}/${job.artifacts.reports.junit}`, 'utf8'));
    expect(cases.some((one) => one.outcome !== null)).toBe(code !== 0);
    expect(job.allow_failure.exit_codes).toEqual([5]);
  });

  it('cron', async () => {
    const [text = ''] = blocks('cron', 'crontab');
    const all = text.trim().split('\n');
    const lines = all.filter((line) => !/^[A-Z_]+=/.test(line));
    // cron's own PATH does not find what npm installs.
    expect(all).toEqual([expect.stringMatching(/^PATH=/), expect.stringMatching(/^RCM_REDIS_URL=/), ...lines]);
    const commands = lines.map((line) => /^\S+ \S+ \S+ \S+ \S+ ([^%]+)$/.exec(line)?.[1] ?? 'exit 99');
    const shell = ['sh'];
    expect((await run(commands[0] as string, { shell })).exitCode).toBe(0);
    // It asks no Redis.
    const result = await run(commands[1] as string, { shell, env: DOWN });
    const wanted = code === 3 ? 0 : code;
    expect(result.exitCode, result.stdout).toBe(wanted);
    if (wanted === 0) expect(result.stdout).toBe('');
    else expect(result.stdout).toContain('Royal Plumbing');
  });

  it('Kubernetes', async () => {
    const [text = ''] = blocks('Kubernetes', 'yaml');
    const { jobTemplate } = yamlOf(text).spec;
    const { template, podFailurePolicy } = jobTemplate.spec;
    const [container] = template.spec.containers;
    const result = await run(container.command.join(' '), { env: away });
    expect(result.exitCode, result.stderr).toBe(code);
    expect(podFailurePolicy.rules[0].onExitCodes.values.includes(code)).toBe(code === 5 || code === 6);
    expect(podFailurePolicy.rules[0].onExitCodes.containerName).toBe(container.name);
  });

  it('Nagios and Prometheus', async () => {
    const [plugin = ''] = blocks('Nagios', 'sh');
    const nagios = await run(plugin, { env: away });
    expect(nagios.exitCode).toBe({ 0: 0, 5: 1, 6: 2, 3: 3 }[code]);
    parseNagios(nagios.stdout);
    const [textfile = ''] = blocks('Prometheus', 'sh');
    const prometheus = await run(textfile, { env: away });
    expect(prometheus).toMatchObject({ exitCode: code, stdout: '' });
    const samples = parsePrometheus(await readFile(`${dir}/rcm.prom`, 'utf8'));
    expect(samples[0]).toEqual({ name: 'rcm_check_up', labels: {}, value: code === 3 ? 0 : 1 });
  });
});

it('every snippet of YAML can be read', () => {
  for (const [, text = ''] of page.matchAll(/^```yaml\n(.*?)^```/gms)) yamlOf(text);
  const [alerts = ''] = blocks('Prometheus', 'yaml');
  const names = yamlOf(alerts).groups[0].rules.flatMap((rule: { expr: string }) => rule.expr.match(/rcm_\w+/g));
  for (const name of names) expect(page).toContain(`| \`${name}\` |`);
});
