import { describe, expect, it } from 'vitest';
import type { AlertFacts, MemoryFacts, Verdict } from '../../../../../src/core/domain/alerts/alert.js';
import { budgetRule } from '../../../../../src/core/domain/alerts/budgets.js';
import { evictionRule } from '../../../../../src/core/domain/alerts/evictions.js';
import { healthRule } from '../../../../../src/core/domain/alerts/health.js';
import { memoryRule } from '../../../../../src/core/domain/alerts/memory.js';
import { persistenceRule, replicationRule } from '../../../../../src/core/domain/alerts/servers.js';
import { snapshotRule } from '../../../../../src/core/domain/alerts/snapshots.js';
import { ago, company, facts, server, views } from './builders.js';

const MB = 1_048_576;
const GB = 1024 * MB;
const HOUR = 3_600_000;
const short = ({ found }: Verdict) => found.map(({ code, severity, companyId }) => [code, severity, companyId]);
const severityOf = ({ found }: Verdict) => found.map((finding) => finding.severity).join();

describe('healthRule', () => {
  // 0.4 × hit rate + 0.3 × cost + 0.2 × performance + 0.1 × stability
  it.each([
    [{ hits: 85, misses: 15, clears24h: 5 }, ''], // 0.4 × 80 + 30 + 20 + 0.1 × 30 = 85
    [{ hits: 70, misses: 30, clears24h: 5 }, 'warning'], // 24 + 30 + 20 + 3 = 77
    [{ hits: 50, misses: 50, readUs: 1_100_000 }, 'warning'], // 12 + 30 + 0.2 × 0 + 10 = 52
    [{ hits: 49, misses: 51, readUs: 300_000 }, 'warning'], // 0 + 30 + 0.2 × 60 + 10 = 52
    [{ hits: 49, misses: 51, readUs: 700_000 }, 'critical'], // 0 + 30 + 0.2 × 30 + 10 = 46
  ] as const)('%j: %s', (change, severity) => {
    expect(severityOf(healthRule(facts({ companies: views([company('1', change)]) })))).toBe(severity);
  });

  it('says what is weak, the score cut and not rounded, and what to run', () => {
    const weak = company('-1 x', { hits: 45, misses: 55, readUs: 1_200_000, clears24h: 12 });
    expect(healthRule(facts({ companies: views([weak]) })).found).toEqual([
      {
        code: 'COMPANY_HEALTH',
        severity: 'critical',
        companyId: '-1 x',
        companyName: 'Name of -1 x',
        message: 'Health 30 of 100: hit rate 45.0%, 12.0 ms a read, 12 clears in 24 h',
        evidence: { score: 30, hitRate: 45, avgResponseMs: 12, clears24h: 12, budgetPercentUsed: 1 },
        command: "rcm drill-down -- '-1 x'",
      },
    ]);
  });

  it('says nothing without a score, which then cannot be told: the budget has its own alert', () => {
    const silent = company('1', { hits: null, misses: null, cacheBytes: 500 * MB });
    const verdict = healthRule(facts({ companies: views([silent]) }));
    expect(verdict).toEqual({ found: [], unknown: [{ companyId: '1', code: 'COMPANY_HEALTH' }] });
  });
});

