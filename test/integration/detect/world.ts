import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { CompanyCache, type CompanyCacheOptions } from '../../../src/client/index.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/domain/units.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import { type DetectResult, detect } from '../../../src/core/services/detect/detect.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import type { ImportedCompany } from '../../../src/core/store/store.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { TimeLapse } from '../../support/redis/time-lapse.js';
import { tempDir } from '../../support/temp-dir.js';
import { waitUntil } from '../../support/wait-until.js';
import { type Rig, rigOn } from '../services/rig.js';

/** Numbers that look random and are the same in every run (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The company that a scenario is about. */
export const ID = 'acme';
const CALLS_A_MONTH = 15_000;

/** A platform of its own on a real Redis, whose time passes as a scenario wants. */
export class World {
  readonly random: () => number;
  readonly lapse: TimeLapse;
  #cache: CompanyCache | null = null;
  #options: Partial<CompanyCacheOptions> = {};
  /** Imported as the platform's companies before anything is found; null: there is no list. */
  companies: ImportedCompany[] | null = [company(ID)];

  private constructor(
    public server: RedisServer,
    readonly redis: Redis,
    readonly rig: Rig,
    seed: number,
    startMs: number,
  ) {
    this.random = randomOf(seed);
    this.lapse = new TimeLapse(redis, startMs);
  }

  /** @param hours that the scenario will take: it ends about now, by Redis's clock */
  static async create(server: RedisServer, hours: number, seed: number): Promise<World> {
    const redis = connect(server);
    redis.on('error', () => undefined); // commands reject with it
    await redis.flushall();
    await redis.config('SET', 'maxmemory', '0');
    await redis.config('RESETSTAT');
    const rig = await rigOn(server.url);
    const world = new World(server, redis, rig, seed, Date.now() - hours * HOUR_MS);
    rig.ports.clock = () => new Date(world.lapse.nowMs);
    await world.price({});
    return world;
  }

  /** How the application uses its cache. */
  use(options: Partial<CompanyCacheOptions>): void {
    this.#options = options;
  }

  get cache(): CompanyCache {
    this.#cache ??= new CompanyCache({
      redis: this.redis,
      flushIntervalMs: 30_000,
      clock: this.lapse.clock,
      ...this.#options,
    });
    return this.#cache;
  }

  /** Another process of the platform. Close it. */
  anotherApplication(): CompanyCache {
    return new CompanyCache({ redis: this.redis, flushIntervalMs: 30_000, clock: this.lapse.clock });
  }

  pass(seconds: number): Promise<number> {
    return this.lapse.pass(Math.round(seconds * SECOND_MS));
  }

  /** A read that loads what is absent. @param ttl seconds; @param value what the loader finds */
  read(key: string, ttl: number | undefined, value: unknown = { plan: 'gold', of: key }): Promise<unknown> {
    return this.cache.wrap(ID, key, () => value, ttl === undefined ? {} : { ttl });
  }

  /** Reads keys in turn, `every` seconds a round, writing the records down now and then. */
  async rounds(
    n: number,
    keys: readonly string[],
    every: number,
    ttl: number | undefined,
    value?: unknown,
  ): Promise<void> {
    for (let round = 0; round < n; round += 1) {
      for (const key of keys) await this.read(key, ttl, value);
      await this.pass(every);
      if (round % 5 === 4) await this.cache.flush();
    }
  }

  /** Prices and budgets such that nothing is over its budget, unless a scenario wants it so. */
  async price(change: { queryCost?: number; base?: number; cache?: number; storage?: number }): Promise<void> {
    await this.rig.ports.store.pricing.update((current) => ({
      providers: {
        ...current.providers,
        redis: { ...current.providers.redis, baseServiceCost: change.base ?? 1 },
        mongodb: { ...current.providers.mongodb, queryCost: change.queryCost ?? 1e-6 },
      },
      budgets: {
        ...current.budgets,
        defaultPerCompany: { cache: change.cache ?? 100, storage: change.storage ?? 100, calls: 1000 },
      },
      history: [],
    }));
  }

  /** Six days of snapshots of what there is now: what is usual. */
  async usual(): Promise<void> {
    await this.list();
    for (let day = 0; day < 6; day += 1) {
      await takeSnapshot(this.rig.ports);
      await this.lapse.pass(DAY_MS - (day === 5 ? 10 * MINUTE_MS : 0));
    }
  }

  async list(): Promise<void> {
    const { store } = this.rig.ports;
    if (this.companies !== null) await store.companies.replaceImported(this.companies, new Date(this.lapse.nowMs));
  }

  /** Redis starts again: it has lost the company's keys, as one node of a cluster would, and kept what was recorded. */
  async restartRedis(): Promise<void> {
    await this.cache.flush();
    const own = await this.redis.keys(`company:${ID}:*`);
    if (own.length > 0) await this.redis.del(...own);
    await this.redis.save();
    const dir = await tempDir('restarted');
    const [, from] = (await this.redis.config('GET', 'dir')) as [string, string];
    await copyFile(join(from, 'dump.rdb'), join(dir, 'dump.rdb'));
    const { port } = this.server;
    await this.server.stop();
    this.server = await startRedis({ port, config: [`dir ${dir}`] });
    this.rig.ports.redis.close();
    this.rig.ports.redis = await connectRedis(this.rig.ports.config.redis);
    await waitUntil('the application is connected', async () => this.redis.status === 'ready');
  }

  async find(): Promise<DetectResult> {
    await this.cache.flush();
    await this.list();
    return detect(this.rig.ports, { windowMs: DAY_MS, fresh: true });
  }

  async close(): Promise<void> {
    await this.#cache?.close();
    await this.redis.config('SET', 'maxmemory', '0');
    this.redis.disconnect();
    this.rig.ports.redis.close();
    await this.rig.close();
  }
}

export function company(companyId: string, usage: Partial<ImportedCompany> = {}): ImportedCompany {
  return {
    companyId,
    companyName: companyId.toUpperCase(),
    storageBytes: 0,
    calls: CALLS_A_MONTH,
    minutes: 0,
    recordingBytes: 0,
    ...usage,
  };
}

export function keys(n: number, kind = 'profile'): string[] {
  return Array.from({ length: n }, (_, i) => `${kind}:${i}`);
}
