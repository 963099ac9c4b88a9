import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../server-process.js';
import { waitUntil } from '../wait-until.js';
import { redisBinary } from './binary.js';
import { withClient } from './client.js';
import type { RedisServer } from './server.js';

export interface RedisSentinel extends ServerProcess {
  /** The Sentinel's own address, `redis://127.0.0.1:port`. */
  readonly url: string;
  readonly masterName: string;
}

/**
 * Starts a Sentinel that watches `master` alone (quorum 1, down after one second) and waits until it knows the master
 * and so many replicas.
 */
export async function startSentinel(
  master: RedisServer,
  options: { masterName?: string; replicas?: number } = {},
): Promise<RedisSentinel> {
  const { masterName = 'mymaster', replicas = 0 } = options;
  const server = await startServer({
    command: redisBinary(),
    async args(port, dir) {
      const lines = [
        'bind 127.0.0.1',
        `port ${port}`,
        `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 1`,
        `sentinel down-after-milliseconds ${masterName} 1000`,
        `sentinel failover-timeout ${masterName} 5000`,
        ...(master.password === undefined ? [] : [`sentinel auth-pass ${masterName} ${master.password}`]),
      ];
      await writeFile(join(dir, 'sentinel.conf'), `${lines.join('\n')}\n`);
      return ['sentinel.conf', '--sentinel'];
    },
    ready: /\+monitor master/,
    portTaken: /Address already in use|Failed listening on|Could not create server/i,
  });
  const sentinel: RedisSentinel = { ...server, url: `redis://127.0.0.1:${server.port}`, masterName };
  await withClient(sentinel, (client) =>
    waitUntil('the Sentinel knows the master and its replicas', async () => {
      const known = (await client.call('SENTINEL', 'REPLICAS', masterName)) as unknown[];
      const [state] = (await client.call('SENTINEL', 'MASTERS')) as string[][];
      return known.length >= replicas && state?.[state.indexOf('flags') + 1] === 'master';
    }),
  );
  return sentinel;
}
