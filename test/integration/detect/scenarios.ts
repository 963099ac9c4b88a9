import type { IssueCode } from '../../../src/core/domain/detect/issue.js';
import { addCounters } from '../../../src/core/redis/counters.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { company, ID, keys, type World } from './world.js';

/** A workload, and what is wrong with it: issue → its main cause. Those of another company (or the platform) by its id. */
export interface Scenario {
  name: string;
  /** How long it takes, in hours. */
  hours: number;
  /** On a server of its own, which it restarts. */
  restarts?: true;
  expected: Partial<Record<IssueCode, string>>;
  others?: { companyId: string | null; code: IssueCode; cause: string }[];
  run: (world: World) => Promise<void>;
}

const MINUTE = 60;
const HOUR = 3600;
const LONG = 60 * 24 * HOUR;
const KB = 1024;

const thrashing: Scenario[] = [
  {
    name: 'TTL of 45 s, every key read each 30 s',
    hours: 0.5,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: (w) => w.rounds(40, keys(8), 30, 45),
  },
  {
    name: 'TTL of 10 s, polled each 8 s',
    hours: 0.5,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: async (w) => {
      await w.pass(20 * MINUTE);
      await w.read('warm', 60);
      await w.rounds(120, keys(3), 8, 10);
    },
  },
  {
    name: 'TTL of 5 min, every key read each 6 min: no hit at all',
    hours: 3,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: (w) => w.rounds(25, keys(10), 6 * MINUTE, 5 * MINUTE),
  },
  {
    name: 'TTL of 1 min, keys wanted at random, some more than others',
    hours: 2,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: async (w) => {
      for (let i = 0; i < 400; i += 1) {
        await w.read(`profile:${Math.floor(w.random() ** 2 * 12)}`, 60);
        await w.pass(5 + w.random() * 20);
        if (i % 50 === 49) await w.cache.flush();
      }
    },
  },
  {
    name: 'TTL of 1 min, 1,500 keys: only a sample of them is recorded',
    hours: 1,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: async (w) => {
      for (let round = 0; round < 10; round += 1) {
        for (let i = 0; i < 300; i += 1) await w.read(`profile:${(i * 7) % 300}`, 60);
        await w.cache.flush();
        await w.pass(2 * MINUTE);
      }
    },
  },
  {
    name: 'The whole cache cleared by the application every 5 min',
    hours: 2.5,
    expected: { CACHE_THRASHING: 'cleared' },
    run: async (w) => {
      for (let i = 0; i < 25; i += 1) {
        await w.rounds(2, keys(10), 2 * MINUTE, HOUR);
        await w.cache.invalidate(ID);
        await w.pass(MINUTE);
      }
    },
  },
  {
    name: 'Cleared again and again with this tool, as the log has it',
    hours: 2.5,
    expected: { CACHE_THRASHING: 'cleared' },
    run: async (w) => {
      for (let i = 0; i < 20; i += 1) {
        await w.rounds(2, keys(10), 2 * MINUTE, HOUR);
        await clearedByTool(w);
        await w.pass(MINUTE);
      }
    },
  },
  {
    name: 'Every update removes the key, which is wanted at once',
    hours: 2,
    expected: { CACHE_THRASHING: 'updated' },
    run: async (w) => {
      for (let i = 0; i < 30; i += 1) {
        await w.rounds(2, keys(6), MINUTE, HOUR);
        for (const key of keys(6)) await w.cache.delete(ID, key);
        await w.pass(MINUTE);
      }
    },
  },
  {
    name: 'Keys evicted for want of memory',
    hours: 1,
    expected: { CACHE_THRASHING: 'evicted' },
    others: [{ companyId: null, code: 'EVICTION_PRESSURE', cause: 'memory_limit' }],
    run: async (w) => {
      await w.redis.config('SET', 'maxmemory-policy', 'volatile-ttl');
      await w.read('warm', HOUR);
      const used = Number(/^used_memory:(\d+)/m.exec(await w.redis.info('memory'))?.[1]);
      await w.redis.config('SET', 'maxmemory', String(used + 1_500_000));
      await w.rounds(8, keys(60), 2 * MINUTE, 6 * HOUR, 'x'.repeat(60 * KB));
      await w.pass(MINUTE);
    },
  },
  {
    name: 'Redis restarted twice, and lost the keys',
    hours: 0.5,
    restarts: true,
    expected: { CACHE_THRASHING: 'restarted' },
    run: async (w) => {
      for (let i = 0; i < 3; i += 1) {
        if (i > 0) {
          await w.pass(3 * MINUTE);
          await w.restartRedis();
          await w.pass(10);
        }
        await w.rounds(2, keys(30), i === 0 ? 8 * MINUTE : 0, 6 * HOUR);
        await w.rounds(1, keys(30).slice(0, 5), 0, 6 * HOUR);
        if (i === 1) await takeSnapshot(w.rig.ports);
      }
    },
  },
  {
    name: 'Keys of one use among those that expire too early',
    hours: 2,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: async (w) => {
      for (let i = 0; i < 50; i += 1) {
        await w.read(`order:${i}`, HOUR);
        for (const key of keys(5)) await w.read(key, 100);
        await w.pass(MINUTE);
        if (i % 10 === 9) await w.cache.flush();
      }
    },
  },
  {
    name: 'Two applications, one of which clears for both',
    hours: 2,
    expected: { CACHE_THRASHING: 'cleared' },
    run: async (w) => {
      const other = w.anotherApplication();
      for (let i = 0; i < 20; i += 1) {
        await w.rounds(2, keys(8), MINUTE, HOUR);
        await other.invalidate(ID);
        await other.flush();
        await w.pass(MINUTE);
      }
      await other.close();
    },
  },
  {
    name: 'TTL too short, and now and then a clear',
    hours: 3,
    expected: { CACHE_THRASHING: 'expired_early' },
    run: async (w) => {
      for (let i = 0; i < 8; i += 1) {
        await w.rounds(8, keys(8), MINUTE, 90);
        await w.cache.invalidate(ID);
      }
    },
  },
  {
    name: 'Cleared often, and now and then an update',
    hours: 3,
    expected: { CACHE_THRASHING: 'cleared' },
    run: async (w) => {
      for (let i = 0; i < 20; i += 1) {
        await w.rounds(2, keys(10), MINUTE, HOUR);
        await (i % 4 === 3 ? w.cache.delete(ID, ...keys(10)) : w.cache.invalidate(ID));
        await w.pass(MINUTE);
      }
    },
  },
  {
    name: 'Somebody who records nothing removes the keys',
    hours: 2,
    expected: { CACHE_THRASHING: 'unknown' },
    run: async (w) => {
      for (let i = 0; i < 20; i += 1) {
        await w.rounds(2, keys(10), MINUTE, HOUR);
        await w.redis.del(...keys(10).map((key) => `company:${ID}:${key}`));
        await w.pass(MINUTE);
      }
    },
  },
];

