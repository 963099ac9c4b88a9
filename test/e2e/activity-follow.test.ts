import { join } from 'node:path';
import { execa } from 'execa';
import { Cluster, type Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import { loggedAccess } from '../../src/core/domain/activity-feed.js';
import { readEvents } from '../../src/core/redis/events.js';
import type { ActivityReportEntry } from '../../src/core/services/activity/report.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import { cleanEnvironment, rcm } from '../support/cli.js';
import { describeMongo, mongoForTests } from '../support/mongo/index.js';
import { connect, type RedisServer, startCluster, startRedis } from '../support/redis/index.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { dieWithUs } from '../support/temp-dir.js';
import { waitUntil } from '../support/wait-until.js';
import { stateFile } from './support/clearing.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');

/** A `rcm activity --follow` that runs. */
interface Follower {
  lines(): string[];
  stderr(): string;
  /** Waits until so many lines have been printed. */
  until(lines: number): Promise<string[]>;
  untilStderr(text: string): Promise<void>;
  end(signal: NodeJS.Signals): Promise<{ exitCode: number | undefined; stderr: string }>;
}

const running: Follower[] = [];
afterEach(async () => {
  for (const follower of running.splice(0)) await follower.end('SIGKILL');
});

async function follow(args: string[]): Promise<Follower> {
  const env = await cleanEnvironment();
  const child = execa(process.execPath, [launcher, 'activity', '--follow', ...args], {
    env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    stripFinalNewline: false,
  });
  const ended = dieWithUs(child.pid as number);
  void child.finally(ended);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const lines = () => stdout.split('\n').slice(0, -1);
  const follower: Follower = {
    lines,
    stderr: () => stderr,
    until: async (n) => {
      await waitUntil(`${n} lines are printed`, () => lines().length >= n || child.exitCode !== null);
      if (lines().length < n) throw new Error(`It ended:\n${stdout}\n${stderr}`);
      return lines();
    },
    untilStderr: (text) => waitUntil(`it says ${text}`, () => stderr.includes(text)),
    end: async (signal) => {
      child.kill(signal);
      const { exitCode } = await child;
      return { exitCode, stderr };
    },
  };
  running.push(follower);
  return follower;
}

const entryOf = (line: string) => JSON.parse(line) as ActivityReportEntry;
const brief = (lines: string[]) => lines.map(entryOf).map((e) => `${e.type} ${e.companyId} ${e.key ?? '-'}`);

/** An application: what it does is recorded when it is asked to. */
async function use(redis: string | Cluster, accesses: (cache: CompanyCache) => Promise<unknown>): Promise<void> {
  const cache = new CompanyCache({ redis, flushIntervalMs: 30_000 });
  await accesses(cache);
  await cache.close();
}

