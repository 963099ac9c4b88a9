import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { type CliOptions, rcm } from '../support/cli.js';
import { CLOSED_PORT, type RedisServer, startRedis, withClient } from '../support/redis/index.js';
import { expectError } from './support/run.js';
import { type SeededStore, STORES } from './support/stores.js';

const IDS = ['64b000000000000000000001', 'x y', 'nameless', '-dash'];
const tty = { columns: 100, rows: 40 };

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

describe('rcm budget with the embedded store', () => {
  let store: SeededStore;
  let flags: string[];
  beforeEach(async () => {
    store = await STORES[1].seed(IDS);
    flags = store.flags;
  });
  const budget = (args: string[], options: CliOptions = {}) => rcm(['budget', ...args, ...flags], options);
  const stored = async () => {
    const opened = await store.open();
    return opened.pricing.get().finally(() => opened.close());
  };

  it.each([
    ['no company', ['set', '--cache', '1'], 'RCM_USAGE', 'Which company?'],
    ['no amount', ['set', 'x y'], 'RCM_USAGE', 'No amount is given'],
    ['the default and a company', ['set', 'x y', '--default', '--cache', '1'], 'RCM_USAGE', '--default goes without'],
    ['a company twice', ['set', 'x y', 'x y', '--cache', '1'], 'RCM_USAGE', 'given twice'],
    [
      'a company by id and name',
      ['set', 'x y', 'Company <x y> & Söhne', '--cache', '1'],
      'RCM_USAGE',
      'the same company',
    ],
    ['a flag twice', ['set', 'x y', '--cache', '1', '--cache', '2'], 'RCM_USAGE', 'cache'],
    ['NaN', ['set', 'x y', '--cache', 'NaN'], 'RCM_VALUE_INVALID', 'is no number'],
    ['Infinity', ['set', 'x y', '--storage', 'Infinity'], 'RCM_VALUE_INVALID', 'is no number'],
    ['more than there are', ['set', 'x y', '--calls', '1e999'], 'RCM_VALUE_INVALID', 'larger than'],
    ['a negative one', ['set', 'x y', '--cache', '-1'], 'RCM_VALUE_INVALID', 'is negative'],
    ['nothing', ['set', 'x y', '--cache', ''], 'RCM_VALUE_INVALID', 'is empty'],
    ['a comma', ['set', '--default', '--cache', '8,50'], 'RCM_VALUE_INVALID', 'has a comma'],
    ['a slip', ['set', 'x y', '--cache', '1000001'], 'RCM_VALUE_INVALID', 'above 1,000,000'],
    [
      'one bad of three',
      ['set', 'x y', '--cache', '1', '--storage', '2', '--calls', 'many'],
      'RCM_VALUE_INVALID',
      'calls',
    ],
    ['unset nobody', ['unset'], 'RCM_USAGE', 'Which company?'],
    ['no threshold', ['thresholds'], 'RCM_USAGE', 'No threshold is given'],
    ['warning 0', ['thresholds', '--warning', '0'], 'RCM_VALUE_INVALID', 'above 0%'],
    ['warning = critical', ['thresholds', '--warning', '120'], 'RCM_VALUE_INVALID', 'below the critical one'],
    ['critical below', ['thresholds', '--critical', '79.9'], 'RCM_VALUE_INVALID', 'below the critical one'],
    ['the wrong way round', ['thresholds', '--warning', '120', '--critical', '80'], 'RCM_VALUE_INVALID', 'below'],
    ['a negative threshold', ['thresholds', '--warning', '-5'], 'RCM_VALUE_INVALID', 'is negative'],
    ['dollars of percent', ['thresholds', '--warning', '$80'], 'RCM_VALUE_INVALID', 'no percentage'],
    ['a huge threshold', ['thresholds', '--critical', '10001%'], 'RCM_VALUE_INVALID', 'above 10,000'],
    ['a column that is not there', ['get', '--filter', 'nope=1'], 'RCM_USAGE', "no column 'nope'"],
  ])('%s: exit 2, nothing written', async (_, args, code, text) => {
    const error = await expectError(['budget', ...args, ...flags], 2);
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(await stored()).toMatchObject({ version: 0, priceHistory: [] });
  });

  it('what is forced is taken; without Redis the change is made and said to be unmeasured', async () => {
    const { exitCode, json } = await budget(['set', 'x y', '--cache', '1000001', '--force', '--json']);
    expect({ exitCode, ...json() }).toMatchObject({ exitCode: 0, change: 1, impact: null, impactEstimate: null });
    expect(json<{ warnings: string[] }>().warnings).toEqual([expect.stringContaining('cannot be told')]);
    expect((await budget(['thresholds', '--critical', '20000', '--force'])).exitCode).toBe(0);
  });

  it('an id that only Redis can know, without Redis: exit 3, and what to do', async () => {
    const away = ['--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`];
    const error = await expectError(['budget', 'set', 'stranger', '--cache', '1', ...flags, ...away], 3);
    expect(error).toMatchObject({ code: 'RCM_REDIS_UNREACHABLE', message: expect.stringContaining("'stranger'") });
    expect(error.hint).toContain('--force');
    expect((await budget(['set', 'stranger', '--cache', '1', '--force', ...away])).exitCode).toBe(0);
    expect((await budget(['get', 'stranger', ...away])).stdout).toContain('own, not $5.00');
  });

  it('a dry run shows and writes nothing', async () => {
    await withClient(server, (redis) => redis.flushall());
    const { exitCode, stdout } = await budget(['set', 'x y', '--cache', '2', '--dry-run', '--redis-url', server.url]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Company <x y> & Söhne: cache budget +default +\$2\.00\n/);
    // Its share of the base, 5.00, is 100 % of 5.00 and 250 % of 2.00.
    expect(stdout).toMatch(/1 of 4 .* affected, as measured now/);
    expect(stdout).toContain('cache warning → critical');
    expect(stdout).toContain('Nothing was changed.');
    expect((await stored()).version).toBe(0);
  });

  it('on a terminal it asks, and takes a part of a name', async () => {
    const no = await budget(['set', 'x y> &', '--cache', '2'], { tty, input: 'n\n' });
    expect(no.stdout).toContain("'x y> &' is Company <x y> & Söhne (x y).");
    expect(no.stdout).toMatch(/Make this change\?[\s\S]*Error: Not confirmed/);
    expect(no.exitCode).toBe(4);
    expect((await stored()).version).toBe(0);
    const yes = await budget(['set', 'x y> &', '--cache', '2'], { tty, input: 'y\n' });
    expect(yes.exitCode).toBe(0);
    expect(yes.stdout).toMatch(/as number 1 of the history/);
    expect((await stored()).budgets.customBudgets).toMatchObject([{ companyId: 'x y', cacheBudget: 2 }]);
    const unasked = await budget(['unset', 'x y', '--yes'], { tty });
    expect(unasked.stdout).not.toContain('Make this change?');
    const several = await budget(['set', 'Company', '--cache', '2'], { tty, input: 'y\n' });
    expect(several.exitCode).toBe(4);
    const part = await budget(['set', 'x y> &', '--cache', '2', '--redis-url', server.url]);
    expect({ exitCode: part.exitCode, version: (await stored()).version }).toEqual({ exitCode: 4, version: 2 });
  });

  it('every format of both lists; names with escapes never reach a terminal', async () => {
    const opened = await openStore({ stateFile: flags[1] as string, collections });
    await opened.companies.replaceImported([{ companyId: '1', companyName: 'A|b\u001b[31m', calls: null, minutes: null, recordingBytes: null, storageBytes: null }], new Date()); // biome-ignore format: one line
    await opened.close();
    await budget(['set', '1', '--cache', '8', '--reason', 'why, "so"', '--actor', 'ann']);
    const all = async (...args: string[]) => (await budget(['get', ...args])).stdout;
    expect(await all()).toMatch(
      /Default for every company: cache \$5\.00 · storage \$10\.00 · calls \$50\.00 a month\n/,
    );
    expect(await all()).toMatch(/A\|b\\x1b\[31m +\$8\.00 +default +default +why, "so" +ann/);
    expect(await all('--format', 'markdown')).toContain('| A\\|b\\\\x1b\\[31m | $8.00 | default |');
    const columns = 'companyId,companyName,cache,storage,calls,reason';
    expect(parse(await all('--format', 'csv', '--columns', columns))).toEqual([columns.split(','), ['1', 'A|b\u001b[31m', '8', '', '', 'why, "so"']]); // biome-ignore format: one line
    expect(JSON.parse(await all('--format', 'ndjson'))).toMatchObject({ companyId: '1', cache: 8, storage: null });
    expect((await budget(['get', '--json', '--filter', 'cache>8'])).json()).toMatchObject({ budgets: [] });
    const one = async (...args: string[]) => (await budget(['get', '1', ...args])).stdout;
    const table = await one();
    expect(table).toMatch(/cache +\$8\.00 +own, not \$5\.00 +— +— +— +unknown/);
    expect(table).toContain('Own budget set by ann');
    expect(table).not.toContain('\u001b');
    expect(parse(await one('--format', 'csv'), { columns: true })).toMatchObject([
      { line: 'cache', allocated: '8', source: 'own', used: '' },
      { line: 'storage', source: 'default' },
      { line: 'calls' },
    ]);
    expect((await one('--format', 'ndjson')).trim().split('\n')).toHaveLength(3);
    expect(await one('--format', 'markdown')).toContain('| cache | $8.00 | own, not $5.00 | — |');
    const { stdout } = await budget(['get', '1', '--no-color'], { tty: { columns: 80, rows: 24 } });
    const lines = stdout.split('\r\n').filter((line) => !line.startsWith('Warning: '));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});
