import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertsReport } from '../../src/core/services/alerts/report.js';
import type { Notification } from '../../src/core/services/notify/report.js';
import { notifyTestReport } from '../../src/core/services/notify/report.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { type CliOptions, cleanEnvironment, rcm } from '../support/cli.js';
import { hang, type MailServer, type Receiver, startMailServer, startReceiver, status } from '../support/receiver.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { dieWithUs, tempDir } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import { setBudgets } from './support/budgets.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const SECRET = 'a secret that nobody sees';
const PATH = '/services/T0/secretpath';
const launcher = join(import.meta.dirname, '../../bin/run.js');

let server: RedisServer;
let redis: Redis;
let receiver: Receiver;
let mail: MailServer;
let stateFile: string;
let config: string;
beforeAll(async () => {
  server = await startRedis({ config: ['maxmemory-policy noeviction'] });
  redis = connect(server);
  receiver = await startReceiver();
  mail = await startMailServer();
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([server.stop(), receiver.stop(), mail.stop()]);
});
beforeEach(async () => {
  await redis.flushall();
  for (const id of ['royal', 'fine']) await redis.set(`company:${id}:k`, 'x'.repeat(500));
  const dir = await tempDir('notify');
  stateFile = join(dir, 'rcm.db');
  config = join(dir, 'rcm.config.json');
  receiver.always(null);
  receiver.take();
  mail.take();
  await budget(8);
});
/** Two companies share the base cost of 20 dollars: 10 each; of 8 that is critical, of 10 a warning, of 1000 nothing. */
const budget = (royal: number) => setBudgets({ stateFile, collections }, 1000, { royal });
const targets = (...names: string[]) => {
  const all: Record<string, object> = {
    hook: { name: 'hook', type: 'webhook', url: receiver.url + PATH, secretEnv: 'HOOK_SECRET' },
    chat: { name: 'chat', type: 'slack', urlEnv: 'CHAT_URL' },
    mail: {
      name: 'mail',
      type: 'email',
      url: `smtp://127.0.0.1:${mail.port}`,
      from: 'rcm@example.com',
      to: ['ops@example.com'],
    },
  };
  return writeFile(config, JSON.stringify({ notify: { targets: names.map((name) => all[name]) } }));
};
const env = () => ({ HOOK_SECRET: SECRET, CHAT_URL: `${receiver.url}/chat${PATH}` });
const flags = () => ['--redis-url', server.url, '--state-file', stateFile, '--config', config];
const alerts = (args: string[], options: CliOptions = {}) =>
  rcm(['alerts', ...args, ...flags()], { ...options, env: { ...env(), ...options.env } });
const report = async (args: string[], options: CliOptions = {}) => {
  const result = await alerts([...args, '--json'], options);
  const json = result.json<{ notifications: Notification[]; warnings: string[] }>();
  expectSchema(alertsReport, json);
  expect(result.stdout + result.stderr).not.toMatch(/secretpath|a secret that nobody sees/);
  return { ...result, ...json };
};

