import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisServer } from './server.js';

/** An ioredis client of a test server, its authority trusted. Close it with `disconnect()`. */
export function connect(server: Pick<RedisServer, 'url' | 'tls'>, options: RedisOptions = {}): Redis {
  const tls = server.tls ? { tls: { ca: readFileSync(server.tls.ca) } } : {};
  return new Redis(server.url, { ...tls, ...options });
}

/** Runs `use` with a client that is closed afterwards. */
export async function withClient<T>(
  server: Pick<RedisServer, 'url' | 'tls'>,
  use: (client: Redis) => Promise<T>,
): Promise<T> {
  const client = connect(server);
  client.on('error', () => {}); // commands reject with it
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
