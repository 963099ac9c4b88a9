import { stat, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { tempDir } from '../support/temp-dir.js';

it('a backup that could not be begun leaves nothing, and the next try begins it', async () => {
  const file = `${await tempDir('backup')}/x.rcmb`;
  // Nothing may be written, as on a full disk: the limit of this process's files.
  const script = `
    import { BackupWriter } from '${new URL('../../dist/core/backup/writer.js', import.meta.url).pathname}';
    process.on('SIGXFSZ', () => undefined);
    await BackupWriter.open('${file}', ${JSON.stringify({ format: 'rcm-backup', version: 1, redis: { label: 'x', version: null }, reason: 'x'.repeat(4000) })})
      .then(() => console.log('opened'), (error) => console.log(error.code));`;
  await writeFile(`${file}.mjs`, script);
  const full = await execa('bash', ['-c', `ulimit -f 1; exec '${process.execPath}' '${file}.mjs'`]);
  expect(full.stdout).toBe('RCM_BACKUP_FAILED');
  for (const left of [file, `${file}.lock`]) await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' });
  await execa(process.execPath, [`${file}.mjs`]);
  expect((await stat(file)).size).toBeGreaterThan(4000);
});