const alike: Scenario[] = [
  {
    name: 'Mostly keys of one use, a few of which expire and are wanted again',
    hours: 2,
    expected: {},
    run: async (w) => {
      for (let i = 0; i < 50; i += 1) {
        for (let n = 0; n < 3; n += 1) await w.read(`order:${i}-${n}`, HOUR);
        await w.read(`profile:${i % 2}`, 90);
        await w.pass(MINUTE);
        if (i % 10 === 9) await w.cache.flush();
      }
    },
  },
  {
    name: 'Values rewritten on every update, so that they stay cached',
    hours: 2,
    expected: {},
    run: async (w) => {
      for (let i = 0; i < 40; i += 1) {
        for (const key of keys(4)) await w.cache.set(ID, key, { version: i }, { ttl: HOUR });
        await w.rounds(1, keys(4), MINUTE, HOUR);
      }
    },
  },
  {
    name: 'Every key read once and never again',
    hours: 3,
    expected: {},
    run: async (w) => {
      for (let i = 0; i < 200; i += 1) {
        await w.read(`order:${i}`, 10 * MINUTE);
        await w.pass(40);
        if (i % 50 === 49) await w.cache.flush();
      }
    },
  },
  {
    name: 'Just started: all of it misses once',
    hours: 0.2,
    expected: {},
    run: (w) => w.rounds(1, keys(150), MINUTE, HOUR),
  },
  { name: 'Few reads, however bad', hours: 1, expected: {}, run: (w) => w.rounds(20, keys(3), MINUTE, 30) },
  {
    name: 'A short TTL that is long enough: read every 10 s, lives a minute',
    hours: 0.5,
    expected: {},
    run: (w) => w.rounds(120, keys(3), 10, 65),
  },
  {
    name: 'Deployed once: cleared in the middle, mostly keys of one use',
    hours: 3,
    expected: {},
    run: async (w) => {
      for (let i = 0; i < 200; i += 1) {
        await w.read(i % 4 === 0 ? `profile:${i % 8}` : `order:${i}`, HOUR);
        await w.pass(40);
        if (i === 100) await w.cache.invalidate(ID);
        if (i % 50 === 49) await w.cache.flush();
      }
    },
  },
  {
    name: 'Asked again and again for what does not exist, so that nothing is cached',
    hours: 1,
    expected: {},
    run: async (w) => {
      for (let i = 0; i < 40; i += 1) {
        for (const key of keys(5)) await w.cache.wrap(ID, key, () => undefined);
        await w.pass(MINUTE);
        await w.cache.flush();
      }
    },
  },
  {
    name: 'Wanted again only long after it expired',
    hours: 12,
    expected: {},
    run: (w) => w.rounds(6, keys(25), 2 * HOUR, 10 * MINUTE),
  },
  {
    name: 'Cleared every hour, and read so often that it hardly matters',
    hours: 4,
    expected: {},
    run: async (w) => {
      for (let i = 0; i < 4; i += 1) {
        await w.rounds(20, keys(5), 3 * MINUTE, 2 * HOUR);
        await w.cache.invalidate(ID);
      }
    },
  },
  {
    name: 'A bad hit rate, and no events that would tell why',
    hours: 0.5,
    expected: {},
    run: async (w) => {
      w.use({ events: false });
      await w.rounds(40, keys(8), 30, 45);
    },
  },
  {
    name: 'Nothing recorded at all',
    hours: 1,
    expected: {},
    run: async (w) => {
      w.use({ record: false });
      await w.rounds(5, keys(5), MINUTE, 30);
    },
  },
  { name: 'A quiet cache that works', hours: 4, expected: {}, run: (w) => w.rounds(60, keys(4), 4 * MINUTE, 6 * HOUR) },
];

