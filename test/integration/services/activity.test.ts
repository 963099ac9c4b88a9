import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessEvent } from '../../../src/core/domain/access-event.js';
import type { ActivityEntry } from '../../../src/core/domain/activity.js';
import { type FeedEntry, loggedAccess } from '../../../src/core/domain/activity-feed.js';
import { RcmError } from '../../../src/core/errors.js';
import { addEventCommand } from '../../../src/core/redis/events.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { recentActivity } from '../../../src/core/services/activity/recent.js';
import type { Store } from '../../../src/core/store/store.js';
import { describeMongo } from '../../support/mongo/index.js';
import { connect, type RedisCluster, type RedisServer, startKind, startRedis } from '../../support/redis/index.js';
import { entry, historyEntry } from '../store/builders.js';
import type { StoreHarness } from '../store/harness.js';
import { mongoHarness } from '../store/mongo-harness.js';
import { sqliteHarness } from '../store/sqlite-harness.js';
import { type Rig, rigOn } from './rig.js';

const NOW = Date.UTC(2026, 2, 31, 12);
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000);

function access(secondsAgo: number, key: string, change: Partial<AccessEvent> = {}): AccessEvent {
  return {
    timestampMs: NOW - secondsAgo * 1000,
    key,
    op: 'hit',
    sizeBytes: 100,
    durationUs: 250,
    threshold: 1,
    ...change,
  };
}

/** `type company key` of each. */
const brief = (entries: FeedEntry[]) => entries.map((e) => `${e.type} ${e.companyId ?? '-'} ${e.key ?? '-'}`);

describe.each(['standalone', 'cluster'])('recent activity on %s', (kind) => {
  let nodes: RedisServer | RedisCluster;
  let client: Redis | Cluster;
  let masters: Redis[];
  let rig: Rig;
  beforeAll(async () => {
    ({ nodes, client, masters } = await startKind(kind));
    rig = await rigOn(nodes.url);
  });
  afterAll(async () => {
    await rig.close();
    client.disconnect();
    await nodes.stop();
  });
  beforeEach(() => Promise.all(masters.map((node) => node.flushall())));

  const record = async (companyId: string, ...events: AccessEvent[]) => {
    for (const event of events) {
      const [name, ...args] = addEventCommand(ownKeys.events(companyId), event, null);
      await client.call(name as string, ...args);
    }
  };
  const all = { companyId: null, limit: 50 };

  it('puts the streams of all companies in the order of the accesses, whichever were written first', async () => {
    await record('1', access(30, 'a'), access(10, 'c', { op: 'miss' }));
    await record('x{y}:ü', access(20, 'b', { op: 'set' }), access(40, 'old'));
    await client.set('rcm:{text}:events', 'no stream');
    const { entries, warnings, complete } = await recentActivity(rig.ports, all);
    expect({ warnings, complete }).toEqual({ warnings: [], complete: true });
    expect(brief(entries)).toEqual(['miss 1 c', 'set x{y}:ü b', 'hit 1 a', 'hit x{y}:ü old']);
    expect(entries[2]).toMatchObject({ timestamp: at(30), sizeBytes: 100, durationMs: 0.25, source: 'live' });
    expect(brief((await recentActivity(rig.ports, { companyId: '1', limit: 1 })).entries)).toEqual(['miss 1 c']);
  });

  it('finds the newest accesses even where others were written after them', async () => {
    // Written last, though long past: a process that could not reach Redis for a while.
    await record('1', access(1, 'newest'), ...Array.from({ length: 120 }, (_, i) => access(1000 - i, `late${i}`)));
    const { entries } = await recentActivity(rig.ports, { companyId: '1', limit: 3 });
    expect(brief(entries)).toEqual(['hit 1 newest', 'hit 1 late119', 'hit 1 late118']);
  });

  it('tells where a follower goes on: after the newest entry of each stream', async () => {
    await record('1', access(30, 'a'), access(20, 'b'));
    const { lastIds } = await recentActivity(rig.ports, { companyId: '1', limit: 1 });
    const newest = await client.xrevrange('rcm:{1}:events', '+', '-', 'COUNT', 1);
    expect(lastIds).toEqual(new Map([['1', newest[0]?.[0]]]));
  });

  it('looks for keys by name or glob, as they are shown or whole', async () => {
    const long = `session:${'x'.repeat(200)}`;
    await record('1', access(4, 'profile'), access(3, 'session:1'), access(2, 'a*b'), access(1, long));
    await record('2', access(5, 'profile'));
    const keys = async (key: string, companyId: string | null = '1') =>
      brief((await recentActivity(rig.ports, { companyId, key, limit: 9 })).entries);
    expect(await keys('profile')).toEqual(['hit 1 profile']);
    expect(await keys('company:1:profile')).toEqual(['hit 1 profile']);
    expect(await keys('company:*:profile', null)).toEqual(['hit 1 profile', 'hit 2 profile']);
    expect(await keys('session:?')).toEqual(['hit 1 session:1']);
    expect(await keys('a\\*b')).toEqual(['hit 1 a*b']);
    expect(await keys(long)).toHaveLength(1);
    expect(await keys('company:2:profile')).toEqual([]);
  });
});

