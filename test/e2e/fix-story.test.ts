import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { ownKeys } from '../../src/core/redis/namespace.js';
import type { FixListReport, FixReport } from '../../src/core/services/fix/report.js';
import { contentOf } from '../../src/core/services/policy/change.js';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import { rcm } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { waitUntil } from '../support/wait-until.js';
import { stateFile } from './support/clearing.js';

const script = join(import.meta.dirname, 'support/story-app.mjs');
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** The application, and what it counts itself. */
function startApp(companyId: string) {
  const child = spawn(process.execPath, [script, server.url, companyId], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  let now = { atMs: 0, reads: 0, loads: 0 };
  const told = [now];
  createInterface({ input: child.stdout }).on('line', (line) => {
    now = JSON.parse(line);
    told.push(now);
  });
  return {
    reads: (n: number) =>
      waitUntil(
        `${n} more reads`,
        (
          (target) => () =>
            now.reads >= target
        )(now.reads + n),
      ),
    /** Percent of the next n reads that needed no load, counted by the application. */
    async hitRate(n: number): Promise<number> {
      const { reads, loads } = now;
      await waitUntil(`${n} more reads`, () => now.reads >= reads + n);
      return 100 * (1 - (now.loads - loads) / (now.reads - reads));
    },
    /** The same of what was read in a span of time. */
    hitRateIn(from: string, to: string): number {
      const at = (time: string) => told.findLast(({ atMs }) => atMs <= Date.parse(time)) ?? now;
      const [first, last] = [at(from), at(to)];
      return 100 * (1 - (last.loads - first.loads) / (last.reads - first.reads));
    },
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

it('thrashing by config updates is found with its cause, fixed, measured, and undone', async () => {
  const state = await stateFile();
  const flags = ['--redis-url', server.url, '--state-file', state];
  const env = { RCM_FIX_MIN_UPDATE_INTERVAL_SECONDS: '2', RCM_FIX_MEASURE_AFTER_READS: '600' };
  const run = (...words: string[]) => rcm([...words, ...flags], { env });
  // A company under study: its events are kept in a long stream.
  const store = await openStore({ stateFile: state, collections: DEFAULT_PLATFORM_COLLECTIONS });
  const former = {
    ...{ minTtlSeconds: null, maxTtlSeconds: 3600, segments: [], cachingEnabled: true },
    ...{ minUpdateIntervalSeconds: null, eventsMax: 16_384, reviewReason: null },
  };
  await store.policies.put({ ...former, companyId: 'story', setBy: 'ann', setAt: new Date(), reason: 'study' }, 0);
  const redis = connect(server);
  await redis.hset(ownKeys.policy('story'), { cachingEnabled: '1', maxTtlSeconds: '3600', eventsMax: '16384' });

  const app = startApp('story');
  await app.reads(200);
  const bad = await app.hitRate(100);
  expect(bad).toBeLessThan(50);

  let found = '';
  await waitUntil(
    () => `the thrashing to be found: ${found}`,
    async () => {
      const detected = await run('detect', 'story', '--json');
      found = detected.stdout;
      const { issues } = detected.json<{ issues: { code: string; rootCauses: { cause: string }[] }[] }>();
      return issues.some(({ code, rootCauses }) => code === 'CACHE_THRASHING' && rootCauses[0]?.cause === 'cleared');
    },
  );

  const preview = await run('fix', 'story', 'thrashing', '--dry-run');
  expect(preview).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('stale for up to 2s') });
  expect(preview.stdout).toContain('predicted');
  expect(await redis.hgetall(ownKeys.policy('story'))).toMatchObject({ maxTtlSeconds: '3600' });

  const fixed = await run('fix', 'story', 'CACHE_THRASHING', '--yes', '--json', '--reason', 'config updates');
  expect(fixed.exitCode, fixed.stdout + fixed.stderr).toBe(0);
  const fix = fixed.json<FixReport>();
  expect(fix).toMatchObject({ success: true, status: 'applied', staleSeconds: 300 });
  const predicted = fix.predicted.hitRate;
  expect(predicted?.after).toBeGreaterThan((predicted?.before ?? 100) + 20);

  let listed: FixListReport['fixes'][number] | undefined;
  const began = Date.now();
  await waitUntil('enough was read since', async () => {
    listed = (await run('fix', 'list', '--json')).json<FixListReport>().fixes[0];
    return listed?.measured != null;
  });
  expect(Date.now() - began).toBeGreaterThan(4000);
  const good = await app.hitRate(150);
  expect(good).toBeGreaterThan(bad + 20);
  const measured = listed?.measured;
  expect(measured?.hitRate).toBeGreaterThan(bad + 20);
  // As the application counted them itself, in the same time.
  const own = app.hitRateIn(measured?.from ?? '', measured?.to ?? '');
  expect(Math.abs((measured?.hitRate ?? 0) - own)).toBeLessThan(10);
  // What was predicted came about, as far as the application reads as fast as before.
  expect(Math.abs((measured?.hitRate ?? 0) - (predicted?.after ?? 0))).toBeLessThan(30);
  const table = await run('fix', 'list');
  expect(table.stdout).toContain(`${fix.fixId}`);
  expect(table.stdout).toMatch(/Predicted +Measured/);

  expect((await run('fix', 'undo', fix.fixId as string, '--yes')).exitCode).toBe(0);
  expect(contentOf(await store.policies.get('story'))).toEqual(former);
  await waitUntil('the application is as bad as before', async () => (await app.hitRate(60)) < good - 20);
  await app.stop();
  const { version: _, ...mirror } = await redis.hgetall(ownKeys.policy('story'));
  expect(mirror).toEqual({ cachingEnabled: '1', maxTtlSeconds: '3600', eventsMax: '16384' });
  const after = (await run('fix', 'list', '--json')).json<FixListReport>().fixes[0];
  expect(after).toMatchObject({ status: 'undone', measured: expect.objectContaining({ source: 'events' }) });
  redis.disconnect();
  await store.close();
}, 120_000);
