import { stat, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { BackupReader } from '../../src/core/backup/reader.js';
import { tempDir } from '../support/temp-dir.js';
import { savedKeys } from './support/clearing.js';

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

it('after a write that failed nothing more is written, and the file ends with a whole batch', async () => {
  const file = `${await tempDir('backup')}/x.rcmb`;
  const script = `
    import { randomBytes } from 'node:crypto';
    import { BackupWriter } from '${new URL('../../dist/core/backup/writer.js', import.meta.url).pathname}';
    process.on('SIGXFSZ', () => undefined);
    const entry = (name, size) => ({ key: Buffer.from(name), type: 'string', expiresAtMs: -1, bytes: 1, dump: randomBytes(size) });
    const writer = await BackupWriter.open('${file}', { format: 'rcm-backup', version: 1, redis: { label: 'x', version: null } });
    const acts = [
      () => writer.append([entry('a', 10)]),
      () => writer.append([entry('b', 10000)]),
      () => writer.append([entry('c', 10)]),
      () => writer.finish(false, new Date()),
    ];
    for (const act of acts) await act().then(() => console.log('written'), (error) => console.log(error.code));
    await writer.close();`;
  await writeFile(`${file}.mjs`, script);
  const full = await execa('bash', ['-c', `ulimit -f 4; exec '${process.execPath}' '${file}.mjs'`]);
  expect(full.stdout.split('\n')).toEqual(['written', 'RCM_BACKUP_FAILED', 'RCM_BACKUP_FAILED', 'RCM_BACKUP_FAILED']);
  expect([...(await savedKeys(file))]).toEqual(['a']);
  const reader = await BackupReader.open(file);
  expect(await reader.check()).toMatchObject({ end: null, damage: null });
  await reader.close();
});
