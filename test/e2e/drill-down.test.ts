import { stripVTControlCharacters } from 'node:util';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../src/client/index.js';
import { HOUR_MS } from '../../src/core/domain/units.js';
import type { ActivityReport } from '../../src/core/services/activity/report.js';
import { type DrillDownReport, drillDownReport } from '../../src/core/services/drill-down/report.js';
import { rcm } from '../support/cli.js';
import { REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { connect, type RedisServer, startRedis } from '../support/redis/index.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';
import { HOSTILE_IDS, ORPHAN_IDS, seedCompanies } from './support/seed.js';
import { type SeededStore, STORES } from './support/stores.js';

describe('rcm drill-down', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
    await seedCompanies(redis, [...HOSTILE_IDS, ...ORPHAN_IDS]);
    // Two hours ago: costs per month are counted from the reads' time, of which the seconds between two commands are little.
    const clock = { now: () => Date.now() - 2 * HOUR_MS };
    const cache = new CompanyCache({ redis, clock });
    for (let i = 0; i < 60; i++) await cache.wrap('12', `read:${i % 3}`, async () => ({ i }));
    await cache.delete('12', 'read:0');
    await cache.close();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  for (const { engine, describe: describeIt = describe, seed } of STORES) {
    describeIt(`with ${engine}`, () => {
      let store: SeededStore;
      let flags: string[];
      // biome-ignore lint/suspicious/noDuplicateTestHooks: a suite of its own, which the rule does not see
      beforeAll(async () => {
        store = await seed([...HOSTILE_IDS, 'no keys'], ORPHAN_IDS);
        flags = [...store.flags, '--redis-url', server.url];
      });
      // biome-ignore lint/suspicious/noDuplicateTestHooks: the same
      afterAll(() => store.close());

      it('says of each company what `companies` says', async () => {
        const all = (await rcm(['companies', '--json', ...flags])).json<{ companies: { companyId: string }[] }>();
        for (const id of ['12', 'no keys', 'ghost']) {
          const result = await rcm(['drill-down', id, '--json', ...flags]);
          expect({ stderr: result.stderr, code: result.exitCode }).toEqual({ stderr: '', code: 0 });
          const report = result.json<DrillDownReport>();
          expectSchema(drillDownReport, report);
          const expected = all.companies.find((c) => c.companyId === id) as unknown as DrillDownReport['company'];
          // Misses are counted over the time since they began: a second passes between the two commands.
          const { mongodb } = report.company.costs;
          expect(mongodb === null ? null : Math.abs(mongodb - (expected.costs.mongodb ?? 0)) < 0.01).not.toBe(false);
          expect(report.company.metrics).toEqual({ ...expected.metrics, cost: report.company.metrics.cost });
          expect(report.company.status).toEqual(expected.status);
          expect(report.company.budget.lines.cache).toEqual(expected.budget.lines.cache);
        }
      });

      it('lists the last 50 events, newest first, and what was changed', async () => {
        const { activityLog, metrics } = (await rcm(['drill-down', '12', '--json', ...flags])).json<DrillDownReport>();
        expect(activityLog).toHaveLength(50);
        expect(activityLog[0]).toMatchObject({ type: 'delete', key: 'read:0', companyId: '12' });
        expect(activityLog.slice(1).every((entry) => entry.type === 'hit')).toBe(true);
        expect(metrics.performance).toMatchObject({ hits: 57, misses: 3, errors: 0 });
      });

      it('is noted in the log as a look of somebody, which is no event; data for a program is not', async () => {
        const env = { RCM_ACTOR: 'ann' };
        await rcm(['drill-down', '12', ...flags], { env });
        await rcm(['drill-down', '12', '--format', 'markdown', ...flags], { env: { RCM_LOG_COMMANDS: 'false' } });
        const { activityLog } = (await rcm(['drill-down', '12', '--json', ...flags])).json<DrillDownReport>();
        expect(activityLog.filter(({ type }) => type === 'command')).toEqual([]);
        const looks = await rcm(['activity', '12', '--type', 'command', '--json', ...flags]);
        expect(looks.json<ActivityReport>().entries).toMatchObject([
          { actor: 'ann', details: { command: 'drill-down' }, detail: 'seen with drill-down' },
        ]);
      });

      it('costs add up to their sums, term by term', async () => {
        const { metrics, company } = (await rcm(['drill-down', '123', '--json', ...flags])).json<DrillDownReport>();
        const terms = Object.fromEntries(metrics.costs.terms.map(({ term, cost }) => [term, cost ?? 0]));
        const sum = (...names: string[]) => names.reduce((total, name) => total + (terms[name] ?? 0), 0);
        expect(company.costs.redis).toBeCloseTo(sum('redis.storage', 'redis.baseShare'), 5);
        expect(company.costs.mongodb ?? 0).toBeCloseTo(sum('mongodb.storage', 'mongodb.queries'), 5);
        expect(company.costs.twilio ?? 0).toBeCloseTo(sum('twilio.calls', 'twilio.recordings'), 5);
        // 9 companies are listed, and share the base of $20 equally.
        expect(terms['redis.baseShare']).toBeCloseTo(20 / 9, 5);
        expect(terms['redis.storage']).toBeCloseTo((company.metrics.cacheBytes / 1024 ** 2) * 0.08, 5);
      });

      it('takes a part of just one name, and refuses one of several with the candidates', async () => {
        const report = (await rcm(['drill-down', '<A*B', '--json', ...flags])).json<DrillDownReport>();
        expect(report.company.companyId).toBe('a*b?[c]\\^-d');
        const several = await expectError(['drill-down', 'Company', ...flags], 4);
        expect(several.code).toBe('RCM_COMPANY_AMBIGUOUS');
        expect(several.message).toContain('Company <12> & Söhne (12)');
        const none = await expectError(['drill-down', 'Company <12 & Söhne', ...flags], 4);
        expect(none).toMatchObject({ code: 'RCM_COMPANY_NOT_FOUND', hint: expect.stringContaining('(12)') });
      });
    });
  }

  const flags = () => ['--redis-url', server.url];

  it.each([80, 140])('fits a terminal of %i columns', async (columns) => {
    const { stdout, exitCode } = await rcm(['drill-down', '12', ...flags()], { tty: { columns, rows: 50 } });
    expect(exitCode).toBe(0);
    const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    for (const heading of ['Cache', 'Hit rate', 'Budget', 'Largest keys', 'Last events', 'Next'])
      expect(
        lines.some((line) => line.startsWith(heading)),
        heading,
      ).toBe(true);
  });

  it('has no colour on a pipe, and the keys as rows where rows are asked for', async () => {
    const text = await rcm(['drill-down', '12', ...flags()]);
    expect(text.stdout).not.toContain('\x1b');
    const csv = await rcm(['drill-down', '12', '--keys', '3', '--format', 'csv', ...flags()]);
    const rows = csv.stdout.trimEnd().split('\n');
    expect(rows[0]).toBe('key,type,bytes,percent,ttlSeconds,idleSeconds');
    expect(rows).toHaveLength(4);
    const ndjson = await rcm(['drill-down', '12', '--keys', '3', '--format', 'ndjson', ...flags()]);
    expect(
      ndjson.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).key),
    ).toEqual(rows.slice(1).map((row) => row.split(',')[0]));
    const markdown = await rcm(['drill-down', '12', '--format', 'markdown', ...flags()]);
    expect(markdown.stdout).toMatch(/^## 12\n/);
  });

  it('shows nothing of a control character in a key', async () => {
    await redis.set('company:evil:\u001b[31mred\u0007', 'x');
    const { stdout } = await rcm(['drill-down', 'evil', ...flags()], { tty: { columns: 80, rows: 50 } });
    expect(stdout).toContain('\\x1b[31mred\\x07');
    expect(stdout).not.toContain('\u0007');
    await redis.del('company:evil:\u001b[31mred\u0007');
  });

  it('without any list an id is known by its keys, and another is not found', async () => {
    const { company } = (await rcm(['drill-down', 'ghost', '--json', ...flags()])).json<DrillDownReport>();
    expect(company).toMatchObject({ companyId: 'ghost', companyName: null, orphan: false });
    const error = await expectError(['drill-down', 'gost', ...flags()], 4);
    expect(error).toMatchObject({ code: 'RCM_COMPANY_NOT_FOUND', hint: 'Did you mean ghost?' });
  });

  it('Redis away: exit 3; MongoDB away: what Redis tells is shown, with exit 3', async () => {
    const dead = await expectError(['drill-down', '12', '--redis-url', 'redis://127.0.0.1:1'], 3);
    expect(dead.code).toBe('RCM_REDIS_UNREACHABLE');
    const away = ['--mongodb-uri', REFUSING_MONGO_URI];
    const env = { RCM_MONGODB_TIMEOUT_MS: '500' };
    const result = await rcm(['drill-down', '12', '--json', ...flags(), ...away], { env });
    const report = result.json<DrillDownReport>();
    expect({ code: result.exitCode, warnings: report.warnings.length }).toEqual({ code: 3, warnings: 1 });
    expect(report.company.metrics.keys).toBeGreaterThan(0);
    expect(report.company.orphan).toBeNull();
    // A name cannot be looked up then: the reason is said, not that there is no such company.
    const name = await expectError(['drill-down', 'Royal', ...flags(), ...away], 3, { env });
    expect(name.code).toBe('RCM_MONGODB_UNREACHABLE');
  });

  it.each([
    [['drill-down']],
    [['drill-down', '12', '--keys', '-1']],
    [['drill-down', '12', '--window', 'soon']],
    [['drill-down', '12', '13']],
  ])('%j is wrong usage', async (args) => {
    await expectError([...args, ...flags()], 2);
  });
});