describe('telling', () => {
  it('by all three ways: what is new, then nothing, then that it is over', async () => {
    await targets('hook', 'chat', 'mail');
    const first = await alerts(['--notify']);
    expect({ code: first.exitCode, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(first.stdout).toContain('royal: Cache budget 125.0% used');
    const [hook, chat] = receiver
      .take()
      .sort((a, b) => b.path.length - a.path.length)
      .reverse();
    const { 'x-rcm-timestamp': timestamp, 'x-rcm-signature': signature, ...headers } = hook?.headers ?? {};
    // As a receiver would check it, by hand.
    const expected = createHmac('sha256', SECRET).update(`${timestamp}.${hook?.body}`).digest('hex');
    expect(signature).toBe(`sha256=${expected}`);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(30);
    const body = JSON.parse(hook?.body ?? '') as Record<string, unknown>;
    expect(headers).toMatchObject({
      'x-rcm-event': 'rcm.alerts',
      'x-rcm-delivery': body.id,
      'content-type': 'application/json',
    });
    expect(body).toMatchObject({
      event: 'rcm.alerts',
      platform: { store: stateFile },
      new: [{ companyId: 'royal', code: 'BUDGET_CACHE', severity: 'critical', command: 'rcm budget get royal' }],
      worse: [],
      resolved: [],
    });
    expect(JSON.parse(chat?.body ?? '')).toMatchObject({
      text: expect.stringContaining('royal: Cache budget 125.0% used'),
      blocks: expect.any(Array),
    });
    const [letter] = mail.take();
    expect(letter).toMatchObject({ from: 'rcm@example.com', to: ['ops@example.com'] });
    expect(letter?.raw).toContain('Subject: rcm: critical: royal: Cache budget 125.0% used');
    const second = await report(['--notify']);
    expect(second.notifications.map(({ outcome }) => outcome)).toEqual(['nothing', 'nothing', 'nothing']);
    await budget(1000);
    const third = await alerts(['--notify']);
    expect(third).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(receiver.take().map(({ body: text }) => text)).toEqual([
      expect.stringContaining('resolved: royal: BUDGET_CACHE'),
      expect.stringContaining('resolved: royal: BUDGET'),
    ]);
    expect(mail.take()).toMatchObject([
      { raw: expect.stringContaining('Subject: rcm: resolved: royal: BUDGET_CACHE') },
    ]);
  });

  it('one of them by name; a terminal says who was told', async () => {
    await targets('hook', 'chat');
    const { stdout } = await alerts(['--notify', 'hook', '--no-color'], { tty: { columns: 100, rows: 30 } });
    expect(stdout).toContain('Told hook: 1 new');
    expect(receiver.take().map(({ path }) => path)).toEqual([PATH]);
    const { notifications } = await report(['--notify']);
    expect(notifications.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['hook', 'nothing'],
      ['chat', 'sent'],
    ]);
  });

  it('RCM_NOTIFY_URL alone is a target', async () => {
    await writeFile(config, '{}');
    const { notifications } = await report(['--notify'], { env: { RCM_NOTIFY_URL: receiver.url + PATH } });
    expect(notifications).toMatchObject([
      { target: 'default', type: 'webhook', to: `${receiver.url}/…`, outcome: 'sent' },
    ]);
    expect(receiver.take()).toHaveLength(1);
  });

  it('--dry-run shows what would be sent, for people and machines, and sends nothing', async () => {
    await targets('hook', 'chat', 'mail');
    const people = await alerts(['--notify', '--dry-run']);
    expect(people.exitCode).toBe(0);
    expect(people.stdout).toContain(
      `hook (webhook, ${receiver.url}/…) would be told:\n  rcm: critical: royal: Cache budget`,
    );
    expect(people.stdout).toContain(`mail (email, smtp://127.0.0.1:${mail.port} to ops@example.com) would be told:`);
    const { notifications } = await report(['--notify', '--dry-run']);
    expect(notifications.map(({ message }) => Object.keys(message?.payload ?? {}).sort())).toEqual([
      ['counts', 'event', 'generatedAt', 'id', 'new', 'omitted', 'platform', 'resolved', 'summary', 'version', 'worse'],
      ['blocks', 'text', 'unfurl_links', 'unfurl_media'],
      ['from', 'html', 'subject', 'text', 'to'],
    ]);
    expect([...receiver.take(), ...mail.take()]).toEqual([]);
    expect((await report(['--notify'])).notifications.map(({ outcome }) => outcome)).toEqual(['sent', 'sent', 'sent']);
  });

  it('--test sends a message that says so, with Redis and the store away', async () => {
    await targets('hook', 'chat', 'mail');
    const nobody = [
      '--redis-url',
      `redis://127.0.0.1:${CLOSED_PORT}`,
      '--state-file',
      '/proc/nowhere/rcm.db',
      '--config',
      config,
    ];
    const people = await rcm(['alerts', '--notify', '--test', ...nobody], { env: env() });
    expect(people).toMatchObject({ exitCode: 0, stderr: '' });
    expect(people.stdout.split('\n').map((line) => line.replace(/\(.*\) /, ''))).toEqual([
      'hook was told',
      'chat was told',
      'mail was told',
      '',
    ]);
    expect(receiver.take().map(({ body }) => body)).toEqual([
      expect.stringContaining('test message'),
      expect.stringContaining('test message'),
    ]);
    expect(mail.take()).toMatchObject([
      { raw: expect.stringContaining('Subject: rcm: test message, nothing is wrong') },
    ]);
    receiver.always(status(404));
    const machines = await rcm(['alerts', '--notify', 'hook', '--test', '--json', ...nobody], { env: env() });
    expect(machines.exitCode).toBe(3);
    const json = machines.json();
    expectSchema(notifyTestReport, json);
    expect(json).toMatchObject({
      notifications: [{ target: 'hook', outcome: 'failed', error: 'it answers 404 Not Found' }],
    });
    expect(machines.stderr).toBe(`Warning: hook (${receiver.url}/…) cannot be told: it answers 404 Not Found\n`);
  });
});

describe('faults', () => {
  it('a target that is down: exit 3, a warning, a letter in the log; a gate goes before it; a later run tells', async () => {
    await targets('hook', 'mail');
    receiver.always(status(404));
    const { exitCode, stderr, notifications } = await report(['--notify']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(
      `Warning: hook (${receiver.url}/…) was not told, after 1 attempt: it answers 404 Not Found.`,
    );
    expect(notifications.map(({ outcome }) => outcome)).toEqual(['failed', 'sent']);
    const activity = await rcm(['activity', ...flags(), '--type', 'notify'], { env: env() });
    expect(activity.stdout).toContain('could not tell hook');
    expect(activity.stdout).not.toContain('secretpath');
    expect((await alerts(['--notify', '--fail-on', 'critical'])).exitCode).toBe(6);
    receiver.always(null);
    receiver.take();
    expect((await alerts(['--notify'])).exitCode).toBe(0);
    expect(receiver.take()).toHaveLength(1);
    expect(mail.take()).toHaveLength(1);
  });

  it('two runs at once: each message once', async () => {
    await targets('hook', 'mail');
    const runs = await Promise.all([report(['--notify']), report(['--notify']), report(['--notify'])]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(receiver.take()).toHaveLength(1);
    expect(mail.take()).toHaveLength(1);
    expect(runs.flatMap((run) => run.notifications).filter(({ outcome }) => outcome === 'sent')).toHaveLength(2);
  });

  it('killed between claiming and telling: told by a run after ten minutes, by none before', async () => {
    await targets('hook');
    receiver.always(hang);
    const child = spawn(process.execPath, [launcher, 'alerts', '--notify', ...flags()], {
      env: { ...(await cleanEnvironment()), ...env() },
      stdio: 'ignore',
    });
    const ended = dieWithUs(child.pid as number);
    await waitUntil('it is being told', () => receiver.received.length === 1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    ended();
    receiver.always(null);
    receiver.take();
    expect((await report(['--notify'])).notifications).toMatchObject([{ outcome: 'nothing', elsewhere: 1 }]);
    expect(receiver.take()).toEqual([]);
    // Ten minutes pass: the claim was made that much earlier.
    const { openDatabase } = await import('../../src/core/store/sqlite/open.js');
    const db = await openDatabase(stateFile);
    db.run('UPDATE notification SET claimed_at = claimed_at - 600000');
    db.close();
    expect((await report(['--notify'])).notifications).toMatchObject([{ outcome: 'sent', new: 1 }]);
    expect(receiver.take()).toHaveLength(1);
  });

  it('interrupted while it waits for a target: ends at once, and the next run tells', async () => {
    await targets('hook');
    receiver.always(hang);
    const controller = new AbortController();
    const running = alerts(['--notify'], { cancelSignal: controller.signal });
    await waitUntil('it is being told', () => receiver.received.length === 1);
    controller.abort();
    expect((await running).exitCode).toBe(143);
    receiver.always(null);
    receiver.take();
    expect((await report(['--notify'])).notifications).toMatchObject([{ outcome: 'sent' }]);
  });

  it('the store away: nobody is told twice for it, exit 3', async () => {
    await targets('hook');
    const away = ['--state-file', '/proc/nowhere/rcm.db'];
    const result = await rcm(['alerts', '--notify', '--redis-url', server.url, '--config', config, ...away], {
      env: env(),
    });
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('Nobody was told: what was told before is unknown without the store.');
    expect(receiver.take()).toEqual([]);
  });

  it('Redis away: exit 3, nothing is told, nothing taken for over', async () => {
    await targets('hook');
    expect((await report(['--notify'])).notifications).toMatchObject([{ outcome: 'sent' }]);
    receiver.take();
    const nobody = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, '--state-file', stateFile, '--config', config];
    const { exitCode, stderr } = await rcm(['alerts', '--notify', ...nobody], { env: env() });
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining('Cannot reach Redis') });
    expect(receiver.take()).toEqual([]);
    expect((await report(['--notify'])).notifications).toMatchObject([{ outcome: 'nothing' }]);
  });
});

describe('wrong usage, before anything is measured', () => {
  const refused = async (args: string[], more: Record<string, string> = env()) => {
    const nobody = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, '--config', config];
    const { exitCode, stdout, stderr } = await rcm(['alerts', ...args, ...nobody], { env: more });
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 2, stdout: '' });
    return stderr;
  };

  it('targets without --notify, one that is none, flags that need it', async () => {
    await targets('hook');
    expect(await refused(['hook'])).toContain('hook');
    expect(await refused(['--notify', 'hok'])).toMatch(/No target is named 'hok'.*Did you mean 'hook'/);
    expect(await refused(['--notify', '--from-snapshot'])).toContain('from-snapshot');
    expect(await refused(['--dry-run'])).toContain('--notify');
    expect(await refused(['--notify', '--dry-run', '--format', 'csv'])).toContain('cannot be printed as csv');
  });

  it('no target, a variable that is not set', async () => {
    await writeFile(config, '{}');
    const none = ['alerts', '--notify', '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`, '--config', config];
    expect((await expectError(none, 2)).message).toBe('No target is configured to notify');
    await targets('hook');
    expect(await refused(['--notify', '--test'], {})).toContain('HOOK_SECRET');
  });
});

it('doctor lists the targets without their secrets', async () => {
  await targets('hook', 'chat', 'mail');
  const { stdout } = await rcm(['doctor', '--json', ...flags()], { env: env() });
  const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; message: string }[] };
  expect(checks.find(({ name }) => name === 'notify')).toMatchObject({
    state: 'info',
    message: `Notified: hook (webhook, ${receiver.url}/…); chat (slack, ${receiver.url}/…); mail (email, smtp://127.0.0.1:${mail.port} to ops@example.com)`,
  });
  expect(stdout).not.toMatch(/secretpath|a secret that nobody sees/);
  const broken = await rcm(['doctor', ...flags()]);
  expect(broken.stdout).toContain(
    "The notification target 'hook' needs the environment variable HOOK_SECRET, which is not set",
  );
});
