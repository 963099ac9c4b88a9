import type { Redis } from 'ioredis';
import { CompanyCache } from '../../../src/client/index.js';
import { connect, type RedisServer } from '../../support/redis/index.js';
import type { TimeLapse } from '../../support/redis/time-lapse.js';
import type { Differences } from './differences.js';
import { type Expected, Ledger } from './ledger.js';
import type { Op, PlannedCompany } from './plan.js';
import { Stopwatch } from './stopwatch.js';

/** What the companies' applications do through the real client, each access beside what the ledger says of it. Close it. */
export class Application {
  accesses = 0;
  readonly #redis: Redis;
  readonly #recorded: CompanyCache;
  readonly #counted: CompanyCache;
  readonly #stopwatch = new Stopwatch();

  constructor(
    server: RedisServer,
    private readonly lapse: TimeLapse,
    private readonly companies: readonly PlannedCompany[],
    private readonly ledger: Ledger,
    private readonly differences: Differences,
  ) {
    this.#redis = connect(server);
    this.#slowDown();
    const use = { redis: this.#redis, clock: lapse.clock, flushIntervalMs: 30_000, commandTimeoutMs: 20_000 };
    this.#recorded = new CompanyCache(use);
    // Events of all would make the log large, and nothing here rests on them.
    this.#counted = new CompanyCache({ ...use, events: false });
  }

  /** Reads take each company its own time, on the stopwatch. */
  #slowDown(): void {
    const times = new Map(this.companies.map(({ id, commandMs }) => [id, commandMs]));
    const get = this.#redis.get.bind(this.#redis) as (key: string) => Promise<string | null>;
    Object.assign(this.#redis, {
      get: async (key: string) => {
        const text = await get(key);
        this.#stopwatch.take(times.get(key.split(':')[1] ?? '') ?? 0);
        return text;
      },
    });
  }

  /** A quarter of an hour's accesses of all companies at once, and their records written. */
  async access(hour: number, quarter: number): Promise<void> {
    await Promise.all(this.companies.map((company, n) => this.#accessOf(company, n, company.ops(hour, quarter))));
    await this.#recorded.flush();
    await this.#counted.flush();
  }

  async #accessOf({ id, commandMs }: PlannedCompany, n: number, ops: readonly Op[]): Promise<void> {
    const cache = n % 10 === 1 ? this.#recorded : this.#counted;
    const atMs = this.lapse.nowMs;
    for (const op of ops) {
      this.accesses += 1;
      const expected = this.ledger.apply(id, op, atMs, commandMs);
      const got = await this.#stopwatch.run(() => this.#do(cache, id, op, atMs));
      const what = `${id} ${op.kind} ${op.key} at ${new Date(atMs).toISOString()}`;
      this.differences.compare('what the application got', what, got, expected);
    }
  }

  async #do(cache: CompanyCache, id: string, op: Op, atMs: number): Promise<Expected> {
    const options = op.ttl === null ? {} : { ttl: op.ttl };
    const value = Ledger.valueOf(op, atMs);
    if (op.kind === 'get') return { found: await cache.get<string>(id, op.key), removed: 0 };
    if (op.kind === 'delete') return { found: null, removed: await cache.delete(id, op.key) };
    if (op.kind === 'invalidate') return { found: null, removed: await cache.invalidate(id) };
    if (op.kind === 'set') {
      await cache.set(id, op.key, value, options);
      return { found: null, removed: 0 };
    }
    let loaded = false;
    const load = (): string => {
      loaded = true;
      this.#stopwatch.take(op.loadMs);
      return value;
    };
    const found = await cache.wrap(id, op.key, load, options);
    return { found: loaded ? null : found, removed: 0 };
  }

  async close(): Promise<void> {
    this.#stopwatch.restore();
    await this.#recorded.close();
    await this.#counted.close();
    this.#redis.disconnect();
  }
}
