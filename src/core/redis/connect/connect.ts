import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { RcmError } from '../../errors.js';
import { redisError } from '../redis-error.js';
import { readServerInfo } from '../server-info.js';
import { clientOptions, defined } from './client-options.js';
import { hostAndPort, parseRedisUrl, type RedisAddress } from './redis-url.js';
import type { RedisSettings } from './settings.js';

/** An open connection to a Redis, whatever its topology. */
export interface RedisConnection {
  kind: 'standalone' | 'sentinel' | 'cluster';
  /** Address without secrets. */
  label: string;
  /** For small reads and for writes; routes by key on a cluster. */
  client: Redis | Cluster;
  /** One server that answers INFO: the server itself, or any primary of a cluster. */
  server: Redis;
  settings: RedisSettings;
  options: RedisOptions;
  close(): void;
}

/**
 * Connects and proves it with a first answer. Every wait is bounded by `connectTimeoutMs`.
 * @throws RCM_REDIS_NOT_CONFIGURED, RCM_URL_INVALID, RCM_REDIS_UNREACHABLE, RCM_REDIS_AUTH, RCM_REDIS_PROTOCOL, RCM_REDIS_TIMEOUT
 */
export async function connectRedis(settings: RedisSettings): Promise<RedisConnection> {
  const address = addressOf(settings);
  const options = clientOptions(settings, address);
  const label = labelOf(address);
  const first = new Redis(endpointOptions(options, address, settings));
  try {
    await ready(first, label, settings.connectTimeoutMs);
    const mode =
      settings.cluster === 'auto'
        ? (await readServerInfo(first, 'server').catch(() => null))?.mode
        : settings.cluster === 'yes'
          ? 'cluster'
          : 'standalone';
    if (mode !== 'cluster') {
      const close = () => first.disconnect();
      return {
        kind: address.kind === 'sentinel' ? 'sentinel' : 'standalone',
        label,
        client: first,
        server: first,
        settings,
        options,
        close,
      };
    }
    const cluster = await connectCluster(address, options, label, settings.connectTimeoutMs);
    const close = () => {
      cluster.disconnect();
      first.disconnect();
    };
    return { kind: 'cluster', label, client: cluster, server: first, settings, options, close };
  } catch (error) {
    first.disconnect();
    throw redisError(error, label);
  }
}

/**
 * Waits until a lazily made client is ready. ioredis rejects with a bare "Connection is closed"; the error event before it says why.
 * @throws the reason, or a timeout
 */
export async function ready(redis: Redis | Cluster, label: string, timeoutMs: number): Promise<void> {
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(reason ?? new Error(`${label} did not answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
  } catch (error) {
    redis.disconnect();
    throw reason ?? error;
  } finally {
    clearTimeout(timer);
  }
}

async function connectCluster(
  address: RedisAddress,
  options: RedisOptions,
  label: string,
  timeoutMs: number,
): Promise<Cluster> {
  const { db: _, ...redisOptions } = options;
  const cluster = new Cluster(address.hosts, {
    lazyConnect: true,
    redisOptions,
    slotsRefreshTimeout: timeoutMs,
    clusterRetryStrategy: () => null,
    enableReadyCheck: true,
    // With TLS, certificates name hosts; without, nodes may announce names that only they resolve.
    dnsLookup: options.tls ? (host, callback) => callback(null, host) : undefined,
  } as ConstructorParameters<typeof Cluster>[1]);
  await ready(cluster, label, timeoutMs);
  return cluster;
}

function addressOf(settings: RedisSettings): RedisAddress {
  if (settings.sentinels && settings.sentinels.length > 0) {
    const hosts = settings.sentinels.map((s) => hostAndPort(s, s, 26_379));
    if (!settings.sentinelName)
      throw new RcmError(
        'RCM_URL_INVALID',
        'redis.sentinels is given without redis.sentinelName',
        'Add the name of the master group, for example mymaster.',
      );
    const base = settings.url
      ? parseRedisUrl(settings.url)
      : { tls: false, username: undefined, password: undefined, db: 0 };
    return {
      kind: 'sentinel',
      hosts,
      path: null,
      tls: base.tls,
      username: base.username,
      password: base.password,
      db: base.db,
      sentinelName: settings.sentinelName,
    };
  }
  if (settings.url) return parseRedisUrl(settings.url);
  throw new RcmError(
    'RCM_REDIS_NOT_CONFIGURED',
    'No Redis is configured',
    'Give --redis-url, set RCM_REDIS_URL (or REDIS_URL), or try `rcm demo`.',
  );
}

function endpointOptions(options: RedisOptions, address: RedisAddress, settings: RedisSettings): RedisOptions {
  if (address.kind === 'unix') return { ...options, path: address.path as string };
  if (address.kind === 'tcp') return { ...options, ...(address.hosts[0] as { host: string; port: number }) };
  return {
    ...options,
    sentinels: address.hosts,
    name: address.sentinelName as string,
    sentinelRetryStrategy: () => null,
    ...defined({ sentinelPassword: settings.sentinelPassword }),
  };
}

function labelOf(address: RedisAddress): string {
  if (address.kind === 'unix') return address.path as string;
  const hosts = address.hosts.map(({ host, port }) => `${host}:${port}`).join(',');
  return address.kind === 'sentinel' ? `${address.sentinelName} (sentinels ${hosts})` : hosts;
}
