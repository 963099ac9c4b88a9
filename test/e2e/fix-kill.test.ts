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
  { engine: 'sqlite', describeIt: describe, makeHarness: sqliteHarness, every: 1 },
  { engine: 'mongodb', describeIt: describeMongo, makeHarness: mongoHarness as () => Promise<StoreHarness>, every: 3 },
] as const;

for (const { engine, describeIt, makeHarness, every } of ENGINES) {
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

    const CODES = [
      { code: 'EXCESSIVE_MEMORY', former: FORMER },
      { code: 'CACHE_THRASHING', former: null },
      { code: 'MISSING_TTL', former: FORMER },
    ] as const;

    it.each(CODES)('$code: finished or taken back, at whatever point', async ({ code, former }) => {
      await company(`${code}-whole`, former);
      const whole = await run('-', 'fix', `${code}-whole`, code);
      const { writes, status } = JSON.parse(whole.stdout);
      expect(status, whole.stderr).toBe('applied');
      const applied = await stateOf(`${code}-whole`);
      const points = Array.from({ length: writes * 2 }, (_, i) => `${(i >> 1) + 1}${i % 2 === 0 ? 'before' : 'after'}`);
      const statuses: Record<string, string | undefined> = {};
      const kill = async (point: string) => {
        const id = `${code}-${point}`;
        await company(id, former);
        const before = await stateOf(id);
        expect((await run(point, 'fix', id, code)).signal).toBe('SIGKILL');
        // What the commands do before anything else.
        const recovered = await recoverFixes(ports, act);
        const fix = await fixOf(id);
        statuses[point] = fix?.status;
        expect(recovered.filter(({ companyId, status: now }) => companyId === id && now === null)).toEqual([]);
        if (fix?.status === 'applied') {
          const now = await stateOf(id);
          expect(now.policy).toEqual(applied.policy);
          expect(now.mirror).toEqual(applied.mirror);
          expect(now.keys.map(([key, value, end]) => [String(key).replace(id, ''), value, Number(end) > 0])).toEqual(
            applied.keys.map(([key, value, end]) => [String(key).replace(`${code}-whole`, ''), value, Number(end) > 0]),
          );
          expect((await undoFix(ports, fix.fixId, { withKeys: true, force: false }, act)).record.status).toBe('undone');
        } else if (fix !== undefined) expect(fix.status).toBe('rolled_back');
        expect(await stateOf(id), `${point}: ${fix?.status}`).toEqual(before);
        expect(await redis.keys(`rcm:lock:*${id}*`)).toEqual([]);
        expect((await applyFix(ports, await prepareFix(ports, requestOf(id, code)), act)).record.status).toBe(
          'applied',
        );
      };
      const chosen = points.filter((_, i) => i % every === 0);
      for (let i = 0; i < chosen.length; i += 3) await Promise.all(chosen.slice(i, i + 3).map(kill));
      // Both ways are taken, and nothing else.
      expect(new Set(Object.values(statuses))).toEqual(
        new Set([undefined, 'rolled_back', 'applied'].filter((one) => Object.values(statuses).includes(one))),
      );
      expect(Object.values(statuses)).toContain('applied');
      if (every === 1) expect(Object.values(statuses)).toContain('rolled_back');
    });

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
      const points = Array.from({ length: writes * 2 }, (_, i) => `${(i >> 1) + 1}${i % 2 === 0 ? 'before' : 'after'}`);
      const kill = async (point: string) => {
        const id = `undo-${point}`;
        const { before, fixId } = await applyTo(id);
        expect((await run(point, 'undo', fixId)).signal).toBe('SIGKILL');
        await recoverFixes(ports, act);
        const now = await ports.store.fixes.get(fixId);
        // Killed before its first write it was not begun.
        if (now?.status === 'applied') await undoFix(ports, fixId, { withKeys: true, force: false }, act);
        expect((await ports.store.fixes.get(fixId))?.status).toBe('undone');
        expect(await stateOf(id), point).toEqual(before);
      };
      const chosen = points.filter((_, i) => i % every === 0);
      for (let i = 0; i < chosen.length; i += 3) await Promise.all(chosen.slice(i, i + 3).map(kill));
    });
  });
}

function requestOf(companyId: string, code: 'EXCESSIVE_MEMORY' | 'CACHE_THRASHING' | 'MISSING_TTL') {
  return { company: { companyId, companyName: null }, code, force: true, allowSlow: false };
}
