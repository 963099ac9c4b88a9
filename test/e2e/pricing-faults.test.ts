import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoreHarness } from '../integration/store/harness.js';
import { mongoHarness } from '../integration/store/mongo-harness.js';
import { sqliteHarness } from '../integration/store/sqlite-harness.js';
import { childScript } from '../support/child-script.js';
import { rcm } from '../support/cli.js';
import { CLOSED_PORT } from '../support/fake-server.js';
import { describeMongo } from '../support/mongo/index.js';
import { expectHistoryExplains, recordSnapshot } from './support/pricing.js';
import { expectError } from './support/run.js';

const writer = join(import.meta.dirname, 'support/pricing-process.mjs');
const PROCESSES = 50;
const KILLS = 15;
/** On a busy machine so many processes take long to connect. */
const PATIENCE_MS = '30000';

const ENGINES = [
  { engine: 'mongodb', describeIt: describeMongo, makeHarness: mongoHarness as () => Promise<StoreHarness> },
  { engine: 'sqlite', describeIt: describe, makeHarness: sqliteHarness },
] as const;

for (const { engine, describeIt, makeHarness } of ENGINES) {
  describeIt(`prices and budgets in ${engine}`, () => {
    let harness: StoreHarness;
    let script: string;
    beforeAll(async () => {
      script = await childScript(writer);
      harness = await makeHarness();
    });
    beforeEach(() => harness.reset());
    afterAll(() => harness.destroy());

    const flags = () => {
      const { mongodbUri, stateFile } = harness.options();
      const redis = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`];
      return [...(mongodbUri === undefined ? ['--state-file', stateFile] : ['--mongodb-uri', mongodbUri]), ...redis];
    };
    const withStore = async <T>(work: (store: Awaited<ReturnType<StoreHarness['open']>>) => Promise<T>): Promise<T> => {
      const store = await harness.open();
      return work(store).finally(() => store.close());
    };

    it(`${PROCESSES} processes at once: every change once, in an order that explains what stands`, async () => {
      await withStore((store) => recordSnapshot(store, { a: 100, b: 10 }));
      const lines = ['cache', 'storage', 'calls'];
      const runs = Array.from({ length: PROCESSES }, (_, n) => {
        if (n % 2 === 0) {
          const prices = [`redis.baseServiceCost=${100 + n}`, `mongodb.baseTierCost=${n + 1}`];
          return rcm(['pricing', 'set', ...prices, ...flags()], { env: { RCM_MONGODB_TIMEOUT_MS: PATIENCE_MS } });
        }
        const words = [`company ${n % 4}`, lines[n % 3] as string, String(100 + n)];
        const options = { ...harness.options(), timeouts: { connectMs: Number(PATIENCE_MS) } };
        return execa(process.execPath, [script, 'once', JSON.stringify(options), ...words], { reject: false });
      });
      const failed = (await Promise.all(runs)).filter(({ exitCode }) => exitCode !== 0);
      expect(failed.map(({ stderr }) => stderr)).toEqual([]);
      await withStore(async (store) => {
        await expectHistoryExplains(store, PROCESSES);
        const { priceHistory } = await store.pricing.get();
        const values = priceHistory.filter((e) => e.field !== 'baseTierCost').map((e) => e.newValue as number);
        expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: PROCESSES }, (_, n) => 100 + n));
        const impacts = priceHistory.filter((e) => e.service !== 'budgets').map((e) => e.impactEstimate);
        expect(impacts.every((text) => text?.startsWith('Affects 2 companies'))).toBe(true);
      });
    }, 180_000);

    it(`killed ${KILLS} times at random points: a whole change with its history, or nothing`, async () => {
      let writers = 0;
      for (let n = 0; n < KILLS; n += 1) {
        const child = spawn(process.execPath, [script, 'forever', JSON.stringify(harness.options())], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exited = once(child, 'exit');
        await Promise.race([once(child.stdout, 'data'), exited]);
        await delay(Math.random() * 40);
        child.kill('SIGKILL');
        expect((await exited)[1]).toBe('SIGKILL');
        writers += 1;
        await withStore(async (store) => {
          const { version, priceHistory } = await store.pricing.get();
          expect(priceHistory).toHaveLength(version * 3);
          expect(new Set(priceHistory.map((e) => e.changedBy)).size).toBe(writers);
          await expectHistoryExplains(store, version);
        });
      }
    }, 120_000);

    // The stores' contract suite has the other ways in which a document may be wrong.
    it.each([
      ['an older version: a field is missing', 'providers.twilio', undefined, 'providers.twilio'],
      ['a newer version: a new price', 'providers.redis.pricePerShard', 3, 'providers.redis.pricePerShard'],
    ])('%s: refused with its path, not overwritten', async (_, path, value, named) => {
      expect((await rcm(['pricing', 'set', 'redis.baseServiceCost=25', ...flags()])).exitCode).toBe(0);
      await harness.alterPricing(path, value);
      const before = await harness.rawPricing();
      for (const args of [['get'], ['history'], ['set', 'redis.baseServiceCost=30'], ['history', '--revert', '1']]) {
        const error = args[0] === 'set' ? await expectError(['pricing', ...args, ...flags()], 3) : await failing(args);
        expect(error).toMatchObject({ code: 'RCM_STORE_DAMAGED', message: expect.stringContaining(`at ${named}:`) });
      }
      expect(await harness.rawPricing()).toBe(before);
    });

    const failing = async (args: string[]) => {
      const { exitCode, json } = await rcm(['pricing', ...args, '--json', ...flags()]);
      expect(exitCode).toBe(3);
      return json<{ error: { code: string; message: string } }>().error;
    };
  });
}
