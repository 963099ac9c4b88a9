import { stripVTControlCharacters } from 'node:util';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import { type DrillDownReport, drillDownReport } from '../../src/core/services/drill-down/report.js';
import { type KeysListReport, keysListReport } from '../../src/core/services/keys/list-report.js';
import { rcm } from '../support/cli.js';
import { CLOSED_PORT, connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { record } from './support/counters.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';
import { seedCompanies } from './support/seed.js';
import { type SeededStore, STORES } from './support/stores.js';

const HOUR_MS = 3_600_000;
const WARNING = 'Warning: A snapshot holds no keys: without --from-snapshot they are read.\n';
const IDS = ['12', '123', 'ünï漢😀', 'no keys'];

describe('--from-snapshot of one company', () => {
  let server: RedisServer;
  let redis: Redis;
  const threeHoursAgo = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    await seedCompanies(redis, [...IDS.slice(0, 3), 'ghost']);
    await record(redis, '12', threeHoursAgo + 60_000, { hit: 70, miss: 30, hitUs: 70_000, missUs: 130_000 });
    await redis.expire(`rcm:{12}:counters:${new Date(threeHoursAgo).toISOString().slice(0, 13)}`, 40 * 3600);
    const cache = new CompanyCache({ redis });
    for (let i = 0; i < 6; i++) await cache.wrap('12', `read:${i % 2}`, async () => i);
    await cache.close();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  describe.each(STORES)('with $engine', ({ describe: describeIt = describe, seed }) => {
    describeIt('as it was recorded', () => {
      let store: SeededStore;
      let flags: string[];
      /** Flags of a Redis that is away: whoever asks it fails. */
      let away: string[];
      beforeAll(async () => {
        store = await seed(IDS, ['ghost']);
        flags = [...store.flags, '--redis-url', server.url];
        away = [...store.flags, '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`];
        expect((await expectError(['drill-down', '12', '--from-snapshot', ...away], 3)).code).toBe(
          'RCM_SNAPSHOT_MISSING',
        );
        expect((await rcm(['snapshot', ...flags])).exitCode).toBe(0);
        await rcm(['detect', 'ghost', ...flags]);
      });
      afterAll(() => store.close());
      const drillDown = async (word: string) => {
        const result = await rcm(['drill-down', word, '--from-snapshot', '--json', ...away]);
        expect({ stderr: result.stderr, code: result.exitCode }).toEqual({ stderr: WARNING, code: 0 });
        const report = result.json<DrillDownReport>();
        expectSchema(drillDownReport, report);
        return report;
      };

      it('says what `companies --from-snapshot` says, and how old it is, of listed ones and orphans', async () => {
        const list = await rcm(['companies', '--from-snapshot', '--json', ...away]);
        const { companies, snapshot } = list.json<{
          companies: DrillDownReport['company'][];
          snapshot: { takenAt: string };
        }>();
        for (const id of ['123', 'ghost', 'no keys']) {
          const report = await drillDown(id);
          expect(report.company).toEqual(companies.find(({ companyId }) => companyId === id));
          if (id === 'ghost') expect(report.issues).toContain('ORPHANED_CACHE');
          expect(report.snapshot?.takenAt).toBe(snapshot.takenAt);
          const { total, bytes } = report.metrics.keys;
          const { keys, cacheBytes } = report.company.metrics;
          expect({ total, bytes }).toEqual({ total: keys, bytes: cacheBytes });
        }
      });

      it('curves of kept counters and snapshots, costs, the log; of keys nothing, with a warning', async () => {
        const { metrics, activityLog, warnings, window, detected, advice } = await drillDown('12');
        const { reads, memory, hits, misses } = metrics.performance;
        expect({ hits, misses, step: reads.stepSeconds }).toEqual({ hits: 74, misses: 32, step: 3600 });
        // The hour of three hours ago is closed and kept; the one that runs is not.
        const read = reads.points.filter((point) => point.hits + point.misses > 0);
        expect(read).toEqual([
          {
            at: new Date(threeHoursAgo).toISOString(),
            hits: 70,
            misses: 30,
            readUs: 200_000,
            hitRate: 70,
            avgResponseMs: 2,
          },
        ]);
        expect(memory).toMatchObject([{ cacheBytes: metrics.keys.bytes, keys: metrics.keys.total, at: window.to }]);
        expect(activityLog.filter(({ type }) => type === 'hit')).toHaveLength(4);
        const none = { byType: null, bySegment: null, byTtl: null };
        expect(metrics).toMatchObject({ keys: none, cachedKeys: null });
        expect({ detected, advice }).toEqual({ detected: null, advice: null });
        expect(warnings).toEqual([WARNING.slice('Warning: '.length, -1)]);
        expect(metrics.costs.terms.find(({ term }) => term === 'redis.storage')?.cost).toBeCloseTo(
          (metrics.keys.bytes / 1024 ** 2) * 0.08,
          5,
        );
      });

      it('what was changed since holds: budgets are those of now', async () => {
        expect((await rcm(['budget', 'set', '12', '--cache', '0.01', '--yes', ...flags])).exitCode).toBe(0);
        const { company, nextCommands } = await drillDown('12');
        expect(company.budget.lines.cache).toMatchObject({ allocated: 0.01, status: 'critical' });
        expect(nextCommands[0]?.command).toBe('rcm drill-down 12');
      });

      it('keys list: how many and how large, no names', async () => {
        const { companyId, keys, cacheBytes } = await drillDown('12').then(({ company }) => ({
          ...company,
          ...company.metrics,
        }));
        const result = await rcm(['keys', 'list', '12', '--from-snapshot', '--json', ...away]);
        const report = result.json<KeysListReport>();
        expectSchema(keysListReport, report);
        expect(report).toMatchObject({ company: { companyId }, keys: null, matched: { keys, bytes: cacheBytes } });
        const text = await rcm(['keys', 'list', '12', '--from-snapshot', ...away]);
        expect(text.stdout).toMatch(
          new RegExp(`^${keys} keys \\(.*\\) of .*, from the snapshot of .* UTC, \\d+s old\\.\n`),
        );
      });
    });
  });

  describe('on a screen', () => {
    let flags: string[];
    beforeAll(async () => {
      const store = await STORES[1].seed(IDS);
      flags = [...store.flags, '--redis-url', server.url];
      await rcm(['snapshot', ...flags]);
    });

    it.each([80, 140])('fits a terminal of %i columns, and says its age', async (columns) => {
      const { stdout, exitCode } = await rcm(['drill-down', '12', '--from-snapshot', ...flags], {
        tty: { columns, rows: 50 },
      });
      expect(exitCode).toBe(0);
      const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
      expect(lines[1]).toMatch(/^from the snapshot of \d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+m? ?\d*s? old$/);
      expect(lines.some((line) => line.startsWith('Largest keys'))).toBe(false);
      const markdown = await rcm(['drill-down', '12', '--from-snapshot', '--format', 'markdown', ...flags]);
      expect(markdown.stdout).toMatch(/\nFigures from the snapshot of /);
    });

    it.each([
      ['drill-down', ['--format', 'csv']],
      ['drill-down', ['--format', 'ndjson']],
      ['drill-down', ['--keys', '3']],
      ['drill-down', ['--window', '1h']],
      ['drill-down', ['--fresh']],
      ['keys list', ['--match', 'a*']],
      ['keys list', ['--sort', '-size']],
      ['keys list', ['--no-ttl']],
    ])('%s %j does not go with it', async (command, more) => {
      const { exitCode, stdout, stderr } = await rcm([
        ...command.split(' '),
        '12',
        '--from-snapshot',
        ...more,
        ...flags,
      ]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/^Error: /);
    });

    it('one that the snapshot does not have is not found; a part of several names is ambiguous', async () => {
      for (const command of [['drill-down'], ['keys', 'list']]) {
        const gone = await expectError([...command, '1234', '--from-snapshot', ...flags], 4);
        expect(gone).toMatchObject({ code: 'RCM_COMPANY_NOT_FOUND', hint: expect.stringContaining('(123)') });
        const many = await expectError([...command, 'Company', '--from-snapshot', ...flags], 4);
        expect(many.code).toBe('RCM_COMPANY_AMBIGUOUS');
      }
    });
  });
});
