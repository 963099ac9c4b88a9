import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';
import { messageOf, RcmError } from '../../errors.js';
import type { RedisAddress } from './redis-url.js';
import type { RedisSettings } from './settings.js';

/** ioredis options that every connection of ours shares: bounded times, no silent retries, named in CLIENT LIST. */
export function clientOptions(settings: RedisSettings, address: RedisAddress): RedisOptions {
  const tls = address.tls || settings.tls !== undefined ? tlsOptions(settings) : undefined;
  return {
    connectionName: 'rcm',
    lazyConnect: true,
    connectTimeout: settings.connectTimeoutMs,
    commandTimeout: settings.commandTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // ioredis waits this long for a connection to close, even for one that never opened: it would hold up our end.
    disconnectTimeout: 100,
    enableReadyCheck: true,
    showFriendlyErrorStack: false,
    db: address.db,
    ...defined({
      username: settings.username ?? address.username,
      password: settings.password ?? address.password,
      tls,
    }),
  };
}

/** Drops undefined values: ioredis takes a present `tls: undefined` for a wish. */
export function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function tlsOptions(settings: RedisSettings): ConnectionOptions {
  const { ca, cert, key, servername, rejectUnauthorized } = settings.tls ?? {};
  const read = (path: string | undefined): Buffer | undefined => {
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      throw new RcmError(
        'RCM_CONFIG_UNREADABLE',
        `Cannot read the TLS file ${path}: ${messageOf(error)}`,
        'Check redis.tls.ca, redis.tls.cert and redis.tls.key.',
      );
    }
  };
  return defined({ ca: read(ca), cert: read(cert), key: read(key), servername, rejectUnauthorized });
}