describe('budgetRule', () => {
  const usage = (storage: number, minutes: number) => ({
    storageBytes: storage * GB,
    calls: 1,
    minutes,
    recordingBytes: 0,
  });
  const lines = (cache: number, storage: number, minutes: number, complete = true) =>
    budgetRule(
      facts({ complete, companies: views([company('1', { cacheBytes: cache * MB, usage: usage(storage, minutes) })]) }),
    );

  it.each([
    [79.99, ''],
    [80, 'warning'],
    [119.99, 'warning'],
    [120, 'critical'],
  ])('%d %%: %s, each line for itself', (percent, severity) => {
    const found = severity === '' ? [] : [severity];
    expect(lines(percent, 0, 0).found.map((f) => f.severity)).toEqual(found);
    expect(short(lines(percent, 0, 0))).toEqual(found.map((s) => ['BUDGET_CACHE', s, '1']));
    expect(short(lines(0, percent, 0))).toEqual(found.map((s) => ['BUDGET_STORAGE', s, '1']));
    expect(short(lines(0, 0, percent))).toEqual(found.map((s) => ['BUDGET_CALLS', s, '1']));
  });

  it('tells used and allocated', () => {
    const [line] = lines(0, 125.5, 0).found;
    expect(line?.message).toBe('Storage budget 125.5% used: $125.50 of $100.00/month');
    expect(line?.evidence).toEqual({
      line: 'storage',
      allocated: 100,
      used: 125.5,
      percentUsed: expect.closeTo(125.5),
    });
    expect(line?.command).toBe('rcm budget get 1');
  });

  it('anything used of nothing allocated is critical', () => {
    const [view] = views([company('1', { cacheBytes: 3 * MB })]);
    if (!view) throw new Error('no company');
    view.budget.lines.cache = { allocated: 0, used: 3, remaining: -3, percentUsed: null, status: 'critical' };
    expect(budgetRule(facts({ companies: [view] })).found).toMatchObject([
      { severity: 'critical', message: 'Cache budget: $3.00/month used, nothing allocated' },
    ]);
  });

  it('cannot tell without prices; with a service away the known part proves only a breach', () => {
    const codes = ({ unknown }: Verdict) => unknown.map((key) => key.code);
    const noPrices = budgetRule(facts({ companies: views([company('1')], null) }));
    expect(codes(noPrices)).toEqual(['BUDGET_CACHE', 'BUDGET_STORAGE', 'BUDGET_CALLS']);
    const noStorage = company('1', { usage: { ...usage(0, 130), storageBytes: null } });
    const verdict = (complete: boolean) => budgetRule(facts({ complete, companies: views([noStorage]) }));
    expect([codes(verdict(true)), codes(verdict(false))]).toEqual([[], ['BUDGET_STORAGE']]);
    expect(short(verdict(false))).toEqual([['BUDGET_CALLS', 'critical', '1']]);
  });
});

describe('memoryRule', () => {
  const node = (usedBytes: number | null, change: Partial<MemoryFacts> = {}): MemoryFacts => ({
    label: `node-${usedBytes}`,
    usedBytes,
    maxBytes: 1000,
    policy: 'allkeys-lru',
    ...change,
  });
  it.each([
    [799, ''],
    [800, 'warning'],
    [949, 'warning'],
    [950, 'critical'],
    [1100, 'critical'],
  ])('%d of 1000: %s', (used, severity) => {
    expect(severityOf(memoryRule(facts({ memory: [node(used)] })))).toBe(severity);
  });

  it('the fullest of several decides; no limit is never near', () => {
    const [found] = memoryRule(facts({ memory: [node(850), node(960), node(1e9, { maxBytes: 0 })] })).found;
    expect(found).toMatchObject({
      severity: 'critical',
      companyId: null,
      message: 'node-960 uses 96.0% of its maxmemory: 960B of 1000B (and 1 more near theirs)',
      evidence: { server: 'node-960', usedBytes: 960, maxBytes: 1000, usedPercent: 96, serversNearLimit: 2 },
    });
    const full = memoryRule(facts({ memory: [node(900, { policy: 'noeviction' })] }));
    expect(full.found[0]?.message).toMatch(/; when it is full, writes fail \(noeviction\)$/);
  });

  it('cannot tell where a server does not say', () => {
    const unknown = [{ companyId: null, code: 'REDIS_MEMORY' }];
    expect(memoryRule(facts({ memory: null }))).toEqual({ found: [], unknown });
    expect(memoryRule(facts({ memory: [node(999), node(null)] }))).toEqual({ found: [], unknown });
  });
});