it('a user who may not SCAN sees the companies of the list', async () => {
  const server = await startRedis({ users: ['noscan on >secret ~* &* +@all -scan'] });
  const rig = await rigOn(`redis://noscan:secret@127.0.0.1:${server.port}`);
  const [name, ...args] = addEventCommand(ownKeys.events('1'), access(1, 'k'), null);
  await rig.ports.redis.client.call(name as string, ...args);
  const read = () => recentActivity(rig.ports, { companyId: null, limit: 9 });
  expect(await read()).toMatchObject({ entries: [], complete: false, warnings: [expect.stringContaining('permit')] });
  const none = { storageBytes: null, calls: null, minutes: null, recordingBytes: null };
  await rig.ports.store.companies.replaceImported([{ companyId: '1', companyName: 'One', ...none }], new Date());
  const { entries, warnings, complete } = await read();
  expect(brief(entries)).toEqual(['hit 1 k']);
  expect({ warnings, complete }).toEqual({ warnings: [expect.stringContaining('in no list')], complete: true });
  await rig.close();
  await server.stop();
});

const ENGINES = [
  { engine: 'sqlite', describe, harness: sqliteHarness as () => Promise<StoreHarness> },
  { engine: 'mongodb', describe: describeMongo, harness: mongoHarness as () => Promise<StoreHarness> },
];

