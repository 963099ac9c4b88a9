import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../server-process.js';
import { waitUntil } from '../wait-until.js';
import { redisBinary } from './binary.js';
import { withClient } from './client.js';
import { makeTlsFiles, type TlsFiles } from './tls.js';

export interface RedisOptions {
  /** Lines for the configuration file, e.g. `maxmemory-policy allkeys-lfu`. */
  config?: string[];
  /** Words for the command line, after all else. */
  args?: string[];
  /** requirepass, and masterauth. */
  password?: string;
  /** ACL users: what follows `user` in a configuration file, e.g. `alice on >secret ~* +@read`. */
  users?: string[];
  /** Listen on a Unix socket as well. */
  unixSocket?: boolean;
  /** TLS and nothing else on the port; clients need no certificate. */
  tls?: boolean;
  /** Be a replica of this server (without TLS), and wait for the first synchronisation. */
  replicaOf?: RedisServer;
  /** This port and no other: for starting again where a server was killed. */
  port?: number;
}

export interface RedisServer extends ServerProcess {
  /** `redis://[:password@]127.0.0.1:port`, `rediss://` with TLS. */
  readonly url: string;
  readonly password?: string;
  readonly socketPath?: string;
  readonly tls?: TlsFiles;
}

/**
 * Starts a Redis (or Valkey) without persistence on a free port of 127.0.0.1, in a folder of its own. It ends with
 * this process at the latest.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  let tls: TlsFiles | undefined;
  const server = await startServer({
    command: redisBinary(),
    async args(port, dir) {
      tls = options.tls ? await makeTlsFiles(dir) : undefined;
      await writeFile(join(dir, 'redis.conf'), `${configLines(options, port, dir, tls).join('\n')}\n`);
      return ['redis.conf', ...(options.args ?? [])];
    },
    ready: /Ready to accept connections/i,
    portTaken: /Address already in use|Failed listening on|Could not create server/i,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const auth = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  const redis: RedisServer = {
    ...server,
    url: `${tls ? 'rediss' : 'redis'}://${auth}127.0.0.1:${server.port}`,
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.unixSocket ? { socketPath: join(server.dir, 's') } : {}),
    ...(tls ? { tls } : {}),
  };
  if (options.replicaOf) await synchronised(redis);
  return redis;
}

function configLines(options: RedisOptions, port: number, dir: string, tls: TlsFiles | undefined): string[] {
  const { password, users = [], unixSocket, replicaOf, config = [] } = options;
  return [
    'bind 127.0.0.1',
    'save ""',
    'appendonly no',
    'daemonize no',
    'repl-diskless-sync-delay 0',
    'repl-ping-replica-period 1',
    ...(tls ? ['port 0', `tls-port ${port}`, 'tls-auth-clients no'] : [`port ${port}`]),
    ...(tls ? [`tls-ca-cert-file ${tls.ca}`, `tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`] : []),
    ...(unixSocket ? [`unixsocket ${join(dir, 's')}`, 'unixsocketperm 700'] : []),
    ...(password === undefined ? [] : [`requirepass "${password}"`, `masterauth "${password}"`]),
    ...users.map((user) => `user ${user}`),
    ...(replicaOf ? [`replicaof 127.0.0.1 ${replicaOf.port}`] : []),
    ...(replicaOf?.password === undefined ? [] : [`masterauth "${replicaOf.password}"`]),
    ...config,
  ];
}

async function synchronised(replica: RedisServer): Promise<void> {
  await withClient(replica, (client) =>
    waitUntil('the replica follows its master', async () =>
      (await client.info('replication')).includes('master_link_status:up'),
    ),
  );
}
