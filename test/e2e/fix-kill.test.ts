import { join } from 'node:path';
import { execa } from 'execa';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/core/config/schema.js';
import type { FixRecord } from '../../src/core/domain/fix.js';
import { connectRedis } from '../../src/core/redis/connect/connect.js';
import { ownKeys } from '../../src/core/redis/namespace.js';
import { policyHash } from '../../src/core/redis/policy-mirror.js';
import { applyFix } from '../../src/core/services/fix/apply.js';
import { type FixPorts, fixPorts } from '../../src/core/services/fix/ports.js';
import { prepareFix } from '../../src/core/services/fix/prepare.js';
import { recoverFixes } from '../../src/core/services/fix/recover.js';
import { undoFix } from '../../src/core/services/fix/undo.js';
import { contentOf, NO_POLICY } from '../../src/core/services/policy/change.js';
import type { StoreHarness } from '../integration/store/harness.js';
import { mongoHarness } from '../integration/store/mongo-harness.js';
import { sqliteHarness } from '../integration/store/sqlite-harness.js';
import { describeMongo } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';

const script = join(import.meta.dirname, 'support/fix-process.mjs');
const act = { actor: 'a test', reason: null };
const FORMER = { ...NO_POLICY, maxTtlSeconds: 500, minUpdateIntervalSeconds: 7, reviewReason: 'before' };
const KEYS = 30;

const ENGINES = [
  { engine: 'sqlite', describeIt: describe, makeHarness: sqliteHarness, codes: 3, every: 1 },
  {
    engine: 'mongodb',
    describeIt: describeMongo,
    makeHarness: mongoHarness as () => Promise<StoreHarness>,
    codes: 1,
    every: 4,
  },
] as const;

