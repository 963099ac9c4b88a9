import { createRequire } from 'node:module';
import type { Cluster, Redis } from 'ioredis';
import { RcmError } from '../core/errors.js';

export function isCluster(redis: Redis | Cluster): redis is Cluster {
  return redis.isCluster;
}

/**
 * The application's connection, or one made from a URL.
 * @throws RCM_URL_INVALID for a URL that is none; RCM_CONFIG_INVALID for a connection with a keyPrefix
 */
export function mainConnection(redis: Redis | Cluster | string, onError: (error: unknown) => void): Redis | Cluster {
  if (typeof redis !== 'string') {
    assertNoKeyPrefix(redis);
    return redis;
  }
  if (!URL.canParse(redis) || !/^rediss?:$/.test(new URL(redis).protocol))
    throw new RcmError(
      'RCM_URL_INVALID',
      'The Redis URL of the cache cannot be used',
      'Use redis://host:port or rediss://host:port .',
    );
  // Loaded only here: an application that passes its own connection has its own ioredis.
  const { Redis: Connection } = createRequire(import.meta.url)('ioredis') as typeof import('ioredis');
  const connection = new Connection(redis, { maxRetriesPerRequest: 1, retryStrategy: retryDelay });
  connection.on('error', onError);
  return connection;
}

/** A prefix that ioredis adds by itself would stand before our own keys too, and no SCAN would know of it. */
function assertNoKeyPrefix(redis: Redis | Cluster): void {
  const own = redis.options as { keyPrefix?: string; redisOptions?: { keyPrefix?: string } };
  if (!(own.keyPrefix || own.redisOptions?.keyPrefix)) return;
  throw new RcmError(
    'RCM_CONFIG_INVALID',
    'The connection given to the cache has a keyPrefix',
    'Give a connection without one, and put the prefix into keyTemplate.',
  );
}

function retryDelay(attempt: number): number {
  return Math.min(attempt * 100, 2000);
}

/** Whether commands would only wait for a server that is known to be away. */
export function isDown(redis: Redis | Cluster): boolean {
  const { status } = redis;
  return status === 'reconnecting' || status === 'close' || status === 'end';
}

/**
 * A connection of its own for what is recorded, like the application's but never sending a command twice: ioredis
 * repeats what was under way when a connection was cut, and an increment repeated is an access counted twice.
 */
export class RecordingConnection {
  #connection: Redis | Cluster | null = null;

  constructor(
    private readonly like: Redis | Cluster,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The connection once it can be used; null when that takes longer than `waitMs`. */
  async ready(waitMs: number): Promise<Redis | Cluster | null> {
    this.#connection ??= this.#open();
    const connection = this.#connection;
    if (connection.status === 'ready') return connection;
    if (connection.status === 'wait' || connection.status === 'end') connection.connect().catch(this.onError);
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        connection.off('ready', finish);
        resolve(connection.status === 'ready' ? connection : null);
      };
      const timer = setTimeout(finish, waitMs);
      connection.on('ready', finish);
    });
  }

  /** Keeps the process alive (or not) for the sake of this connection: only while something is being written. */
  hold(alive: boolean): void {
    const connection = this.#connection;
    if (connection === null || isCluster(connection)) return;
    const stream = connection.stream as { ref?: () => void; unref?: () => void } | undefined;
    if (alive) stream?.ref?.();
    else stream?.unref?.();
  }

  /** Gives up on what has not been answered. */
  reset(): void {
    this.#connection?.disconnect(true);
  }

  close(): void {
    this.#connection?.disconnect();
    this.#connection = null;
  }

  #open(): Redis | Cluster {
    const never = { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, enableAutoPipelining: false };
    const common = { lazyConnect: true, enableOfflineQueue: false };
    const { like } = this;
    const connection = isCluster(like)
      ? like.duplicate([], {
          ...common,
          retryDelayOnFailover: 0,
          enableAutoPipelining: false,
          redisOptions: { ...like.options.redisOptions, ...never },
        })
      : like.duplicate({ ...common, ...never, retryStrategy: retryDelay, connectionName: 'rcm-recorder' });
    // Flushes say what they could not write; without a listener ioredis would print to the console.
    connection.on('error', () => undefined);
    return connection;
  }
}
