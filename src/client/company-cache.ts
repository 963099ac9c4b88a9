import type { Cluster, Redis } from 'ioredis';
import { redisError } from '../core/redis/redis-error.js';
import { CompanyState, type Flight, type Stored } from './company-state.js';
import { ConfigUpdates } from './config-updates.js';
import { mainConnection, RecordingConnection } from './connections.js';
import { Deadlines } from './deadlines.js';
import { assertTtl, type CompanyCacheOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { Policies } from './policies.js';
import { Recorder } from './recorder.js';
import { removeCompanyKeys } from './remove-company.js';
import { onSignals } from './signals.js';
import { microsSince, UNREADABLE, Values } from './values.js';

export interface StoreOptions {
  /** Seconds that the value lives; the company's policy may raise or lower it. */
  ttl?: number;
}

const FLUSH_CONNECT_MS = 2000;

/**
 * A cache per company in a shared Redis, which honours the companies' policies and records how well it works.
 *
 * Redis may be slow or away: `get`, `wrap`, `set` and `delete` never fail because of it (they go on without a cache, and
 * count an `error`, which is neither hit nor miss). `null` is a value like any other (`get` cannot tell it from an
 * absent key, `wrap` can); `undefined` cannot be stored. A stored value that cannot be deserialized counts as an error
 * and is treated as absent. Every method rejects with RCM_COMPANY_ID_INVALID for an id that cannot be in a key.
 */
export class CompanyCache {
  readonly #options: ResolvedOptions;
  readonly #redis: Redis | Cluster;
  readonly #ownsRedis: boolean;
  readonly #deadlines: Deadlines;
  readonly #policies: Policies;
  readonly #values: Values;
  readonly #companies = new Map<string, CompanyState>();
  readonly #connection: RecordingConnection;
  readonly #recorder: Recorder;
  readonly #updates: ConfigUpdates;
  readonly #forgetSignals: () => void;
  readonly #work = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  /** @throws RCM_URL_INVALID, RCM_TEMPLATE_INVALID, RCM_CONFIG_INVALID */
  constructor(options: CompanyCacheOptions) {
    this.#options = resolveOptions(options);
    const { onError, clock } = this.#options;
    this.#redis = mainConnection(options.redis, onError);
    this.#ownsRedis = typeof options.redis === 'string';
    this.#deadlines = new Deadlines(this.#options.commandTimeoutMs);
    this.#updates = new ConfigUpdates(
      this.#redis,
      this.#deadlines,
      (company) => this.#track(this.#clear(company)),
      (companyId) => this.#companies.has(companyId),
      onError,
    );
    this.#policies = new Policies(this.#redis, this.#deadlines, this.#options.policyLifetimeMs, onError, (company) =>
      this.#updates.policyRead(company),
    );
    this.#values = new Values(this.#redis, this.#deadlines, this.#options);
    this.#connection = new RecordingConnection(this.#redis, onError);
    this.#recorder = new Recorder(this.#companies, this.#connection, onError, clock);
    if (this.#options.record) this.#recorder.start(this.#options.flushIntervalMs);
    const finish = () => this.#recorder.finish(this.#options.closeTimeoutMs);
    this.#forgetSignals = this.#options.handleSignals ? onSignals(finish) : () => undefined;
  }

  /** The value of a key, or null: absent, Redis away, or caching turned off for the company (which counts nothing). */
  get<T = unknown>(companyId: string, key: string): Promise<T | null> {
    const now = performance.now();
    const company = this.#companies.get(companyId);
    if (company === undefined || this.#policies.touch(company, now) !== null) return this.#firstGet<T>(companyId, key);
    return this.#get<T>(company, key, now);
  }

  async #firstGet<T>(companyId: string, key: string): Promise<T | null> {
    const company = await this.#prepared(companyId);
    return this.#get<T>(company, key, performance.now());
  }

  #get<T>(company: CompanyState, key: string, startedAt: number): Promise<T | null> {
    if (!company.cachingEnabled || this.#closing !== null) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#values.lookUp(
        company,
        key,
        startedAt,
        (text) => resolve(this.#got<T>(company, key, text, microsSince(startedAt))),
        (error) => {
          this.#values.failed(company, error);
          resolve(null);
        },
      );
    });
  }

  #got<T>(company: CompanyState, key: string, text: string | null, micros: number): T | null {
    const value = text === null ? null : this.#values.deserialize(company, text);
    if (value === UNREADABLE) return null;
    company.recordRead(text !== null, key, text, micros, this.#options.clock.now());
    return value as T | null;
  }

  /**
   * The value of a key; where it is absent, what `loader` gives, which is then stored. Concurrent calls for one key in
   * this process share one read and one load, counted once. A loader that throws rejects all of them, stores nothing,
   * and counts one miss. A `set`, `delete` or `invalidate` that overtakes a load keeps it from storing what is old.
   * @throws what the loader throws; RCM_USAGE for a ttl that is no positive number
   */
  async wrap<T>(companyId: string, key: string, loader: () => T | Promise<T>, options: StoreOptions = {}): Promise<T> {
    assertTtl(options.ttl);
    const company = this.#company(companyId);
    const running = company.flights.get(key);
    if (running !== undefined) return running.promise as Promise<T>;
    const flight: Flight = { promise: Promise.resolve(), stale: false };
    const promise = this.#load(company, key, loader, options, flight).finally(() => {
      if (company.flights.get(key) === flight) company.flights.delete(key);
    });
    flight.promise = promise;
    company.flights.set(key, flight);
    return this.#track(promise);
  }

  async #load<T>(
    company: CompanyState,
    key: string,
    loader: () => T | Promise<T>,
    options: StoreOptions,
    flight: Flight,
  ): Promise<T> {
    await this.#policies.touch(company, performance.now());
    if (!company.cachingEnabled || this.#closing !== null) return loader();
    const startedAt = performance.now();
    let text: string | null;
    try {
      text = await this.#values.read(company, key, startedAt);
    } catch (error) {
      this.#values.failed(company, error);
      return loader();
    }
    const found = text === null ? UNREADABLE : this.#values.deserialize(company, text);
    if (found !== UNREADABLE) {
      company.recordRead(true, key, text, microsSince(startedAt), this.#options.clock.now());
      return found as T;
    }
    // A value that could not be read has been counted as an error, and is no miss.
    const missed = text === null;
    let stored: Stored | null = null;
    let micros = 0;
    try {
      const value = await loader();
      micros = microsSince(startedAt);
      if (!flight.stale) stored = await this.#values.store(company, key, value, options.ttl);
      return value;
    } finally {
      micros ||= microsSince(startedAt);
      if (missed) company.recordRead(false, key, stored, micros, this.#options.clock.now());
    }
  }

  /**
   * Stores a value. `undefined` removes the key. With caching turned off for the company nothing is stored, and an older
   * value is removed.
   * @returns whether it was stored
   * @throws RCM_USAGE for a ttl that is no positive number
   */
  async set(companyId: string, key: string, value: unknown, options: StoreOptions = {}): Promise<boolean> {
    assertTtl(options.ttl);
    const company = await this.#prepared(companyId, key);
    if (this.#closing !== null) return false;
    if (value === undefined || !company.cachingEnabled) {
      await this.#values.remove(company, [key], value === undefined);
      return false;
    }
    const startedAt = performance.now();
    const stored = await this.#track(this.#values.store(company, key, value, options.ttl));
    if (stored === null) return false;
    company.recordChange('set', key, stored, microsSince(startedAt), this.#options.clock.now());
    return true;
  }

  /** Removes keys. @returns how many there were; 0 where Redis could not be reached, which is reported to onError */
  async delete(companyId: string, ...keys: string[]): Promise<number> {
    const company = this.#company(companyId);
    for (const key of keys) company.discardFlights(key);
    if (this.#closing !== null) return 0;
    return this.#track(this.#values.remove(company, keys, true));
  }

  /**
   * A config update: removes everything the company has under the key template, and counts one `clear`. Where the company's
   * policy limits them (`minUpdateIntervalSeconds`), the first runs at once; later ones are put off and done as one at the
   * interval's end, by this process or another, even when this one ends before.
   * @returns how many keys went; 0 when it was put off
   * @throws RcmError (RCM_REDIS_…) when not all could be removed, or put off: stale data may be left, so this is not silent
   */
  async invalidate(companyId: string): Promise<number> {
    // A policy that was read long ago may have been changed: known before anything is removed.
    const company = await this.#prepared(companyId);
    try {
      return await this.#track(this.#updates.request(company));
    } catch (error) {
      company.recordAmount('error', 1, this.#options.clock.now());
      throw redisError(error, 'the cache');
    }
  }

  async #clear(company: CompanyState): Promise<number> {
    company.discardFlights();
    const startedAt = performance.now();
    const bound = <T>(command: Promise<T>): Promise<T> => this.#deadlines.bound(command, performance.now());
    const removed = await removeCompanyKeys(this.#redis, this.#options.templates, company.companyId, bound);
    company.recordClear(microsSince(startedAt), this.#options.clock.now());
    return removed;
  }

  /** Writes what was recorded until now, without waiting for the next interval. Never rejects. */
  flush(): Promise<void> {
    return this.#recorder.flush(FLUSH_CONNECT_MS);
  }

  /**
   * Waits for what is under way, writes everything recorded, and ends the connections made here (never the
   * application's). Bounded by closeTimeoutMs for each of the two; what could not be written is told to onError. Safe to
   * call again. Afterwards reads find nothing, `wrap` loads, and nothing is recorded.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#recorder.stop();
    this.#updates.close();
    await this.#settled();
    await this.#recorder.finish(this.#options.closeTimeoutMs);
    this.#forgetSignals();
    this.#connection.close();
    if (this.#ownsRedis) this.#redis.disconnect();
  }

  async #settled(): Promise<void> {
    let late = false;
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        late = true;
        resolve();
      }, this.#options.closeTimeoutMs);
    });
    while (!late && (this.#work.size > 0 || !this.#deadlines.empty)) {
      await Promise.race([Promise.allSettled([...this.#work, this.#deadlines.idle()]), bound]);
      // Callers' continuations record what was answered: let them run.
      await new Promise(setImmediate);
    }
    clearTimeout(timer);
  }

  #company(companyId: string): CompanyState {
    let company = this.#companies.get(companyId);
    if (company === undefined) {
      const { templates, record, events } = this.#options;
      const [template] = templates.templates;
      if (template === undefined) throw new TypeError('no key template');
      company = new CompanyState(companyId, templates.build(companyId, '', template), record, events);
      this.#companies.set(companyId, company);
    }
    return company;
  }

  /** A company whose policy was read. Loads of a key that is about to change are told so at once. */
  async #prepared(companyId: string, changing?: string): Promise<CompanyState> {
    const company = this.#company(companyId);
    if (changing !== undefined) company.discardFlights(changing);
    const first = this.#policies.touch(company, performance.now());
    if (first !== null) await this.#track(first);
    return company;
  }

  #track<T>(promise: Promise<T>): Promise<T> {
    this.#work.add(promise);
    const done = (): void => void this.#work.delete(promise);
    promise.then(done, done);
    return promise;
  }
}