for (const { engine, describeIt, makeHarness, codes, every } of ENGINES) {
  describeIt(`a fix that is killed, with ${engine}`, () => {
    let server: RedisServer;
    let redis: Redis;
    let harness: StoreHarness;
    let ports: FixPorts;
    let folder: string;
    let close: () => Promise<void>;
    beforeAll(async () => {
      server = await startRedis();
      redis = connect(server);
      harness = await makeHarness();
      await harness.reset();
      folder = await tempDir('fix');
      const config = configSchema.parse({ redis: { url: server.url }, fix: { obeySeconds: 0 } });
      const [connection, store] = await Promise.all([connectRedis(config.redis), harness.open()]);
      ports = fixPorts(
        { config, redis: connection, store, clock: () => new Date() },
        folder,
        `${folder}/unlogged.ndjson`,
      );
      close = async () => {
        connection.close();
        await store.close();
      };
    });
    afterAll(async () => {
      await close();
      await harness.destroy();
      redis.disconnect();
      await server.stop();
    });

    /** A run that has fewer writes than the first had (SCAN's pages vary with the load) ends before its point comes. */
    const killed = async (killAt: string, ...words: string[]) => {
      const { signal, stdout, stderr } = await run(killAt, ...words);
      if (signal === undefined && stdout !== '' && JSON.parse(stdout).writes < Number.parseInt(killAt, 10)) return;
      expect(signal, `${killAt}: ${stdout}${stderr}`).toBe('SIGKILL');
    };
    const run = (killAt: string, ...words: string[]) =>
      execa(process.execPath, [script, server.url, JSON.stringify(harness.options()), folder, killAt, ...words], {
        reject: false,
      });
    const company = async (id: string, former: typeof FORMER | null) => {
      for (let n = 0; n < KEYS; n += 1)
        await (n % 2 === 0
          ? redis.set(`company:${id}:${n}`, `v${n}`)
          : redis.set(`company:${id}:${n}`, `v${n}`, 'PXAT', 4_000_000_000_000 + n));
      if (former === null) return;
      const meta = { companyId: id, setBy: 'ann', setAt: new Date(0), reason: 'before' };
      await redis.hset(ownKeys.policy(id), policyHash(await ports.store.policies.put({ ...former, ...meta }, 0)));
    };
    /** Keys with values and ends, and the policy, in the store and in Redis. */
    const stateOf = async (id: string) => {
      const names = (await redis.keys(`company:${id}:*`)).sort();
      const keys = await Promise.all(
        names.map(async (key) => [key, await redis.get(key), await redis.call('PEXPIRETIME', key)]),
      );
      const { version: _, ...mirror } = await redis.hgetall(ownKeys.policy(id));
      return { keys, policy: contentOf(await ports.store.policies.get(id)), mirror };
    };
    const fixOf = async (id: string): Promise<FixRecord | undefined> =>
      (await ports.store.fixes.list({ companyId: id, limit: 1 }))[0];

    const fixes = [
      { code: 'EXCESSIVE_MEMORY', former: FORMER, each: 1 },
      { code: 'CACHE_THRASHING', former: null, each: 2 },
      { code: 'MISSING_TTL', former: FORMER, each: 2 },
    ] as const;

    it.each(fixes.slice(0, codes))(
      '$code: finished or taken back, at whatever point',
      async ({ code, former, each }) => {
        await company(`${code}-whole`, former);
        const whole = await run('-', 'fix', `${code}-whole`, code);
        const { writes, status } = JSON.parse(whole.stdout);
        expect(status, whole.stderr).toBe('applied');
        const applied = await stateOf(`${code}-whole`);
        const points = pointsOf(writes, Math.max(each, every));
        const before = new Map<string, Awaited<ReturnType<typeof stateOf>>>();
        await inTurn(points, async (point) => {
          await company(`${code}-${point}`, former);
          before.set(point, await stateOf(`${code}-${point}`));
          await killed(point, 'fix', `${code}-${point}`, code);
        });
        // What each command does before anything else.
        const recovered = await recoverFixes(ports, act);
        expect(recovered.filter((one) => one.status === null)).toEqual([]);
        const statuses = new Set<string | undefined>();
        for (const point of points) {
          const id = `${code}-${point}`;
          const fix = await fixOf(id);
          statuses.add(fix?.status);
          if (fix?.status === 'applied') {
            const now = await stateOf(id);
            expect({ policy: now.policy, mirror: now.mirror }).toEqual({
              policy: applied.policy,
              mirror: applied.mirror,
            });
            expect(now.keys.map(([, value, end]) => [value, Number(end) > 0])).toEqual(
              applied.keys.map(([, value, end]) => [value, Number(end) > 0]),
            );
            expect((await undoFix(ports, fix.fixId, { withKeys: true, force: false }, act)).record.status).toBe(
              'undone',
            );
          }
          expect(await stateOf(id), `${point}: ${fix?.status}`).toEqual(before.get(point));
          if (point !== points.at(-1)) continue;
          const again = await applyFix(ports, await prepareFix(ports, requestOf(id, code)), act);
          expect(again.record.status).toBe('applied');
        }
        // Killed before the journal knew of it; before and after what cannot be taken back lightly.
        expect([...statuses].sort()).toEqual(['applied', 'rolled_back', undefined]);
      },
      180_000,
    );

    it('an undo goes on, at whatever point', async () => {
      const code = 'EXCESSIVE_MEMORY';
      const applyTo = async (id: string) => {
        await company(id, FORMER);
        const before = await stateOf(id);
        const { record } = await applyFix(ports, await prepareFix(ports, requestOf(id, code)), act);
        return { before, fixId: record.fixId };
      };
      const whole = await applyTo('undo-whole');
      const { stdout, stderr } = await run('-', 'undo', whole.fixId);
      const { writes, status } = JSON.parse(stdout || '{}');
      expect(status, stderr).toBe('undone');
      const points = pointsOf(writes, Math.max(2, every));
      const made = new Map<string, Awaited<ReturnType<typeof applyTo>>>();
      await inTurn(points, async (point) => {
        const { before, fixId } = await applyTo(`undo-${point}`);
        made.set(point, { before, fixId });
        await killed(point, 'undo', fixId);
      });
      await recoverFixes(ports, act);
      for (const [point, { before, fixId }] of made) {
        const now = await ports.store.fixes.get(fixId);
        // Killed before its first write it was not begun.
        if (now?.status === 'applied') await undoFix(ports, fixId, { withKeys: true, force: false }, act);
        expect((await ports.store.fixes.get(fixId))?.status).toBe('undone');
        expect(await stateOf(`undo-${point}`), point).toEqual(before);
      }
    }, 180_000);
  });
}

/** After each write of the store, or each few of them: all that happens lies between two of these. The first is `1before`. */
function pointsOf(writes: number, every: number): string[] {
  const all = Array.from({ length: writes }, (_, i) => `${i + 1}after`);
  return ['1before', ...all.filter((_, i) => i % every === every - 1 || i === all.length - 1)];
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([lane(), lane(), lane()]);
}

function requestOf(companyId: string, code: 'EXCESSIVE_MEMORY' | 'CACHE_THRASHING' | 'MISSING_TTL') {
  return { company: { companyId, companyName: null }, code, force: true, allowSlow: false };
}