async function inStore<T>(
  file: string,
  work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const store = await openStore({ stateFile: file, collections: DEFAULT_PLATFORM_COLLECTIONS });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('rcm activity --follow', () => {
  let server: RedisServer;
  let redis: Redis;
  let state: string;
  let base: string[];
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    state = await stateFile();
    base = ['--redis-url', server.url, '--state-file', state];
  });

  it('prints what was and what comes, oldest first, each once, until Ctrl-C', async () => {
    await use(server.url, async (cache) => {
      for (const key of ['a', 'b', 'c']) await cache.get('1', key);
    });
    const follower = await follow(['1', '--limit', '2', '--format', 'ndjson', ...base]);
    expect(brief(await follower.until(2))).toEqual(['miss 1 b', 'miss 1 c']);
    await use(server.url, async (cache) => {
      await cache.set('1', 'd', 'v');
      await cache.get('1', 'd');
      await cache.get('2', 'not its own');
    });
    expect(brief(await follower.until(4)).slice(2)).toEqual(['set 1 d', 'hit 1 d']);
    // As `snapshot` copies them into the log: nothing new. An act is.
    const events = await readEvents(redis, '1');
    expect(events).toHaveLength(5);
    await inStore(state, (store) => store.activity.append(events.map((event) => loggedAccess('1', event))));
    const cleared = await rcm(['clear', '1', '--yes', '--actor', 'ann', ...base]);
    expect(cleared.exitCode, cleared.stderr).toBe(0);
    await waitUntil('the clear is printed', () => follower.lines().some((line) => line.includes('cleared 1 key')));
    const acts = follower.lines().slice(4).map(entryOf);
    expect(acts.at(-1)).toMatchObject({ type: 'clear', companyId: '1', actor: 'ann', source: 'log' });
    // Its beginning may have been seen before its end.
    expect(acts.slice(0, -1).every((e) => e.type === 'clear' && e.details.phase === 'intent')).toBe(true);
    expect(await follower.end('SIGINT')).toEqual({ exitCode: 130, stderr: '' });
  });

  it('finds companies that come, shows the types and keys asked for, and ends with 143 on SIGTERM', async () => {
    const follower = await follow(['--type', 'miss,budget', '--key', 's:*', '--format', 'ndjson', ...base]);
    await use(server.url, async (cache) => {
      await cache.get('new', 's:1');
      await cache.get('new', 'other');
      await cache.set('new', 's:1', 'v');
    });
    expect(brief(await follower.until(1))).toEqual(['miss new s:1']);
    await use(server.url, (cache) => cache.get('newer', 's:2'));
    expect(brief(await follower.until(2))).toEqual(['miss new s:1', 'miss newer s:2']);
    expect(await follower.end('SIGTERM')).toEqual({ exitCode: 143, stderr: '' });
  });

  it('as a table prints plain lines without escapes from keys', async () => {
    await use(server.url, (cache) => cache.get('1', 'first'));
    const follower = await follow([...base]);
    await follower.until(1);
    await use(server.url, (cache) => cache.get('1', 'bad\u001b[31m'));
    const [first, second] = await follower.until(2);
    expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}miss {2}1 {2}first /);
    expect(second).toMatch(/miss {2}1 {2}bad\\x1b\[31m /);
    expect((await follower.end('SIGINT')).exitCode).toBe(130);
  });

  it('shows price changes as they are made', async () => {
    const follower = await follow(['--type', 'pricing', '--format', 'ndjson', ...base]);
    const change = (newValue: number) =>
      inStore(state, (store) =>
        store.pricing.update(() => ({
          history: [
            {
              timestamp: new Date(),
              service: 'redis',
              field: 'storageCostPerMB',
              oldValue: 0.08,
              newValue,
              changedBy: 'ann',
              reason: 'r',
              impactEstimate: null,
            },
          ],
        })),
      );
    await change(0.09);
    await follower.until(1);
    await change(0.1);
    const values = (await follower.until(2)).map((line) => entryOf(line).details.newValue);
    expect(values).toEqual([0.09, 0.1]);
    await follower.end('SIGINT');
  });

  it('a pipe that is closed ends it, quietly', async () => {
    await use(server.url, (cache) => cache.get('1', 'first'));
    const env = await cleanEnvironment();
    const command = `"${process.execPath}" "${launcher}" activity --follow ${base.join(' ')} | head -1; echo "ended \${PIPESTATUS[0]}"`;
    const shell = execa('bash', ['-c', command], { env, extendEnv: false, reject: false, timeout: 50_000 });
    let n = 0;
    // Whoever writes finds out that nobody reads: events come until it has.
    const writing = setInterval(
      () => void redis.xadd('rcm:{1}:events', '*', 't', Date.now(), 'k', `k${n++}`, 'o', 'h'),
      200,
    );
    const { stdout, stderr } = await shell;
    clearInterval(writing);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stdout).toContain('ended 0');
  });

  it('goes on when Redis was killed and is back, and shows the log meanwhile', async () => {
    let own = await startRedis();
    const { port } = own;
    const flags = ['--redis-url', own.url, '--state-file', state];
    await use(own.url, (cache) => cache.get('1', 'before'));
    const follower = await follow(['1', '--format', 'ndjson', ...flags]);
    expect(brief(await follower.until(1))).toEqual(['miss 1 before']);
    await own.kill();
    await follower.untilStderr('Live access events are missing');
    await inStore(state, (store) =>
      store.activity.append([
        {
          companyId: '1',
          timestamp: new Date(),
          eventType: 'policy',
          key: null,
          details: { maxTtlSeconds: 60 },
          metadata: {},
        },
      ]),
    );
    expect(brief(await follower.until(2)).slice(1)).toEqual(['policy 1 -']);
    await own.stop();
    own = await startRedis({ port });
    await follower.untilStderr('Live access events are shown again');
    await use(own.url, (cache) => cache.get('1', 'after'));
    expect(brief(await follower.until(3)).slice(2)).toEqual(['miss 1 after']);
    const { exitCode, stderr } = await follower.end('SIGINT');
    expect(exitCode).toBe(130);
    // Said once each, however often it was tried.
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    await own.stop();
  });

  it('begins without Redis, and goes on when it is there', async () => {
    const first = await startRedis();
    const { port, url } = first;
    await first.stop();
    const follower = await follow(['--format', 'ndjson', '--redis-url', url, '--state-file', state]);
    await follower.untilStderr('Live access events are not shown');
    const own = await startRedis({ port });
    await follower.untilStderr('shown again');
    await use(own.url, (cache) => cache.get('1', 'now'));
    expect(brief(await follower.until(1))).toEqual(['miss 1 now']);
    expect((await follower.end('SIGINT')).exitCode).toBe(130);
    await own.stop();
  });
});

