import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcm } from '../support/cli.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { jsonOf } from './support/clearing.js';
import type { ChangeReport } from './support/pricing.js';
import type { ShortReport } from './support/run.js';
import { HOSTILE_IDS, seedCompanies, sizesOf } from './support/seed.js';
import { type SeededStore, STORES } from './support/stores.js';

const [MB, GB] = [1024 ** 2, 1024 ** 3];

// Master plan, phase 2: "Update MongoDB storage cost from $0.25 to $0.27; verify all costs recalculate".
for (const { engine, describe: describeIt = describe, seed } of STORES) {
  describeIt(`a dearer MongoDB recalculates every company, ${engine}`, () => {
    let server: RedisServer;
    let redis: Redis;
    let store: SeededStore;
    let storageGB: Map<string, number | null>;
    let bytes: Map<string, { bytes: number }>;
    beforeAll(async () => {
      server = await startRedis();
      redis = connect(server);
      bytes = await sizesOf(redis, await seedCompanies(redis, HOSTILE_IDS));
      store = await seed(HOSTILE_IDS, []);
      if (engine === 'mongodb') await enlarge(store.flags[1] as string);
      storageGB = new Map();
      for (const id of HOSTILE_IDS) {
        const { storageBytes } = await store.usageOf(id);
        storageGB.set(id, storageBytes === null ? null : storageBytes / GB);
      }
    });
    afterAll(async () => {
      await store.close();
      redis.disconnect();
      await server.stop();
    });

    /** Every company has something stored, so that two cents are seen in six decimals. */
    async function enlarge(uri: string): Promise<void> {
      const client = await new mongo.MongoClient(uri).connect();
      const large = Array.from({ length: 20 }, () => ({ recording: randomBytes(400_000).toString('base64') }));
      await client.db().collection('v2aiagentcalllogs').insertMany(large);
      await client.close();
    }
    const flags = () => ['--redis-url', server.url, ...store.flags];
    const companies = async () => (await jsonOf<ShortReport>(['companies', ...flags()])).report;
    const expectCosts = ({ companies: all, platformStats }: ShortReport, perGB: number): void => {
      expect(all.map((c) => c.companyId).sort()).toEqual([...HOSTILE_IDS].sort());
      for (const { companyId, costs } of all) {
        const gb = storageGB.get(companyId) ?? null;
        // No reads are recorded: what the queries cost is unknown, and the rest is the storage.
        expect(costs.mongodb).toEqual(gb === null ? null : expect.closeTo(gb * perGB, 6));
        const mb = (bytes.get(companyId)?.bytes ?? Number.NaN) / MB;
        expect(costs.redis).toBeCloseTo(mb * 0.08 + 20 / HOSTILE_IDS.length, 6);
      }
      const total = [...storageGB.values()].reduce<number>((sum, gb) => sum + (gb ?? 0) * perGB, 20);
      const cache = [...bytes.values()].reduce((sum, one) => sum + (one.bytes / MB) * 0.08, 0);
      expect(platformStats.totalCost).toBeCloseTo(total + cache, 4);
    };

    it('before, in the preview, after and in the history', async () => {
      expectCosts(await companies(), 0.25);
      const stored = [...storageGB.values()].filter((gb) => gb !== null && gb > 0) as number[];
      expect(stored.length).toBeGreaterThanOrEqual(5);
      const more = stored.reduce((sum, gb) => sum + gb * 0.02, 0);

      const set = [
        'pricing',
        'set',
        'mongodb.storageCostPerGB=$0.27',
        '--reason',
        'MongoDB Atlas price increase',
        ...flags(),
      ];
      const { report } = await jsonOf<ChangeReport>([...set, '--actor', 'admin@company.com']);
      expect(report.impact).toMatchObject({
        source: 'measured',
        companies: HOSTILE_IDS.length,
        affected: stored.length,
      });
      expect(report.impact?.total.change).toBeCloseTo(more, 9);

      expectCosts(await companies(), 0.27);
      const { entries } = (await rcm(['pricing', 'history', '--json', ...flags()])).json<{ entries: object[] }>();
      expect(entries).toEqual([
        {
          change: 1,
          timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
          path: 'providers.mongodb.storageCostPerGB',
          companyId: null,
          companyName: null,
          service: 'mongodb',
          field: 'storageCostPerGB',
          oldValue: 0.25,
          newValue: 0.27,
          changedBy: 'admin@company.com',
          reason: 'MongoDB Atlas price increase',
          impactEstimate: report.impactEstimate,
        },
      ]);
      expect(report.impactEstimate).toMatch(new RegExp(`^Affects ${stored.length} companies, \\+\\$`));
    });

    it('and back again', async () => {
      const { exitCode } = await jsonOf<ChangeReport>(['pricing', 'history', '--revert', '1', ...flags()]);
      expect(exitCode).toBe(0);
      expectCosts(await companies(), 0.25);
    });
  });
}
