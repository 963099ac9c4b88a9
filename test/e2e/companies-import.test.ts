import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../src/core/store/platform-collections.js';
import { rcm } from '../support/cli.js';
import { REFUSING_MONGO_URI } from '../support/mongo/index.js';
import { type RedisServer, startRedis, withClient } from '../support/redis/index.js';
import { tempDir } from '../support/temp-dir.js';
import { reportOf } from './support/run.js';

const HEADER = 'companyId,companyName,callsPerDay,minutesPerMonth,recordingBytes,storageBytes';

describe('rcm companies import', () => {
  let dir: string;
  let file: string;
  let stateFile: string;
  beforeEach(async () => {
    dir = await tempDir();
    file = join(dir, 'companies.csv');
    stateFile = join(dir, 'rcm.db');
  });
  const importing = async (text: string, ...args: string[]) => {
    await writeFile(file, text);
    return rcm(['companies', 'import', file, '--state-file', stateFile, ...args]);
  };
  const listed = async () => {
    const store = await openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
    const list = await store.companies.list();
    await store.close();
    return 'companies' in list ? list.companies : list.source;
  };

  it('BOM, CRLF, quotes, empty cells and columns in any order', async () => {
    const text = '\ufeffcompanyName,companyId,storageBytes\r\n"Smith, ""Sons""\r\n& Co",1,5e9\r\n,ünï,\r\n';
    const { exitCode, stdout, stderr } = await importing(text);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`2 companies imported from ${file}`);
    const companies = await listed();
    expect(companies).toHaveLength(2);
    expect(companies).toEqual(
      expect.arrayContaining([
        { companyId: '1', companyName: 'Smith, "Sons"\r\n& Co' },
        { companyId: 'ünï', companyName: null },
      ]),
    );
  });

  it('says whom the new list lacks that the old one had', async () => {
    const rows = (...ids: string[]) => `companyId,companyName\n${ids.map((id) => `${id},\n`).join('')}`;
    expect((await importing(rows('a', 'b', 'c', 'd', 'e'))).stdout).not.toContain('No longer');
    expect((await importing(rows('a', 'b', 'c', 'd', 'e', 'f'))).stdout).not.toContain('No longer');
    expect((await importing(rows('b', 'g'))).stdout).toMatch(
      /^2 companies imported .*\. No longer listed: a, c, d and 2 more\. Keys that they have are an orphan's now\.\n$/,
    );
  });

  it('every bad line is told, and nothing is imported', async () => {
    expect((await importing(`${HEADER}\nold,Old,1,1,1,1\n`)).exitCode).toBe(0);
    const lines = ['1,A,1,1,1,1', '1,B,,,,', ',C,,,,', 'a:b,D,,,,', '2,E,-1,many,,', '3,F,,,,'];
    const { exitCode, stdout, stderr } = await importing(`${HEADER}\n${lines.join('\n')}\n`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    for (const told of ["line 3: companyId '1' stands already in line 2", 'line 4:', "line 5: Company id 'a:b' contains ':'", "line 6: callsPerDay '-1'", "line 6: minutesPerMonth 'many'"]) // biome-ignore format: a table
      expect(stderr).toContain(told);
    expect(stderr).not.toMatch(/line [27]:/);
    expect(stderr).toContain('Nothing was imported');
    expect(await listed()).toEqual([{ companyId: 'old', companyName: 'Old' }]);
  });

  it.each([
    ['', ''],
    [`${HEADER}\n`, 'no company'],
    ['companyId\n1\n', 'the header lacks companyName'],
    ['companyId,companyName,colour\n1,A,red\n', "the unknown column 'colour'"],
    ['companyId,companyName\n1,A,more\n', 'Cannot import'],
    ['companyId,companyName\n1,"A\n', 'Cannot import'],
  ])('%j is refused', async (text, told) => {
    const { exitCode, stdout, stderr } = await importing(text);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
    expect(stderr).toContain(told);
    expect(await listed()).toBe('keys');
  });

  it('a file that is not there', async () => {
    const { exitCode, stderr } = await rcm(['companies', 'import', join(dir, 'none.csv'), '--state-file', stateFile]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('none.csv');
  });

  it('--dry-run changes nothing', async () => {
    const { exitCode, stdout } = await importing(`${HEADER}\n1,A,,,,\n`, '--dry-run');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining('1 company would be imported'),
    });
    expect(await listed()).toBe('keys');
  });

  it('with a MongoDB that cannot be reached: exit 3', async () => {
    await writeFile(file, `${HEADER}\n1,A,,,,\n`);
    const args = ['companies', 'import', file, '--mongodb-uri', REFUSING_MONGO_URI];
    expect((await rcm(args, { env: { RCM_MONGODB_TIMEOUT_MS: '300' } })).exitCode).toBe(3);
  });

  describe('what was imported', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
      await withClient(server, (redis) => redis.mset('company:1:a', 'x', 'company:9:a', 'x'));
    });
    afterAll(() => server.stop());

    it('names companies, tells orphans, and is replaced by the next import', async () => {
      const report = async () =>
        (await reportOf(['companies', '--redis-url', server.url, '--state-file', stateFile])).report.companies
          .map((c) => [c.companyId, c.orphan])
          .sort();
      await importing(`${HEADER}\n1,A,,,,\n2,B,,,,\n`);
      expect(await report()).toEqual([['1', false], ['2', false], ['9', true]]); // biome-ignore format: a table
      await importing(`${HEADER}\n9,I,,,,\n`);
      expect(await report()).toEqual([['1', true], ['9', false]]); // biome-ignore format: a table
    });
  });
});
