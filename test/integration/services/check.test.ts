import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Limits } from '../../../src/core/domain/check/check.js';
import type { CompanyView } from '../../../src/core/domain/company-view.js';
import { RcmError } from '../../../src/core/errors.js';
import { type CheckRequest, check } from '../../../src/core/services/check/check.js';
import { type AskedRules, combineRules } from '../../../src/core/services/check/rules.js';
import { surveyFromSnapshot } from '../../../src/core/services/companies/from-snapshot.js';
import { survey } from '../../../src/core/services/companies/survey.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { type RedisCluster, type RedisServer, startKind } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const DAY = 86_400_000;
const NOON = new Date('2026-03-01T12:00:00Z').getTime();
const at = (minute: number) => new Date(NOON + minute * 60_000);
const most = (critical: number): Limits => ({ warning: null, critical });

describe.each(['standalone', 'cluster'])('on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let rig: Rig;
  beforeAll(async () => {
    ({ nodes, client } = await startKind(kind));
  });
  afterAll(async () => {
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(async () => {
    for (const node of client instanceof Cluster ? client.nodes('master') : [client]) await node.flushall();
    rig = await rigOn(nodes.url);
    for (let i = 0; i < 30; i++) await client.set(`company:${i % 3}:${i}`, 'x'.repeat(20_000));
    return () => rig.close();
  });
  const portsAt = (now: Date) => ({ ...rig.ports, clock: () => now });
  const request = (asked: AskedRules, change: Partial<CheckRequest> = {}): CheckRequest => ({
    words: [],
    keep: (companies) => [...companies],
    rules: combineRules({ budgets: [], ...asked }, {}, 'critical'),
    ...change,
  });
  const look = async (now: Date, asked: AskedRules) =>
    check(await survey(portsAt(now), DAY), rig.ports.store, request(asked));
  const bytesOf = async (id: string) => {
    const { companies } = await survey(portsAt(at(0)), DAY);
    return companies.find((company) => company.companyId === id)?.metrics.cacheBytes ?? 0;
  };

  it('growth is against the newest snapshot before the figures', async () => {
    const before = await bytesOf('0');
    await takeSnapshot(portsAt(at(0)));
    for (let i = 0; i < 10; i++) await client.set(`company:0:more:${i}`, 'x'.repeat(20_000));
    for (let i = 1; i < 30; i += 3) await client.del(`company:1:${i}`);
    await client.set('company:new:k', 'x');
    const after = await bytesOf('0');
    const report = await look(at(90), { maxGrowth: most(50) });
    expect(report.checks.map(({ companyId, verdict, measured }) => [companyId, verdict, measured])).toEqual([
      ['0', 'critical', ((after - before) / before) * 100],
      ['new', 'unknown', null],
      ['2', 'pass', 0],
    ]);
    expect(report.checks[0]?.evidence).toEqual({ bytes: after, bytesBefore: before, since: at(0).toISOString() });
    expect(report.checks[0]?.message).toContain(' in 1h 30m: ');
    // A company whose keys went and that no list knows is not there any more.
    await takeSnapshot(portsAt(at(120)));
    const { store, config } = rig.ports;
    const kept = await check(await surveyFromSnapshot(store, config, at(125)), store, request({ maxGrowth: most(50) }));
    expect(kept.checks.map(({ companyId, verdict }) => [companyId, verdict])).toEqual([
      ['0', 'critical'],
      ['new', 'unknown'],
      ['2', 'pass'],
    ]);
    expect(kept.checks[0]?.message).toContain(' in 2h: ');
    expect(kept.snapshot).toEqual({ takenAt: at(120), ageSeconds: 300 });
  });

  it('without a store: nothing that rests on it passes', async () => {
    const store = new RcmError('RCM_STORE_UNAVAILABLE', 'gone', 'nothing');
    const found = await survey({ ...rig.ports, store }, DAY);
    const asked = { budgets: ['cache'] as const, maxGrowth: most(50), maxTotal: most(5) };
    const report = await check(found, store, request(asked, { words: ['0'] }));
    expect(report.checks.map(({ rule, verdict, message }) => [rule, verdict, message])).toEqual([
      ['max-total', 'unknown', expect.stringMatching(/^Platform cost unknown: prices were not read/)],
      ['measurement', 'unknown', expect.stringContaining('gone')],
      ['budget-cache', 'unknown', expect.stringMatching(/^Cache budget unknown: /)],
      ['max-growth', 'unknown', 'Cache growth unknown: gone'],
    ]);
    expect(report.exitCode).toBe(3);
    await expect(check(found, store, request(asked, { words: ['nobody'] }))).rejects.toMatchObject({
      code: 'RCM_STORE_UNAVAILABLE',
    });
  });

  it('rules of single companies, by id; the total whichever companies are looked at', async () => {
    const rules = combineRules(
      { budgets: [], maxTotal: most(5) },
      { companies: { 1: { minHitRate: most(80) }, gone: { minScore: null } } },
      'critical',
    );
    const found = await survey(portsAt(at(0)), DAY);
    const all = { words: [], keep: (companies: readonly CompanyView[]) => [...companies], rules };
    const report = await check(found, rig.ports.store, {
      ...all,
      keep: (companies) => companies.filter((company) => company.companyId === '2'),
    });
    // Three shares of 20 dollars, the keys' megabytes at 8 cents, and MongoDB's base tier.
    const megabytes = ((await bytesOf('0')) + (await bytesOf('1')) + (await bytesOf('2'))) / 1024 / 1024;
    expect(report.checks).toMatchObject([
      { rule: 'max-total', verdict: 'critical', measured: expect.closeTo(20 + megabytes * 0.08 + 57, 6) },
    ]);
    const [, own] = (await check(found, rig.ports.store, all)).checks;
    expect(own).toMatchObject({ companyId: '1', rule: 'min-hit-rate', verdict: 'unknown' });
    expect(report.warnings).toContain("The policy has rules for 'gone', but there is no such company.");
  });
});