const memory: Scenario[] = [
  {
    name: 'Images embedded in values',
    hours: 145,
    expected: { EXCESSIVE_MEMORY: 'embedded_data', LARGE_KEYS: 'embedded_data' },
    run: async (w) => {
      await fill(w, 40, 30 * KB);
      await w.usual();
      for (const key of keys(20, 'scenario'))
        await w.cache.set(ID, key, { name: key, image: image(w, 220 * KB) }, { ttl: LONG });
    },
  },
  {
    name: 'A list that nobody bounds',
    hours: 145,
    expected: { EXCESSIVE_MEMORY: 'unbounded_array', LARGE_KEYS: 'unbounded_array' },
    run: async (w) => {
      await fill(w, 40, 30 * KB);
      await w.usual();
      await w.redis.rpush(
        `company:${ID}:history`,
        ...Array.from({ length: 12_000 }, (_, i) => `${i}${'e'.repeat(300)}`),
      );
      await w.redis.expire(`company:${ID}:history`, LONG);
    },
  },
  {
    name: 'JSON values with arrays that nobody bounds',
    hours: 145,
    expected: { EXCESSIVE_MEMORY: 'unbounded_array', LARGE_KEYS: 'unbounded_array' },
    run: async (w) => {
      await fill(w, 40, 30 * KB);
      await w.usual();
      const calls = Array.from({ length: 4000 }, (_, at) => ({ at, note: 'n'.repeat(100) }));
      for (const key of keys(8, 'log')) await w.cache.set(ID, key, { id: key, calls }, { ttl: LONG });
    },
  },
  {
    name: 'Keys that never expire pile up',
    hours: 145,
    expected: { EXCESSIVE_MEMORY: 'never_expires', MISSING_TTL: 'no_ttl' },
    run: async (w) => {
      await fill(w, 60, 20 * KB);
      await w.usual();
      for (const key of keys(300, 'session')) await w.cache.set(ID, key, 'x'.repeat(19 * KB));
    },
  },
  {
    name: 'Many more keys than usual, with a TTL',
    hours: 145,
    expected: { EXCESSIVE_MEMORY: 'more_keys' },
    run: async (w) => {
      await fill(w, 60, 20 * KB);
      await w.usual();
      await fill(w, 260, 20 * KB, 'search');
    },
  },
  {
    name: 'Values four times as large as usual',
    hours: 145,
    expected: { EXCESSIVE_MEMORY: 'larger_values' },
    run: async (w) => {
      await fill(w, 100, 12 * KB);
      await w.usual();
      await fill(w, 100, 50 * KB);
    },
  },
  {
    name: 'No history: five times what companies with as many calls hold',
    hours: 1,
    expected: { EXCESSIVE_MEMORY: 'more_keys' },
    run: async (w) => {
      await fill(w, 250, 20 * KB);
      w.companies = [company(ID), ...(await neighbours(w, 4, 20 * KB))];
    },
  },
  {
    name: 'Four times the memory, and four times the calls',
    hours: 145,
    expected: {},
    run: async (w) => {
      await fill(w, 60, 20 * KB);
      await w.usual();
      await fill(w, 240, 20 * KB);
      w.companies = [company(ID, { calls: 60_000 })];
    },
  },
  {
    name: 'Always large',
    hours: 145,
    expected: {},
    run: async (w) => {
      await fill(w, 240, 20 * KB);
      await w.usual();
    },
  },
  {
    name: 'Large, with nothing to compare it with',
    hours: 1,
    expected: {},
    run: (w) => fill(w, 240, 20 * KB),
  },
  {
    name: '170 % of what is usual',
    hours: 145,
    expected: {},
    run: async (w) => {
      await fill(w, 100, 20 * KB);
      await w.usual();
      await fill(w, 170, 20 * KB);
    },
  },
  {
    name: 'Five times what is usual, which is next to nothing',
    hours: 145,
    expected: {},
    run: async (w) => {
      await fill(w, 10, KB);
      await w.usual();
      await fill(w, 50, KB);
    },
  },
  {
    name: 'Large, as the few companies with as many calls are',
    hours: 1,
    expected: {},
    run: async (w) => {
      await fill(w, 100, 20 * KB);
      w.companies = [company(ID), ...(await neighbours(w, 4, 20 * KB, 80))];
    },
  },
];

