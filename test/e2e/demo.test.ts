import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { companiesReport } from '../../src/core/services/companies/report.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');
const MADE_UP = 'Demo: all companies and figures are made up.';

/** A demo under way, and what it would leave behind. */
async function start(args: string[]) {
  const env = await cleanEnvironment();
  const child = spawn(process.execPath, [launcher, 'demo', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const folders = () => readdir(env.TMPDIR as string);
  await waitUntil('the demo has a store', async () => {
    const [folder] = await folders();
    return folder !== undefined && existsSync(join(env.TMPDIR as string, folder, 'rcm.db'));
  });
  const folder = join(env.TMPDIR as string, (await folders())[0] as string);
  return {
    child,
    env,
    ended,
    folder,
    folders,
    stdout: () => stdout,
    stderr: () => stderr,
    pids: await processes(folder),
  };
}

/** Processes with the folder on their command line: the server, and the shell that keeps it. */
async function processes(folder: string): Promise<string[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.includes('defunct'));
}

describe('rcm demo', () => {
  let table: Awaited<ReturnType<typeof rcm>>;
  let env: Record<string, string>;
  beforeAll(async () => {
    // Settings of the user's own play no part, and what they name is not touched.
    env = { ...(await cleanEnvironment()), RCM_REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URI: 'mongodb://127.0.0.1:1' };
    table = await rcm(['demo'], { env });
  });

  it('prints the companies, and that they are made up', () => {
    expect(table).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = table.stdout.split('\n');
    expect(lines[0]).toBe(MADE_UP);
    expect(lines[2]).toMatch(/^12 companies {3}🟢 4 {3}🟡 4 {3}🔴 2 {3}⚪ 2$/u);
    for (const name of ['Paper Plane Airlines', 'Teapot Insurance', 'demo99 (orphan)'])
      expect(table.stdout).toContain(name);
  });

  it('leaves nothing behind', async () => {
    expect(await readdir(env.TMPDIR as string)).toEqual([]);
    expect(existsSync(env.XDG_STATE_HOME as string)).toBe(false);
    expect(await readdir(env.HOME as string)).toEqual([]);
    expect(await processes(env.TMPDIR as string)).toEqual([]);
  });

  it('gives JSON as companies does', async () => {
    const result = await rcm(['demo', '--json']);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const report = result.json<Record<string, unknown>>();
    expect(Object.keys(report)).toEqual(Object.keys(companiesReport.shape));
    expect(report.warnings).toEqual([MADE_UP]);
    expect(report.companies).toHaveLength(12);
  });

  it('shows progress on a terminal, in colour', async () => {
    const result = await rcm(['demo'], { tty: { columns: 80, rows: 40 } });
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('Starting a Redis of its own');
    expect(result.stdout).toContain('\x1b[38;5;');
    const shown = result.stdout.split(MADE_UP).at(-1) as string;
    expect(shown).not.toContain('Living through');
  });

  it('says how to get a server where there is none', async () => {
    const result = await rcm(['demo'], { env: { PATH: await tempDir('empty-path') } });
    expect(result).toMatchObject({ exitCode: 3, stdout: '' });
    expect(result.stderr).toMatch(/^Error: .*neither redis-server nor valkey-server.*setup\.sh.*\n$/);
  });

  it('refuses settings that would mean nothing', async () => {
    const result = await rcm(['demo', '--redis-url', 'redis://127.0.0.1:1']);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('rcm demo --keep', () => {
  it('stays up for other commands, until Ctrl-C', async () => {
    const demo = await start(['--keep']);
    await waitUntil('it says how to go on', () => demo.stdout().includes('companies --watch 5\n'));
    const variables = Object.fromEntries(
      [...demo.stdout().matchAll(/export (\w+)=(\S+)/g)].map(([, name, value]) => [name as string, value as string]),
    );
    expect(Object.keys(variables)).toEqual(['RCM_REDIS_URL', 'RCM_STATE_FILE']);
    const tries = [...demo.stdout().matchAll(/^ {2}node .*?run\.js (.*)$/gm)].map(([, words]) => words as string);
    expect(tries).toHaveLength(10);
    for (const words of tries.filter((line) => !line.includes('--watch'))) {
      const result = await rcm(words.split(' '), { env: variables });
      // What a fix would do is said with its warnings; nothing else has any.
      expect(result).toMatchObject({ exitCode: 0, ...(!words.startsWith('fix ') && { stderr: '' }) });
    }
    expect(demo.pids).toHaveLength(2);
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(130);
    expect(await demo.folders()).toEqual([]);
    expect(await processes(demo.folder)).toEqual([]);
  });
});

describe('rcm demo leaves nothing behind', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('when %s ends it midway', async (signal, code) => {
    const demo = await start([]);
    expect(demo.pids.length).toBeGreaterThanOrEqual(2);
    demo.child.kill(signal);
    expect(await demo.ended).toBe(code);
    expect(demo.stdout()).toBe('');
    expect(demo.stderr()).toMatch(/^Interrupted/);
    expect(await demo.folders()).toEqual([]);
    expect(await processes(demo.folder)).toEqual([]);
  });

  it('when it is killed', async () => {
    const demo = await start([]);
    demo.child.kill('SIGKILL');
    await demo.ended;
    await waitUntil('the server and the folder are gone', async () => {
      return (await processes(demo.folder)).length === 0 && (await demo.folders()).length === 0;
    });
  });
});
