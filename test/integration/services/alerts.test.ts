import type { Cluster, Redis } from 'ioredis';
import Libsql from 'libsql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BudgetAmounts } from '../../../src/core/domain/pricing.js';
import { RcmError } from '../../../src/core/errors.js';
import { alerts } from '../../../src/core/services/alerts/alerts.js';
import { surveyFromSnapshot } from '../../../src/core/services/companies/from-snapshot.js';
import { survey } from '../../../src/core/services/companies/survey.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { stats } from '../../../src/core/services/stats/stats.js';
import { connect, type RedisCluster, type RedisServer, startCluster, startKind } from '../../support/redis/index.js';
import { waitUntil } from '../../support/wait-until.js';
import { type Rig, rigOn } from './rig.js';

const DAY = 86_400_000;
const NOON = new Date('2026-03-01T12:00:00Z').getTime();
const at = (minute: number) => new Date(NOON + minute * 60_000);

async function infoOf(node: Redis): Promise<(name: string) => number> {
  const text = await node.info();
  return (name) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1]);
}

/** Every company may spend so much of each line, whatever it is. */
async function setBudgets(rig: Rig, amounts: BudgetAmounts, own: Record<string, number> = {}): Promise<void> {
  const set = { reason: 'test', setBy: 'test', setAt: new Date() };
  const customBudgets = Object.entries(own).map(([companyId, cacheBudget]) => ({ companyId, cacheBudget, ...set }));
  await rig.ports.store.pricing.update((current) => ({
    budgets: { ...current.budgets, defaultPerCompany: amounts, customBudgets },
    history: [],
  }));
}
const PLENTY = { cache: 1e6, storage: 1e6, calls: 1e6 };