const contents: Scenario[] = [
  {
    name: 'A hash with one huge field',
    hours: 1,
    expected: { LARGE_KEYS: 'large_values' },
    run: async (w) => {
      for (let i = 0; i < 4; i += 1) await w.redis.hset(`company:${ID}:settings`, `f${i}`, 'small');
      await w.redis.hset(`company:${ID}:settings`, 'template', 'words of a letter '.repeat(12_000));
      await w.redis.expire(`company:${ID}:settings`, LONG);
    },
  },
  {
    name: 'A sorted set of 20,000 members',
    hours: 1,
    expected: { LARGE_KEYS: 'unbounded_array', MISSING_TTL: 'no_ttl' },
    run: async (w) => {
      await w.redis.zadd(
        `company:${ID}:scores`,
        ...Array.from({ length: 20_000 }, (_, i) => [i, `member:${i}`]).flat(),
      );
    },
  },
  {
    name: 'A string that is a file as base64',
    hours: 1,
    expected: { LARGE_KEYS: 'embedded_data' },
    run: async (w) => {
      await w.cache.set(ID, 'logo', `data:image/png;base64,${image(w, 300 * KB)}`, { ttl: HOUR });
    },
  },
  { name: 'Keys of 80 KB', hours: 1, expected: {}, run: (w) => fill(w, 20, 78 * KB) },
  {
    name: '3 MB that never expire',
    hours: 1,
    expected: { MISSING_TTL: 'no_ttl' },
    run: (w) => fill(w, 150, 20 * KB, 'doc', undefined),
  },
  {
    name: 'A third of it never expires',
    hours: 1,
    expected: {},
    run: async (w) => {
      await fill(w, 100, 20 * KB);
      await fill(w, 50, 20 * KB, 'doc', undefined);
    },
  },
  {
    name: 'Nothing of it expires, but it is 100 KB',
    hours: 1,
    expected: {},
    run: (w) => fill(w, 100, KB / 2, 'doc', undefined),
  },
];

