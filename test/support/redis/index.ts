export { CLOSED_PORT, type FakeServer, startFakeServer, startHttpServer, startSilentServer } from '../fake-server.js';
export { redisBinary } from './binary.js';
export { connect, withClient } from './client.js';
export { type ClusterOptions, type RedisCluster, startCluster } from './cluster.js';
export { type StartedKind, startKind } from './kind.js';
export { type RedisSentinel, startSentinel } from './sentinel.js';
export { type RedisOptions, type RedisServer, startRedis } from './server.js';
export type { TlsFiles } from './tls.js';