describe('evictionRule', () => {
  const rule = (evictedKeys: number | null, since: AlertFacts['evictionsSince'], uptimeSeconds: number | null) =>
    evictionRule(facts({ redis: { evictedKeys, uptimeSeconds }, evictionsSince: since }));
  const snapshot = (evictedKeys: number | null) => ({ takenAt: ago(HOUR), evictedKeys });

  it('counts since a snapshot', () => {
    expect(rule(1007, snapshot(7), 2 * 3600).found).toMatchObject([
      {
        severity: 'warning',
        message: '1,000 keys were evicted since the snapshot, 1h before',
        evidence: {
          evictedKeys: 1000,
          comparedWith: 'snapshot',
          from: ago(HOUR).toISOString(),
          evictedSinceStart: 1007,
        },
      },
    ]);
    expect(rule(7, snapshot(7), 2 * 3600).found).toEqual([]);
  });

  it.each([
    ['there is none', null, 7200, 7200],
    ['it did not know', snapshot(null), 7200, 7200],
    ['Redis started since', snapshot(0), 3597, 3597],
    ['the count began anew', snapshot(6), 7200, 7200],
  ] as const)('counts since the start where %s', (_, last, uptime, seconds) => {
    expect(rule(5, last, uptime).found[0]?.evidence).toEqual({
      evictedKeys: 5,
      comparedWith: 'start',
      from: ago(seconds * 1000).toISOString(),
      evictedSinceStart: 5,
    });
  });

  it('compares where the start may have been before it: uptimes are in whole seconds', () => {
    expect(rule(5, snapshot(1), 3598).found[0]?.evidence).toMatchObject({ comparedWith: 'snapshot', evictedKeys: 4 });
  });

  it('makes do with an unknown start, not with an unknown count', () => {
    expect(rule(1, null, null).found[0]?.message).toBe("1 key was evicted since the server's start");
    expect(rule(0, null, null)).toEqual({ found: [], unknown: [] });
    expect(rule(null, null, 1).unknown).toEqual([{ companyId: null, code: 'REDIS_EVICTIONS' }]);
  });
});

describe('snapshotRule', () => {
  it.each([
    [2 * HOUR - 1, ''],
    [2 * HOUR, 'warning'],
    [24 * HOUR - 1, 'warning'],
    [24 * HOUR, 'critical'],
    [-HOUR, ''],
  ])('%d ms old: %s', (age, severity) => {
    const lastSnapshot = { takenAt: ago(age) };
    expect(severityOf(snapshotRule(facts({ lastSnapshot })))).toBe(severity);
  });

  it('misses none where none was ever taken; cannot tell without a store', () => {
    expect(snapshotRule(facts({ lastSnapshot: 'none' }))).toEqual({ found: [], unknown: [] });
    expect(snapshotRule(facts({ lastSnapshot: null })).unknown).toHaveLength(1);
  });
});

describe('replicationRule', () => {
  const replica = (change: object) => ({ host: 'h', port: 1, online: true, lagSeconds: 0, ...change });
  it('a replica without its master is critical, one that is behind a warning', () => {
    const rule = (servers: AlertFacts['servers'], failedReplicas: string[] | null = []) =>
      replicationRule(facts({ servers, failedReplicas }));
    expect(rule([server({ masterLinkUp: true, replicas: [replica({ lagSeconds: 10 })] })])).toEqual({
      found: [],
      unknown: [],
    });
    expect(rule([server({ masterLinkUp: false })]).found).toMatchObject([
      { severity: 'critical', message: 'The link of redis:6379 to its master is down: it holds old data' },
    ]);
    const behind = rule([server({ replicas: [replica({ lagSeconds: 11 }), replica({ port: 2, online: false })] })]);
    expect(behind.found).toMatchObject([
      {
        severity: 'warning',
        message: 'Replica h:1 of redis:6379 is 11 s behind; replica h:2 of redis:6379 is not online',
        evidence: { cutOff: 0, behind: 2, failed: 0 },
      },
    ]);
    expect(rule([server()], ['h:3']).found).toMatchObject([{ severity: 'warning', message: 'Replica h:3 has failed' }]);
    expect([rule(null).unknown, rule([], null).unknown].map((u) => u.length)).toEqual([1, 1]);
  });
});

describe('persistenceRule', () => {
  it('a save or write that failed is critical, a rewrite a warning', () => {
    const rule = (change: Parameters<typeof server>[0]) => persistenceRule(facts({ servers: [server(change)] }));
    expect(severityOf(rule({ rdbSaveOk: true, aofWriteOk: null, aofRewriteOk: true }))).toBe('');
    expect(severityOf(rule({ rdbSaveOk: false }))).toBe('critical');
    expect(severityOf(rule({ aofWriteOk: false }))).toBe('critical');
    expect(severityOf(rule({ aofRewriteOk: false }))).toBe('warning');
    expect(rule({ rdbSaveOk: false }).found[0]?.message).toBe('The last RDB save of redis:6379 failed');
    expect(persistenceRule(facts({ servers: null })).unknown).toHaveLength(1);
  });
});