describe.each(['standalone', 'cluster'])('on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  let rig: Rig;
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(async () => {
    for (const node of masters) {
      await node.config('SET', 'maxmemory', '0');
      await node.flushall();
      await node.config('RESETSTAT');
    }
    rig = await rigOn(nodes.url);
    await setBudgets(rig, PLENTY);
    for (let i = 0; i < 60; i++) await client.set(`company:${i % 3}:${i}`, 'x'.repeat(20_000));
    return () => rig.close();
  });
  const look = async (now: Date) =>
    alerts(await survey({ ...rig.ports, clock: () => now }, DAY), { store: rig.ports.store, redis: rig.ports.redis });
  const codes = async (now: Date) => {
    const { alerts: list, complete, warnings } = await look(now);
    expect({ complete, warnings }).toEqual({ complete: true, warnings: [] });
    return list.map(({ code, severity, companyId, since }) => [code, severity, companyId, since]);
  };

  it('stats: sums over the primaries, looked up before any key; our own overhead key by key', async () => {
    for (const id of ['0', '1']) {
      await client.hset(`rcm:{${id}}:counters:2026-03-01T11`, { '0:hit': 3, '1:miss': 1 });
      await client.xadd(`rcm:{${id}}:events`, '*', 'e', 'x'.repeat(300));
    }
    await client.set('rcm:lock:x', 'y');
    for (let i = 0; i < 8; i++) await client.get(`company:0:${i * 3}`);
    await client.get('missing');
    for (const node of masters) await node.config('SET', 'maxmemory', '100000000');
    const infos = await Promise.all(masters.map(infoOf));
    const sum = (name: string) => infos.reduce((total, info) => total + info(name), 0);
    const own = [];
    for (const node of masters)
      for (const key of await node.keys('rcm:*')) own.push(Number(await node.call('MEMORY', 'USAGE', key)));
    const { report, complete } = stats(await survey({ ...rig.ports, clock: () => at(0) }, DAY));
    expect(complete).toBe(true);
    const { redis } = report;
    expect(redis).toMatchObject({
      mode: kind,
      primaries: masters.length,
      maxMemoryBytes: masters.length * 100_000_000,
      keyspace: { hits: sum('keyspace_hits'), misses: sum('keyspace_misses') },
      evictedKeys: 0,
      maxMemoryPolicy: 'noeviction',
    });
    expect(redis.keyspace.hitRate).toBeCloseTo(
      (100 * sum('keyspace_hits')) / (sum('keyspace_hits') + sum('keyspace_misses')),
    );
    // Connections of the survey itself take some memory.
    expect(Math.abs((redis.usedMemoryBytes ?? 0) - sum('used_memory'))).toBeLessThan(masters.length * 300_000);
    expect(redis.usedPercent).toBeCloseTo(((redis.usedMemoryBytes ?? 0) / (masters.length * 1e8)) * 100);
    expect(report.platformStats.redisUsedMemoryBytes).toBe(redis.usedMemoryBytes);
    expect(report.keys).toEqual({ companies: 60, own: 5, other: 0 });
    const bytes = own.reduce((total, one) => total + one, 0);
    expect(report.own).toMatchObject({
      keys: 5,
      bytes,
      activeCompanies: 2,
      bytesPerActiveCompany: Math.round(bytes / 2),
    });
    // Nothing of the survey is in what the server counted before it.
    const [first] = redis.servers ?? [];
    expect(redis.servers).toHaveLength(masters.length);
    expect(first?.maxMemoryBytes).toBe(100_000_000);
  });

  it('notes since when, ends what was looked for, begins anew', async () => {
    expect(await codes(at(0))).toEqual([]);
    // A third of the base cost of 20, and a bit for its keys: 105 % of 6.4, 167 % of 4.
    await setBudgets(rig, PLENTY, { '0': 6.4 });
    expect(await codes(at(5))).toEqual([['BUDGET_CACHE', 'warning', '0', at(5)]]);
    await setBudgets(rig, PLENTY, { '0': 4, '2': 4 });
    expect(await codes(at(10))).toEqual([
      ['BUDGET_CACHE', 'critical', '0', at(5)],
      ['BUDGET_CACHE', 'critical', '2', at(10)],
    ]);
    for (const node of masters) for (const key of await node.keys('company:0:*')) await node.unlink(key);
    expect(await codes(at(15))).toEqual([['BUDGET_CACHE', 'critical', '2', at(10)]]); // '0' is gone: no keys, no list
    await setBudgets(rig, PLENTY);
    expect(await codes(at(20))).toEqual([]);
    await setBudgets(rig, PLENTY, { '2': 4 });
    expect(await codes(at(25))).toEqual([['BUDGET_CACHE', 'critical', '2', at(25)]]);
    const states = await rig.ports.store.issues.list();
    expect(states.map((s) => [s.companyId, s.firstSeen, s.lastSeen, s.resolvedAt])).toEqual([
      ['0', at(5), at(10), at(15)],
      ['2', at(25), at(25), null],
    ]);
  });

  it('one full node, real evictions, stale snapshots', async () => {
    const full = masters.at(-1) as Redis;
    for (let i = 0; i < 4000; i++) await client.set(`company:{${i}}`, 'z'.repeat(5000));
    const used = (await infoOf(full))('used_memory');
    const limit = async (percent: number) => full.config('SET', 'maxmemory', String(Math.round(used / percent)));
    await setBudgets(rig, PLENTY);
    await limit(0.88);
    expect(await codes(at(0))).toEqual([['REDIS_MEMORY', 'warning', null, at(0)]]);
    await limit(0.97);
    const { alerts: list } = await look(at(1));
    expect(list).toMatchObject([{ code: 'REDIS_MEMORY', severity: 'critical', since: at(0) }]);
    const port = (full.options as { port: number }).port;
    expect(list[0]?.evidence).toMatchObject({ server: `127.0.0.1:${port}`, policy: 'noeviction', serversNearLimit: 1 });

    await full.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const evict = async (share: number): Promise<number> => {
      await full.config('SET', 'maxmemory', String(Math.round((await infoOf(full))('used_memory') * share)));
      await full.ping();
      // With room again, looking evicts nothing more.
      await full.config('SET', 'maxmemory', '0');
      return (await infoOf(full))('evicted_keys');
    };
    const first = await evict(0.8);
    expect(first).toBeGreaterThan(0);
    const sinceStart = await look(at(2));
    expect(sinceStart.alerts).toMatchObject([{ code: 'REDIS_EVICTIONS', severity: 'warning' }]);
    expect(sinceStart.alerts[0]?.evidence).toMatchObject({ evictedKeys: first, comparedWith: 'start' });
    // A clock that agrees with the server's uptime from here on.
    const taken = new Date();
    await takeSnapshot({ ...rig.ports, clock: () => taken });
    const later = (minutes: number) => new Date(taken.getTime() + minutes * 60_000);
    expect((await look(later(0))).alerts).toEqual([]);
    const second = await evict(0.8);
    expect(second).toBeGreaterThan(first);
    const sinceSnapshot = await look(new Date());
    expect(sinceSnapshot.alerts).toMatchObject([{ code: 'REDIS_EVICTIONS' }]);
    expect(sinceSnapshot.alerts[0]?.evidence).toEqual({
      evictedKeys: second - first,
      comparedWith: 'snapshot',
      from: taken.toISOString(),
      evictedSinceStart: second,
    });
    await full.config('SET', 'maxmemory-policy', 'noeviction');

    expect((await look(later(119))).alerts.map((a) => a.code)).not.toContain('SNAPSHOTS_STALE');
    const stale = async (minutes: number) =>
      (await look(later(minutes))).alerts.find((alert) => alert.code === 'SNAPSHOTS_STALE')?.severity;
    expect([await stale(120), await stale(24 * 60)]).toEqual(['warning', 'critical']);

    const remembered = await alerts(await surveyFromSnapshot(rig.ports.store, rig.ports.config, later(121)), {
      store: rig.ports.store,
      redis: null,
    });
    // Of that time there is no snapshot before to compare with: the evictions are those since the start.
    expect(remembered.alerts.map((a) => [a.code, a.severity])).toEqual([
      ['REDIS_EVICTIONS', 'warning'],
      ['SNAPSHOTS_STALE', 'warning'],
    ]);
    expect(remembered.alerts.find((a) => a.code === 'REDIS_EVICTIONS')?.evidence).toMatchObject({ evictedKeys: first });

    // As cron does, right after a snapshot that knows of the evictions already: compared with the one of an hour before. By
    // this clock Redis started just now, so that all since its start count.
    await takeSnapshot({ ...rig.ports, clock: () => later(61) });
    const { alerts: afterwards } = await look(later(61));
    expect(afterwards).toMatchObject([{ code: 'REDIS_EVICTIONS', evidence: { evictedKeys: second } }]);
  });

  it('a store that cannot be written: alerts all the same, since when as others noted it', async () => {
    await setBudgets(rig, PLENTY, { '0': 4 });
    expect(await codes(at(0))).toEqual([['BUDGET_CACHE', 'critical', '0', at(0)]]);
    await setBudgets(rig, PLENTY, { '0': 4, '1': 4 });
    const other = new Libsql(`${rig.dir}/rcm.db`);
    other.exec('BEGIN IMMEDIATE');
    const report = await look(at(5));
    other.exec('ROLLBACK');
    other.close();
    expect(report.alerts.map((a) => [a.companyId, a.since])).toEqual([
      ['0', at(0)],
      ['1', null],
    ]);
    expect(report.complete).toBe(true);
    expect(report.warnings).toEqual([
      expect.stringMatching(/^Since when is not recorded, and partly unknown: .*in use/),
    ]);
    expect(await codes(at(6))).toEqual([
      ['BUDGET_CACHE', 'critical', '0', at(0)],
      ['BUDGET_CACHE', 'critical', '1', at(6)],
    ]);
  });

  it('without a store: what Redis alone tells, since when unknown', async () => {
    const full = masters[0] as Redis;
    for (let i = 0; i < 4000; i++) await client.set(`company:{${i}}`, 'z'.repeat(5000));
    await full.config('SET', 'maxmemory', String(Math.round((await infoOf(full))('used_memory') / 0.97)));
    const store = new RcmError('RCM_STORE_UNAVAILABLE', 'gone', 'nothing');
    const found = await survey({ ...rig.ports, store }, DAY);
    const report = await alerts(found, { store, redis: rig.ports.redis });
    expect(report.complete).toBe(false);
    expect(report.alerts).toMatchObject([{ code: 'REDIS_MEMORY', severity: 'critical', since: null }]);
    expect(report.warnings.join()).toContain('gone');
  });
});

it('a replica that its cluster holds for failed', async () => {
  const cluster = await startCluster({ replicas: 1 });
  const rig = await rigOn(cluster.url);
  const ask = async () => alerts(await survey(rig.ports, DAY), { store: rig.ports.store, redis: rig.ports.redis });
  expect((await ask()).alerts).toEqual([]);
  const replica = cluster.replicas[1] as RedisServer;
  await replica.stop();
  const first = connect(cluster.masters[0] as RedisServer);
  await waitUntil('the cluster holds it for failed', async () =>
    /slave,fail /.test(String(await first.call('CLUSTER', 'NODES'))),
  );
  first.disconnect();
  expect((await ask()).alerts).toMatchObject([
    {
      code: 'REDIS_REPLICATION',
      severity: 'warning',
      message: `Replica 127.0.0.1:${replica.port} has failed`,
      evidence: { cutOff: 0, behind: 0, failed: 1 },
    },
  ]);
  await rig.close();
  await cluster.stop();
});
