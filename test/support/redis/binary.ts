import { onPath } from '../on-path.js';

/** The server that tests start: RCM_TEST_REDIS_SERVER, else redis-server, else valkey-server. @throws Error when there is none */
export function redisBinary(): string {
  const binary = process.env.RCM_TEST_REDIS_SERVER ?? onPath('redis-server') ?? onPath('valkey-server');
  if (binary) return binary;
  throw new Error(
    'Neither redis-server nor valkey-server is on PATH: run ./scripts/setup.sh, or set RCM_TEST_REDIS_SERVER.',
  );
}
