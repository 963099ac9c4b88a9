import { describe, expect, it } from 'vitest';
import { infoFields, parseServerInfo } from '../../../../src/core/redis/server-info.js';

const crlf = (text: string) => text.trim().replaceAll('\n', '\r\n');

const REDIS_7 = crlf(`
# Server
redis_version:7.0.15
redis_mode:standalone
run_id:5d3f5c5a9a3b
os:Linux 6.1 x86_64
executable:/usr/bin/redis-server
uptime_in_seconds:86461

# Memory
used_memory:12998656
used_memory_human:12.40M
mem_fragmentation_ratio:1.34
maxmemory:104857600
maxmemory_policy:allkeys-lru

# Persistence
rdb_last_bgsave_status:err
aof_enabled:0
aof_last_write_status:ok
aof_last_bgrewrite_status:ok

# Stats
instantaneous_ops_per_sec:42
keyspace_hits:980
keyspace_misses:20
evicted_keys:3
expired_keys:4
total_reads_processed:1005

# Replication
role:master
connected_slaves:2
slave0:ip=10.0.0.2,port=6380,state=online,offset=98,lag=1
slave1:ip=fe80::1,port=6381,state=wait_bgsave,offset=0,lag=0
master_replid:8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb
`);

const REDIS_6_2_REPLICA = crlf(`
# Server
redis_version:6.2.14
redis_mode:cluster
# Replication
role:slave
master_host:10.0.0.1
master_link_status:down
slave_read_only:1
slave_priority:100
connected_slaves:0
`);

const VALKEY = crlf(`
# Server
redis_version:7.2.4
server_name:valkey
valkey_version:8.0.2
valkey_release_stage:ga
server_mode:sentinel
uptime_in_seconds:0
# Memory
maxmemory:0
maxmemory_policy:noeviction
# Replication
role:slave
master_link_status:up
`);

describe('parseServerInfo', () => {
  it('reads Redis 7', () => {
    expect(parseServerInfo(REDIS_7)).toEqual({
      product: 'redis',
      version: '7.0.15',
      runId: '5d3f5c5a9a3b',
      mode: 'standalone',
      role: 'master',
      uptimeSeconds: 86_461,
      usedMemoryBytes: 12_998_656,
      fragmentationRatio: 1.34,
      maxMemoryBytes: 104_857_600,
      maxMemoryPolicy: 'allkeys-lru',
      keyspaceHits: 980,
      keyspaceMisses: 20,
      evictedKeys: 3,
      expiredKeys: 4,
      opsPerSecond: 42,
      readsProcessed: 1005,
      replicationId: '8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb',
      masterLinkUp: null,
      rdbSaveOk: false,
      aofWriteOk: null,
      aofRewriteOk: null,
      replicas: [
        { host: '10.0.0.2', port: 6380, online: true, lagSeconds: 1 },
        { host: 'fe80::1', port: 6381, online: false, lagSeconds: 0 },
      ],
    });
  });

  it('reads a replica of Redis 6.2; what is not said is null', () => {
    expect(parseServerInfo(REDIS_6_2_REPLICA)).toEqual({
      product: 'redis',
      version: '6.2.14',
      runId: null,
      mode: 'cluster',
      role: 'slave',
      uptimeSeconds: null,
      usedMemoryBytes: null,
      fragmentationRatio: null,
      maxMemoryBytes: null,
      maxMemoryPolicy: null,
      keyspaceHits: null,
      keyspaceMisses: null,
      evictedKeys: null,
      expiredKeys: null,
      opsPerSecond: null,
      readsProcessed: null,
      replicationId: null,
      masterLinkUp: false,
      rdbSaveOk: null,
      aofWriteOk: null,
      aofRewriteOk: null,
      replicas: [],
    });
  });

  it('reads Valkey by its own version, not by the one it is compatible with; 0 is a figure', () => {
    expect(parseServerInfo(VALKEY)).toMatchObject({
      product: 'valkey',
      version: '8.0.2',
      mode: 'sentinel',
      uptimeSeconds: 0,
      maxMemoryBytes: 0,
      masterLinkUp: true,
    });
  });

  it('makes do with nothing', () => {
    expect(parseServerInfo('')).toMatchObject({ version: 'unknown', mode: 'standalone', role: 'master', replicas: [] });
  });
});

it('infoFields keeps everything after the first colon', () => {
  expect([...infoFields('# Server\r\nos:a:b\n\r\nempty:\r\nnothing')]).toEqual([
    ['os', 'a:b'],
    ['empty', ''],
  ]);
});
