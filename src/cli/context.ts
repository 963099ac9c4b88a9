import { type LoadedConfig, loadConfig } from '../core/config/load.js';
import { EXIT, RcmError } from '../core/errors.js';
import type { RedisConnection } from '../core/redis/connect/connect.js';
import { logUnlogged, unloggedFile } from '../core/services/acts/unlogged.js';
import type { Ports } from '../core/services/ports.js';
import type { Store } from '../core/store/store.js';
import { CONFIG_FLAGS } from './flags.js';

/** Opens what a command asks for, when it asks, and closes it at the end. Heavy modules are loaded here and not before. */
export class Context {
  readonly loaded: LoadedConfig;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly #closers: (() => void | Promise<void>)[] = [];
  #redis: Promise<RedisConnection> | undefined;

  /** @throws RCM_CONFIG_* */
  constructor(flags: Record<string, unknown>, signal: AbortSignal) {
    this.signal = signal;
    const given = Object.entries(CONFIG_FLAGS).flatMap(([flag, path]) =>
      flags[flag] === undefined ? [] : [{ flag: `--${flag}`, path, value: flags[flag] }],
    );
    this.loaded = loadConfig({
      flags: given,
      configFile: flags.config as string | undefined,
      cwd: process.cwd(),
      env: process.env,
    });
  }

  /** One connection, however often it is asked for. @throws RCM_REDIS_* */
  redis(): Promise<RedisConnection> {
    this.#redis ??= this.connectRedis();
    return this.#redis;
  }

  /** A connection anew, for who goes on when the first is lost. @throws RCM_REDIS_* */
  async connectRedis(): Promise<RedisConnection> {
    const { connectRedis } = await import('../core/redis/connect/connect.js');
    const connection = await connectRedis(this.loaded.config.redis);
    this.#closers.push(() => connection.close());
    return connection;
  }

  /** @throws RCM_STORE_*, RCM_MONGODB_* */
  async store(): Promise<Store> {
    const { openStore } = await import('../core/store/open-store.js');
    const { mongodb } = this.loaded.config;
    const store = await openStore({
      ...(mongodb.uri === undefined ? {} : { mongodbUri: mongodb.uri }),
      stateFile: this.loaded.stateFile,
      collections: { companies: mongodb.companies, calls: mongodb.calls, storage: mongodb.storage },
      timeouts: { connectMs: mongodb.timeoutMs },
    });
    this.#closers.push(() => store.close());
    await logUnlogged(store, unloggedFile(this.loaded.stateFile, store.location));
    return store;
  }

  /** Redis and the store at once; a store that cannot be opened is handed on as its error. @throws RCM_REDIS_* */
  async ports(): Promise<Ports> {
    const store = this.store().catch((error: unknown) => {
      if (error instanceof RcmError) return error;
      throw error;
    });
    const [redis, opened] = await Promise.all([this.redis(), store]);
    return { config: this.loaded.config, redis, store: opened, clock: () => new Date(), signal: this.signal };
  }

  /** As `ports`, but a Redis that cannot be reached is handed on as its error too. @throws errors of usage */
  async portsOrErrors(): Promise<Omit<Ports, 'redis'> & { redis: RedisConnection | RcmError }> {
    const handOn = (error: unknown) => {
      if (error instanceof RcmError && error.exitCode === EXIT.unreachable) return error;
      throw error;
    };
    const [redis, store] = await Promise.all([this.redis().catch(handOn), this.store().catch(handOn)]);
    return { config: this.loaded.config, redis, store, clock: () => new Date(), signal: this.signal };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#closers.splice(0).map(async (close) => close()));
  }
}
