import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/index.js';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/domain/units.js';
import { applyToExisting } from '../../../src/core/services/ttl/existing.js';
import { previewTtl } from '../../../src/core/services/ttl/preview.js';
import { applyTtl, planTtl } from '../../../src/core/services/ttl/set.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { TimeLapse } from '../../support/redis/time-lapse.js';
import { type Rig, rigOn } from './rig.js';

const START = Date.parse('2026-03-01T08:00:00Z');
const COMPANY = '12';
const KEYS = 400;
const SPAN_MS = 8 * HOUR_MS;
const STEP_MS = MINUTE_MS / 2;
const act = { actor: 'ann@host', reason: 'try' };

describe('a TTL that was predicted and then set', () => {
  let server: RedisServer;
  let rig: Rig;
  beforeAll(async () => {
    server = await startRedis();
    rig = await rigOn(server.url);
  });
  afterAll(async () => {
    await rig.close();
    await server.stop();
  });

  it('is achieved within 2 points, longer and shorter, through the client and its recorded accesses', async () => {
    const redis = connect(server);
    const lapse = new TimeLapse(redis, START);
    const ports = { ...rig.ports, clock: () => new Date(lapse.nowMs) };
    const set = async (change: { ttl?: number; eventsMax?: number }, existing = false) => {
      const { ttl, eventsMax } = change;
      const bounds = ttl === undefined ? {} : { minTtlSeconds: ttl, maxTtlSeconds: ttl };
      const plan = await planTtl(ports, {
        ...{ word: COMPANY, parts: false, preset: null },
        change: { segment: null, ...bounds, ...(eventsMax === undefined ? {} : { eventsMax }) },
      });
      await applyTtl(ports, plan, act);
      if (existing) await applyToExisting(ports, plan, { ...act, segment: null, dryRun: false, maxRate: undefined });
    };
    await redis.set(`company:${COMPANY}:seed`, '1', 'EX', 60);
    await set({ eventsMax: 16_384 });
    // Reads its policy again and again, as in an application that runs for hours.
    const cache = new CompanyCache({
      redis: server.url,
      clock: lapse.clock,
      policyLifetimeMs: 50,
      flushIntervalMs: 30_000,
    });
    const traffic = new Traffic(cache, lapse);
    try {
      await traffic.run(SPAN_MS);
      const { report } = await previewTtl(ports, COMPANY, {
        ttls: [3 * MINUTE_MS, 40 * MINUTE_MS].map((ms) => ms / 1000),
      });
      expect(report).toMatchObject({
        enough: true,
        source: { sampledShare: 1 },
        today: { ttlSeconds: 600 },
        warnings: [],
      });
      expect(report.today?.replayedHitRate).toBeCloseTo(report.today?.recordedHitRate as number, 0);
      const [shorter, longer] = report.predictions.map(({ hitRate }) => hitRate as number) as [number, number];
      expect(longer - shorter).toBeGreaterThan(20);

      await set({ ttl: 2400 });
      await policyIsRead();
      const longerAchieved = await traffic.run(SPAN_MS);
      expect(Math.abs(longerAchieved - longer)).toBeLessThan(2);

      await set({ ttl: 180 }, true);
      await policyIsRead();
      const shorterAchieved = await traffic.run(SPAN_MS);
      expect(Math.abs(shorterAchieved - shorter)).toBeLessThan(2);
    } finally {
      await cache.close();
      redis.disconnect();
    }
  });
});

async function policyIsRead(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 60));
}

/** Reads of keys of very different popularity, at times that a fixed seed chooses. */
class Traffic {
  #seed = 7;

  constructor(
    private readonly cache: CompanyCache,
    private readonly lapse: TimeLapse,
  ) {}

  /** @returns the achieved hit rate in percent */
  async run(ms: number): Promise<number> {
    let [gets, misses] = [0, 0];
    for (let step = 0; step * STEP_MS < ms; step += 1) {
      // Reads of one key at the same moment would share one load, and count once.
      const keys = new Set(Array.from({ length: 10 }, () => `scenario:${Math.floor(KEYS * this.#random() ** 3)}`));
      const load = () => {
        misses += 1;
        return 'v'.repeat(500);
      };
      await Promise.all([...keys].map((key) => this.cache.wrap(COMPANY, key, load, { ttl: 600 })));
      gets += keys.size;
      if (step % 50 === 0) await this.cache.flush();
      await this.lapse.pass(STEP_MS);
    }
    await this.cache.flush();
    return 100 * (1 - misses / gets);
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }
}