it('rcm activity --follow on a cluster', async () => {
  const cluster = await startCluster();
  const client = new Cluster([cluster.url]);
  const ids = ['1', '2', '3', '4', '5'];
  await use(client, (cache) => Promise.all(ids.map((id) => cache.get(id, 'before'))));
  const follower = await follow(['--format', 'ndjson', '--redis-url', cluster.url, '--state-file', await stateFile()]);
  expect(brief(await follower.until(5)).sort()).toEqual(ids.map((id) => `miss ${id} before`));
  await use(client, (cache) => Promise.all([...ids, '6'].map((id) => cache.get(id, 'after'))));
  expect(
    brief(await follower.until(11))
      .slice(5)
      .sort(),
  ).toEqual([...ids, '6'].map((id) => `miss ${id} after`));
  expect(await follower.end('SIGINT')).toEqual({ exitCode: 130, stderr: '' });
  client.disconnect();
  await cluster.stop();
});

describeMongo('rcm activity --follow with MongoDB', () => {
  let server: RedisServer;
  let proxy: TcpProxy | undefined;
  const database = mongoForTests();
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    await proxy?.stop();
    await database.drop();
    await server.stop();
  });

  it('goes on when the connection was cut, and shows what was logged meanwhile', async () => {
    const at = new URL(database.uri);
    proxy = await startTcpProxy(Number(at.port));
    const through = new URL(database.uri);
    through.host = `127.0.0.1:${proxy.port}`;
    const store = await openStore({
      mongodbUri: database.uri,
      stateFile: '/nonexistent/rcm.db',
      collections: DEFAULT_PLATFORM_COLLECTIONS,
    });
    const log = (reason: string) =>
      store.activity.append([
        {
          companyId: '1',
          timestamp: new Date(),
          eventType: 'fix',
          key: null,
          details: { reason },
          metadata: { reason },
        },
      ]);
    await log('before');
    const flags = ['--redis-url', server.url, '--mongodb-uri', through.toString()];
    const follower = await follow(['--format', 'ndjson', '--type', 'fix', ...flags]);
    const reasons = async (n: number) => (await follower.until(n)).map((line) => entryOf(line).reason);
    expect(await reasons(1)).toEqual(['before']);
    await proxy.cut();
    await follower.untilStderr('Entries of the log are missing');
    await log('meanwhile');
    await proxy.open();
    expect(await reasons(2)).toEqual(['before', 'meanwhile']);
    await follower.untilStderr('Entries of the log are shown again');
    await log('after');
    expect(await reasons(3)).toEqual(['before', 'meanwhile', 'after']);
    expect((await follower.end('SIGINT')).exitCode).toBe(130);
    await store.close();
  });
});