const money: Scenario[] = [
  {
    name: 'Few calls, hardly anything read again',
    hours: 8,
    expected: { LOW_CACHE_EFFICIENCY: 'low_call_volume' },
    run: async (w) => {
      w.companies = [company(ID, { calls: 300 })];
      await coldReads(w);
    },
  },
  {
    name: 'Nobody knows its calls, hardly anything read again',
    hours: 8,
    expected: { LOW_CACHE_EFFICIENCY: 'cold_items' },
    run: async (w) => {
      w.companies = null;
      await coldReads(w);
    },
  },
  {
    name: 'Few calls, and a cache that is warmed with everything and hardly read',
    hours: 9,
    expected: { LOW_CACHE_EFFICIENCY: 'low_call_volume' },
    run: async (w) => {
      w.companies = [company(ID, { calls: 600 })];
      for (const key of keys(300, 'product')) await w.cache.set(ID, key, 'x'.repeat(2 * KB), { ttl: 20 * HOUR });
      for (let i = 0; i < 60; i += 1) {
        await w.read(i % 2 === 0 ? `product:${i}` : `order:${i}`, HOUR);
        await w.pass(8 * MINUTE);
      }
    },
  },
  {
    name: 'Few calls, but what is cached is used',
    hours: 8,
    expected: {},
    run: async (w) => {
      w.companies = [company(ID, { calls: 300 })];
      await w.rounds(20, keys(5), 24 * MINUTE, 10 * HOUR);
    },
  },
  {
    name: 'Hardly anything read again, but many calls',
    hours: 8,
    expected: {},
    run: coldReads,
  },
  {
    name: 'Few calls, hardly anything read again, but queries are dear',
    hours: 8,
    expected: {},
    run: async (w) => {
      w.companies = [company(ID, { calls: 300 })];
      await w.price({ queryCost: 0.01 });
      await coldReads(w);
    },
  },
  {
    name: 'Too short a time to tell whether it pays',
    hours: 2,
    expected: {},
    run: async (w) => {
      w.companies = [company(ID, { calls: 300 })];
      for (let i = 0; i < 60; i += 1) {
        await w.read(`order:${i}`, 10 * HOUR);
        await w.pass(2 * MINUTE);
      }
    },
  },
  {
    name: 'Memory over the budget, and little saved',
    hours: 1,
    expected: { COST_OVER_BUDGET: 'large_cache' },
    run: async (w) => {
      await w.price({ cache: 0.2, base: 0.01 });
      await fill(w, 250, 20 * KB);
    },
  },
  {
    name: 'Memory over the budget, and much more saved',
    hours: 8,
    expected: { COST_OVER_BUDGET: 'large_cache' },
    run: async (w) => {
      await w.price({ cache: 0.2, base: 0.01, queryCost: 0.001 });
      await fill(w, 250, 20 * KB);
      await w.rounds(40, keys(10, 'hot'), 12 * MINUTE, 10 * HOUR);
    },
  },
  {
    name: 'A share of the base cost over the budget',
    hours: 1,
    expected: { COST_OVER_BUDGET: 'base_share' },
    run: async (w) => {
      await w.price({ cache: 5, base: 20 });
      await fill(w, 10, KB);
      w.companies = [company(ID)];
    },
  },
  {
    name: 'Documents over the storage budget',
    hours: 1,
    expected: { COST_OVER_BUDGET: 'documents' },
    run: async (w) => {
      await w.price({ storage: 5 });
      w.companies = [company(ID, { storageBytes: 40 * KB ** 3 })];
      await w.rounds(20, keys(5), MINUTE, HOUR);
    },
  },
  {
    name: 'Queries over the storage budget',
    hours: 3,
    expected: { COST_OVER_BUDGET: 'queries' },
    run: async (w) => {
      await w.price({ storage: 5, queryCost: 0.001 });
      for (let i = 0; i < 150; i += 1) {
        await w.read(`order:${i}`, 10 * MINUTE);
        await w.pass(MINUTE);
      }
    },
  },
  {
    name: '95 % of the budget',
    hours: 1,
    expected: {},
    run: async (w) => {
      await w.price({ cache: 20, base: 19 });
      await fill(w, 10, KB);
    },
  },
  {
    name: 'Keys of an id that is no company, and of no other',
    hours: 1,
    expected: { ORPHANED_CACHE: 'list_incomplete' },
    run: async (w) => {
      w.use({ record: false });
      w.companies = [company('other')];
      await fill(w, 10, KB);
    },
  },
  {
    name: 'Keys of an id that is no company, and still read',
    hours: 1,
    expected: { ORPHANED_CACHE: 'still_used' },
    run: async (w) => {
      w.companies = [company('other')];
      await w.rounds(30, keys(5), MINUTE, HOUR);
    },
  },
  {
    name: 'Keys of an id that is no company, among those of companies',
    hours: 1,
    expected: {},
    others: [{ companyId: 'gone', code: 'ORPHANED_CACHE', cause: 'company_gone' }],
    run: async (w) => {
      w.companies = [company(ID), ...(await neighbours(w, 3, KB)), company('idle')];
      await w.rounds(30, keys(5), MINUTE, HOUR);
      await w.redis.set('company:gone:profile', 'x'.repeat(KB), 'EX', LONG);
    },
  },
  {
    name: 'No list of companies: nobody can be missing from it',
    hours: 1,
    expected: {},
    run: async (w) => {
      w.companies = null;
      await fill(w, 10, KB);
    },
  },
];

