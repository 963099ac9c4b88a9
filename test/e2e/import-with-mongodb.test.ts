import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { rcm } from '../support/cli.js';
import { describeMongo, mongoForTests } from '../support/mongo/index.js';
import { tempDir } from '../support/temp-dir.js';

describeMongo('rcm companies import where companies are read from MongoDB', () => {
  const database = mongoForTests();
  afterAll(() => database.drop());

  it('is refused with 4', async () => {
    const file = join(await tempDir(), 'companies.csv');
    await writeFile(file, 'companyId,companyName\n1,A\n');
    const { exitCode, stdout, stderr } = await rcm(['companies', 'import', file, '--mongodb-uri', database.uri]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toContain("Companies are read from MongoDB (collection 'v2companies')");
  });
});
