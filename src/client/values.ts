import type { Cluster, Redis } from 'ioredis';
import type { CompanyState, Stored } from './company-state.js';
import { isDown } from './connections.js';
import type { Deadlines } from './deadlines.js';
import type { ResolvedOptions } from './options.js';
import { lifetimeMs } from './policies.js';
import { unlink } from './remove-company.js';

/** Stands for a stored value that could not be deserialized. */
export const UNREADABLE = Symbol('unreadable');

const AWAY = 'Redis is away';

/** Values in Redis, each command bounded in time; failures are counted as errors of the company. */
export class Values {
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly deadlines: Deadlines,
    private readonly options: ResolvedOptions,
  ) {}

  /** The text of a key, given to one of the two callbacks, which may not throw. Fails at once while Redis is known to be away. */
  lookUp(
    company: CompanyState,
    key: string,
    now: number,
    done: (text: string | null) => void,
    fail: (error: unknown) => void,
  ): void {
    if (isDown(this.redis)) fail(new Error(AWAY));
    else this.deadlines.settle(this.redis.get(company.prefix + key), now, done, fail);
  }

  /** As `lookUp`. */
  read(company: CompanyState, key: string, now: number): Promise<string | null> {
    return new Promise((resolve, reject) => this.lookUp(company, key, now, resolve, reject));
  }

  /** Stores a value and counts its bytes; null when nothing was stored. Never rejects. */
  async store(company: CompanyState, key: string, value: unknown, ttl: number | undefined): Promise<Stored | null> {
    try {
      const text = value === undefined ? undefined : this.options.serialize(value);
      if (text === undefined) return null;
      if (isDown(this.redis)) throw new Error(AWAY);
      const { templates, ttlSeconds } = this.options;
      const livesMs = lifetimeMs(company, key, ttl ?? ttlSeconds, templates.terminators);
      const fullKey = company.prefix + key;
      const command = livesMs === null ? this.redis.set(fullKey, text) : this.redis.set(fullKey, text, 'PX', livesMs);
      await this.deadlines.bound(command, performance.now());
      company.recordAmount('bytes', Buffer.byteLength(text), this.options.clock.now());
      return { text, lifetimeMs: livesMs };
    } catch (error) {
      this.failed(company, error);
      return null;
    }
  }

  /** Removes keys, counted as deletes or not; how many there were. Never rejects. */
  async remove(company: CompanyState, keys: string[], counted: boolean): Promise<number> {
    const startedAt = performance.now();
    try {
      const fullKeys = keys.map((key) => company.prefix + key);
      const removed = await unlink(this.redis, fullKeys, (command) => this.deadlines.bound(command, startedAt));
      const micros = microsSince(startedAt);
      if (counted) for (const key of keys) company.recordChange('delete', key, null, micros, this.options.clock.now());
      return removed;
    } catch (error) {
      this.failed(company, error);
      return 0;
    }
  }

  deserialize(company: CompanyState, text: string): unknown {
    try {
      return this.options.deserialize(text);
    } catch (error) {
      this.failed(company, error);
      return UNREADABLE;
    }
  }

  failed(company: CompanyState, error: unknown): void {
    company.recordAmount('error', 1, this.options.clock.now());
    this.options.onError(error);
  }
}

/** Whole microseconds since a performance.now(). */
export function microsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 1000);
}