const pressure: Scenario[] = [
  {
    name: 'Evictions since the last snapshot',
    hours: 1,
    expected: {},
    others: [{ companyId: null, code: 'EVICTION_PRESSURE', cause: 'memory_limit' }],
    run: async (w) => {
      await fill(w, 100, 20 * KB);
      await takeSnapshot(w.rig.ports);
      await evictSome(w);
    },
  },
  {
    name: 'Evictions before the last snapshot, none since',
    hours: 1,
    expected: {},
    run: async (w) => {
      await fill(w, 100, 20 * KB);
      await evictSome(w);
      await takeSnapshot(w.rig.ports);
      await w.pass(0.1);
    },
  },
  {
    name: 'All but full',
    hours: 1,
    expected: {},
    others: [{ companyId: null, code: 'EVICTION_PRESSURE', cause: 'memory_limit' }],
    run: async (w) => {
      await fill(w, 400, 20 * KB);
      await w.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const used = Number(/^used_memory:(\d+)/m.exec(await w.redis.info('memory'))?.[1]);
      await w.redis.config('SET', 'maxmemory', String(Math.round(used / 0.93)));
    },
  },
  {
    name: 'Evictions of one company, as an observer counted them',
    hours: 1,
    expected: { EVICTION_PRESSURE: 'memory_limit' },
    run: async (w) => {
      await fill(w, 10, KB);
      await addCounters(w.redis, ID, { evict: 40, expire: 3 }, w.lapse.nowMs);
    },
  },
];

export const SCENARIOS: readonly Scenario[] = [...thrashing, ...alike, ...memory, ...contents, ...money, ...pressure];

async function fill(
  w: World,
  n: number,
  bytes: number,
  kind = 'profile',
  ttl: number | undefined = LONG,
): Promise<void> {
  for (const key of keys(n, kind))
    await w.cache.set(ID, key, 'x'.repeat(bytes), ttl === undefined || kind === 'doc' ? {} : { ttl });
}

async function coldReads(w: World): Promise<void> {
  for (let i = 0; i < 90; i += 1) {
    await w.read(i % 15 === 14 ? `order:${i - 1}` : `order:${i}`, 20 * HOUR, 'x'.repeat(3 * KB));
    await w.pass(5 * MINUTE + w.random() * 20);
  }
}

/** Other companies with about as many calls. */
async function neighbours(w: World, n: number, bytes: number, count = 50) {
  const all = Array.from({ length: n }, (_, i) => company(`n${i}`, { calls: 15_000 + i * 1000 }));
  for (const { companyId } of all)
    for (let i = 0; i < count; i += 1)
      await w.redis.set(`company:${companyId}:profile:${i}`, 'x'.repeat(bytes), 'EX', LONG);
  return all;
}

function image(w: World, bytes: number): string {
  return Buffer.from(Uint8Array.from({ length: bytes }, () => w.random() * 256)).toString('base64');
}

async function clearedByTool(w: World): Promise<void> {
  await w.redis.del(...keys(10).map((key) => `company:${ID}:${key}`));
  await w.rig.ports.store.activity.append([
    {
      companyId: ID,
      timestamp: new Date(w.lapse.nowMs),
      eventType: 'clear',
      key: null,
      details: { phase: 'outcome', operationId: `op${w.lapse.nowMs}`, command: 'clear', keys: 10 },
      metadata: { actor: 'ann' },
    },
  ]);
}

async function evictSome(w: World): Promise<void> {
  await w.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const used = Number(/^used_memory:(\d+)/m.exec(await w.redis.info('memory'))?.[1]);
  await w.redis.config('SET', 'maxmemory', String(used - 500_000));
  await w.redis.ping();
  await w.redis.config('SET', 'maxmemory', '0');
}
