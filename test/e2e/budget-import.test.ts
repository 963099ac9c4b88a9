import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../src/core/store/platform-collections.js';
import { rcm } from '../support/cli.js';
import { type RedisServer, startRedis, withClient } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { expectError } from './support/run.js';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
  await withClient(server, (redis) => redis.set('company:orphan:k', 'v'));
});
afterAll(() => server.stop());

describe('rcm budget import', () => {
  let file: string;
  let stateFile: string;
  let flags: string[];
  beforeEach(async () => {
    const dir = await tempDir('budgets');
    file = join(dir, 'budgets.csv');
    stateFile = join(dir, 'rcm.db');
    flags = ['--state-file', stateFile, '--redis-url', server.url];
    const list = ['1,Royal Plumbing', '2,"Smith, ""Sons"" & Co"', '3,Twin', '4,Twin', '5,'];
    await writeFile(join(dir, 'companies.csv'), `companyId,companyName\n${list.join('\n')}\n`);
    expect((await rcm(['companies', 'import', join(dir, 'companies.csv'), ...flags])).exitCode).toBe(0);
  });
  const importing = async (text: string, ...args: string[]) => {
    await writeFile(file, text);
    return rcm(['budget', 'import', file, ...flags, ...args]);
  };
  const refused = async (text: string, ...args: string[]) => {
    await writeFile(file, text);
    const error = await expectError(['budget', 'import', file, ...flags, ...args], 2);
    expect(error).toMatchObject({ code: 'RCM_IMPORT_INVALID', hint: expect.stringContaining('Nothing was imported') });
    return error.message;
  };
  const stored = async () => {
    const store = await openStore({ stateFile, collections });
    return store.pricing.get().finally(() => store.close());
  };

  it('one change: BOM, CRLF, quotes, columns in any order, empty cells, default, a reason for each line', async () => {
    await rcm([
      'budget',
      'set',
      '1',
      '5',
      '--cache',
      '1',
      '--calls',
      '2',
      '--reason',
      'before',
      '--actor',
      'bob',
      ...flags,
    ]);
    const lines = [
      '$8,High volume,Royal Plumbing,',
      'default,,5,',
      '9.5,,"Smith, ""Sons"" & Co",1e1',
      ',,3,',
      '1,,orphan,',
    ];
    const text = `\ufeffcache,reason,companyName,storage\r\n${lines.slice(0, 1).join('\r\n')}\r\n`;
    expect(await importing(text, '--actor', 'ann', '--reason', 'all')).toMatchObject({ exitCode: 0 });
    const byId = `\ufeffcache,reason,companyId,storage\r\n\r\n${lines.slice(1).join('\r\n').replace('"Smith, ""Sons"" & Co"', '2')}`;
    expect(await importing(byId, '--actor', 'ann', '--reason', 'all')).toMatchObject({ exitCode: 0 });
    const { budgets, priceHistory, version } = await stored();
    expect(version).toBe(3);
    const ann = { setBy: 'ann', setAt: expect.any(Date) };
    expect(budgets.customBudgets).toEqual([
      { companyId: '1', cacheBudget: 8, callsBudget: 2, reason: 'High volume', ...ann },
      { companyId: '5', callsBudget: 2, reason: 'all', ...ann },
      { companyId: '2', cacheBudget: 9.5, storageBudget: 10, reason: 'all', ...ann },
      { companyId: 'orphan', cacheBudget: 1, reason: 'all', ...ann },
    ]);
    expect(priceHistory.slice(4).map((e) => [e.change, e.field, e.oldValue, e.newValue, e.reason])).toEqual([
      [2, 'customBudgets.1.cache', 1, 8, 'High volume'],
      [3, 'customBudgets.5.cache', 1, null, 'all'],
      [3, 'customBudgets.2.cache', null, 9.5, 'all'],
      [3, 'customBudgets.2.storage', null, 10, 'all'],
      [3, 'customBudgets.orphan.cache', null, 1, 'all'],
    ]);
  });

  it('who set a budget stays where a file repeats it; what was written out can be read in again', async () => {
    await rcm(['budget', 'set', '1', '--cache', '8', '--reason', 'before', '--actor', 'bob', ...flags]);
    const columns = ['--format', 'csv', '--columns', 'companyId,companyName,cache,storage,calls,reason'];
    const { stdout } = await rcm(['budget', 'get', ...columns, ...flags]);
    expect((await importing(stdout)).stdout).toContain('There is nothing to change');
    expect(await importing(`${stdout}2,,3,,,new\n`, '--actor', 'ann')).toMatchObject({ exitCode: 0 });
    expect((await stored()).budgets.customBudgets).toMatchObject([
      { companyId: '1', setBy: 'bob', reason: 'before' },
      { companyId: '2', setBy: 'ann', reason: 'new' },
    ]);
  });

  it('every bad line is told with its number, and nothing is written', async () => {
    await rcm(['budget', 'set', '1', '--cache', '1', ...flags]);
    const lines: [string, string | null][] = [
      ['1,Royal Plumbing,8,,,fine', null],
      ['2,,-1,,many,', "line 3: The value '-1' of budgets.customBudgets.2.cache is negative"],
      ['2,,1,,,', "line 4: '2' stands already in line 3"],
      [',Twin,1,,,', "line 5: 2 companies have the name 'Twin': 3, 4"],
      [',Royal Plumbin,1,,,', "line 6: There is no company 'Royal Plumbin' (Did you mean Royal Plumbing (1)?)"],
      ['stranger,,1,,,', "line 7: There is no company 'stranger'"],
      [',,1,,,', 'line 8: it names no company'],
      ['3,Royal Plumbing,1,,,', "line 9: '3' is Twin, not Royal Plumbing"],
      ['4,,"8,50",,,', 'line 10: The value'],
      ['5,,8,50,,,', 'line 11: it has 7 cells, the header has 6'],
      ['orphan,,NaN,Infinity,1e999,', 'line 12: The value'],
      ['a:b,,1,,,', "line 13: Company id 'a:b' contains ':'"],
      [',Royal Plumbing,1,,,', "line 14: '1' stands already in line 2"],
      ['6,,2000000,,,', 'line 15: The value 2000000'],
    ];
    const text = `companyId,companyName,cache,storage,calls,reason\n${lines.map(([line]) => line).join('\n')}\n`;
    const message = await refused(text);
    for (const [, told] of lines) if (told !== null) expect(message).toContain(told);
    expect(message).toContain("line 3: The value 'many'");
    expect(message.match(/line 12:/g)).toHaveLength(3);
    expect(message).not.toContain('line 2:');
    expect(message).not.toContain('\n');
    expect(await stored()).toMatchObject({ version: 1, budgets: { customBudgets: [{ cacheBudget: 1 }] } });
  });

  it.each([
    ['an unknown column', 'companyId,cash\n1,2\n', "unknown column 'cash'"],
    ['a column twice', 'companyId,cache,cache\n1,2,3\n', "the column 'cache' twice"],
    ['no company column', 'cache\n1\n', 'lacks companyId or companyName'],
    ['no amount column', 'companyId,reason\n1,x\n', 'none of cache, storage and calls'],
    ['no line', 'companyId,cache\n', 'no company'],
    ['nothing', '', 'it is empty'],
    ['a quote that is not closed', 'companyId,cache\n1,"2\n', 'Quote'],
    ['semicolons', 'companyId;cache\n1;8\n', "unknown column 'companyId;cache'"],
  ])('%s: exit 2, nothing written', async (_, text, told) => {
    expect(await refused(text)).toContain(told);
    expect((await stored()).version).toBe(0);
  });

  it('a file that is not there: exit 2', async () => {
    const error = await expectError(['budget', 'import', `${file}.gone`, ...flags], 2);
    expect(error).toMatchObject({ code: 'RCM_IMPORT_INVALID', message: expect.stringContaining('ENOENT') });
  });

  it('forced, it takes ids that nothing knows and high amounts; a dry run writes nothing', async () => {
    const text = 'companyId,cache\ntomorrow,2000000\n';
    expect(await importing(text, '--force', '--dry-run')).toMatchObject({ exitCode: 0 });
    expect((await stored()).version).toBe(0);
    expect(await importing(text, '--force')).toMatchObject({ exitCode: 0 });
    expect((await stored()).budgets.customBudgets).toMatchObject([{ companyId: 'tomorrow', cacheBudget: 2_000_000 }]);
  });

  it('on a terminal it asks first', async () => {
    await writeFile(file, 'companyName,cache\nRoyal Plumbing,8\n');
    const tty = { columns: 100, rows: 40 };
    const no = await rcm(['budget', 'import', file, ...flags], { tty, input: 'n\n' });
    expect(no.stdout).toMatch(/Royal Plumbing: cache budget +default +\$8\.00/);
    expect({ exitCode: no.exitCode, version: (await stored()).version }).toEqual({ exitCode: 4, version: 0 });
    const yes = await rcm(['budget', 'import', file, ...flags], { tty, input: 'y\n' });
    expect({ exitCode: yes.exitCode, version: (await stored()).version }).toEqual({ exitCode: 0, version: 1 });
  });
});