for (const { engine, describe: describeIt, harness: makeHarness } of ENGINES) {
  describeIt(`recent activity with ${engine}`, () => {
    let server: RedisServer;
    let redis: Redis;
    let rig: Rig;
    let harness: StoreHarness;
    let store: Store;
    beforeAll(async () => {
      server = await startRedis();
      redis = connect(server);
      rig = await rigOn(server.url);
      harness = await makeHarness();
    });
    beforeEach(async () => {
      await redis.flushall();
      await harness.reset();
      store = await harness.open();
      return () => store.close();
    });
    afterAll(async () => {
      redis.disconnect();
      await harness.destroy();
      await Promise.all([rig.close(), server.stop()]);
    });
    const recent = (query: Partial<Parameters<typeof recentActivity>[1]> = {}) =>
      recentActivity({ ...rig.ports, store }, { companyId: null, limit: 50, ...query });
    const record = async (companyId: string, ...events: AccessEvent[]) => {
      for (const event of events) {
        const [name, ...args] = addEventCommand(ownKeys.events(companyId), event, null);
        await redis.call(name as string, ...args);
      }
    };
    const act = (secondsAgo: number, phase: string, details: object = {}): ActivityEntry =>
      entry({
        timestamp: at(secondsAgo),
        details: { phase, operationId: 'op', ...details },
        metadata: { actor: 'ann' },
      });

    it('shows an access once that stands in Redis and in the log, and as often as it took place', async () => {
      const twice = access(20, 'twice', { durationUs: 1234 });
      const inRedis = [access(30, 'both'), twice, twice, access(10, 'live only')];
      const inLog = [access(40, 'log only'), access(30, 'both'), twice];
      await record('acme', ...inRedis);
      await store.activity.append(inLog.map((event) => loggedAccess('acme', event)));
      // The same but for a microsecond, another company, another operation: other accesses.
      await store.activity.append([
        loggedAccess('acme', access(30, 'both', { durationUs: 251 })),
        loggedAccess('other', access(30, 'both')),
        loggedAccess('acme', access(30, 'both', { op: 'set' })),
      ]);
      const { entries } = await recent({ companyId: 'acme' });
      expect(brief(entries)).toEqual([
        'hit acme live only',
        'hit acme twice',
        'hit acme twice',
        'hit acme both',
        'set acme both',
        'hit acme both',
        'hit acme log only',
      ]);
      expect(brief((await recent({ companyId: 'other' })).entries)).toEqual(['hit other both']);
    });

    it('tells an act once, by its outcome; one that has none by its intent', async () => {
      await store.activity.append([
        act(20, 'intent', { match: 's:*' }),
        act(10, 'outcome', { match: 's:*', keys: 1204, bytes: 3 * 1024 ** 2, complete: true, backup: 'r.rcmb' }),
        { ...act(5, 'intent'), details: { phase: 'intent', operationId: 'killed' } },
      ]);
      const { entries } = await recent({ companyId: 'acme' });
      expect(entries.map((e) => [e.detail, e.actor, e.sizeBytes])).toEqual([
        ['began to clear', 'ann', null],
        ['cleared 1,204 keys, 3.0MB, matching s:*, backup r.rcmb', 'ann', 3 * 1024 ** 2],
      ]);
    });

    it('shows changes of prices and budgets: of all for all, of a company its own', async () => {
      const budget = { ...historyEntry('x'), service: 'budgets' as const, oldValue: 5, newValue: 8 };
      await store.pricing.update(() => ({
        history: [
          { ...historyEntry('dearer'), timestamp: at(30) },
          { ...budget, timestamp: at(20), field: 'customBudgets.a.b.cache' },
          { ...budget, timestamp: at(10), field: 'defaultPerCompany.cache' },
        ],
      }));
      expect(brief((await recent()).entries)).toEqual(['budget - -', 'budget a.b -', 'pricing - -']);
      expect(brief((await recent({ companyId: 'a.b' })).entries)).toEqual(['budget a.b -']);
      expect(brief((await recent({ companyId: 'a.b', types: ['pricing'] })).entries)).toEqual(['pricing - -']);
      expect((await recent({ types: ['pricing'] })).entries[0]).toMatchObject({
        detail: 'redis.storageCostPerMB $0.08 → $0.09',
        actor: 'ann@host',
        reason: 'dearer',
        timestamp: at(30),
      });
    });

    it('filters by type, time (both ends included) and key', async () => {
      await record('acme', access(30, 'k'), access(20, 'k', { op: 'miss' }), access(10, 'other'));
      await store.activity.append([
        act(25, 'outcome', { keys: 2 }),
        loggedAccess('acme', access(40, 'company:acme:k')),
      ]);
      const of = async (query: Parameters<typeof recent>[0]) => brief((await recent(query)).entries);
      expect(await of({ types: ['clear', 'miss'] })).toEqual(['miss acme k', 'clear acme -']);
      expect(await of({ since: at(30), until: at(20) })).toEqual(['miss acme k', 'clear acme -', 'hit acme k']);
      // Logged whole, shown as the others are.
      expect(await of({ key: 'k' })).toEqual(['miss acme k', 'hit acme k', 'hit acme k']);
      expect(await of({ key: 'company:acme:*', types: ['hit'], limit: 2 })).toEqual(['hit acme other', 'hit acme k']);
    });

    it('finds a rare key far back in the log', async () => {
      const many = Array.from({ length: 3000 }, (_, i) => loggedAccess('acme', access(i, `k${i}`)));
      await store.activity.append(many);
      const { entries, warnings } = await recent({ companyId: 'acme', key: 'k2900', limit: 5 });
      expect({ found: brief(entries), warnings }).toEqual({ found: ['hit acme k2900'], warnings: [] });
    });

    it('without Redis shows the log, without the store what is live, and says so', async () => {
      await record('acme', access(10, 'live'));
      await store.activity.append([act(20, 'outcome', { keys: 2 })]);
      const down = new RcmError('RCM_REDIS_UNREACHABLE', 'Redis is down', 'Start it.');
      const query = { companyId: null, limit: 9 };
      const logOnly = await recentActivity({ ...rig.ports, store, redis: down }, query);
      expect({ ...logOnly, entries: brief(logOnly.entries) }).toMatchObject({
        entries: ['clear acme -'],
        warnings: ['Live access events are not shown: Redis is down'],
        complete: false,
      });
      const noStore = new RcmError('RCM_STORE_UNAVAILABLE', 'no store', 'Make one.');
      const liveOnly = await recentActivity({ ...rig.ports, store: noStore }, query);
      expect({ ...liveOnly, entries: brief(liveOnly.entries) }).toMatchObject({
        entries: ['hit acme live'],
        warnings: ['The log is not shown: no store'],
        complete: false,
      });
    });
  });
}
