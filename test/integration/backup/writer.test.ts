import { randomBytes } from 'node:crypto';
import { appendFile, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BackupHeader } from '../../../src/core/backup/format.js';
import { BackupReader } from '../../../src/core/backup/reader.js';
import { BackupWriter } from '../../../src/core/backup/writer.js';
import type { BackupEntry } from '../../../src/core/domain/backup-entry.js';
import { tempDir } from '../../support/temp-dir.js';

const header: BackupHeader = {
  format: 'rcm-backup',
  version: 1,
  createdAt: '2026-01-02T03:04:05.000Z',
  companies: [{ companyId: '1', companyName: null }],
  command: 'clear',
  selection: {},
  redis: { label: '127.0.0.1:6379', version: '7.0.0', db: 0 },
  actor: 'test',
  reason: null,
};
const END = new Date('2026-01-02T03:05:00.000Z');

let file: string;
beforeEach(async () => {
  file = `${await tempDir('backup')}/x.rcmb`;
});

function entry(name: string, dump = Buffer.from(`dump of ${name}`)): BackupEntry {
  return { key: Buffer.from(name), type: 'string', expiresAtMs: -1, bytes: 100, dump };
}

async function checked(path = file) {
  const reader = await BackupReader.open(path);
  const names: string[] = [];
  const found = await reader.check(({ key }) => names.push(key.toString())).finally(() => reader.close());
  return { ...found, names };
}

/** A file of one batch for each name, neither ended nor locked. */
async function stopped(...names: string[]): Promise<Buffer> {
  const writer = await BackupWriter.open(file, header);
  for (const name of names) await writer.append([entry(name)]);
  await writer.close();
  return readFile(file);
}

describe('two runs at one file', () => {
  it('keeps a second one out while the first is there, and says what to do', async () => {
    const first = await BackupWriter.open(file, header);
    expect((await stat(`${file}.lock`)).mode & 0o777).toBe(0o600);
    await expect(BackupWriter.open(file, header)).rejects.toMatchObject({
      code: 'RCM_CONFLICT',
      message: expect.stringContaining(`process ${process.pid}`),
      hint: expect.stringContaining(`${file}.lock`),
    });
    await first.append([entry('a')]);
    await first.close();
    await expect(stat(`${file}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await checked()).names).toEqual(['a']);
  });

  it('a run that slept while another finished the file writes nothing to it, ever', async () => {
    const slept = await BackupWriter.open(file, header);
    await slept.append([entry('a')]);
    await rm(`${file}.lock`);
    const other = await BackupWriter.open(file, header);
    await other.append([entry('b'), entry('c')]);
    await other.finish(true, END);
    await other.close();
    const finished = await readFile(file);
    const refused = {
      code: 'RCM_BACKUP_FAILED',
      message: expect.stringContaining('somebody else writes to this file'),
    };
    await expect(slept.append([entry('d')])).rejects.toMatchObject(refused);
    await expect(slept.finish(false, END)).rejects.toMatchObject(refused);
    await slept.close();
    expect(await readFile(file)).toEqual(finished);
    expect(await checked()).toMatchObject({ names: ['a', 'b', 'c'], end: { complete: true }, damage: null });
  });

  it('the lock alone, taken over, stops the one that had it', async () => {
    const slept = await BackupWriter.open(file, header);
    const before = await readFile(file);
    await rm(`${file}.lock`);
    await writeFile(`${file}.lock`, 'of another');
    await expect(slept.append([entry('a')])).rejects.toMatchObject({ code: 'RCM_BACKUP_FAILED' });
    await slept.close();
    expect(await readFile(file)).toEqual(before);
    expect(await readFile(`${file}.lock`, 'utf8')).toBe('of another');
  });

  it.each([
    ['moved', () => rename(file, `${file}.moved`)],
    ['removed', () => rm(file)],
    ['replaced', () => rename(file, `${file}.moved`).then(() => writeFile(file, 'another'))],
  ])('writes no more into a file that was %s', async (_, disturb) => {
    const writer = await BackupWriter.open(file, header);
    await writer.append([entry('a')]);
    await disturb();
    const refused = { code: 'RCM_BACKUP_FAILED', message: expect.stringContaining('moved, removed or replaced') };
    await expect(writer.append([entry('b')])).rejects.toMatchObject(refused);
    await rename(`${file}.moved`, file).catch(() => undefined);
    await expect(writer.append([entry('b')])).rejects.toMatchObject(refused);
    await writer.close();
  });

  it('writes no more into a file that somebody added to or cut', async () => {
    for (const disturb of [() => appendFile(file, 'x'), () => truncate(file, 20)]) {
      await rm(file, { force: true });
      const writer = await BackupWriter.open(file, header);
      await writer.append([entry('a')]);
      await disturb();
      const there = await readFile(file);
      await expect(writer.append([entry('b')])).rejects.toMatchObject({ code: 'RCM_BACKUP_FAILED' });
      await expect(writer.finish(false, END)).rejects.toMatchObject({ code: 'RCM_BACKUP_FAILED' });
      await writer.close();
      expect(await readFile(file)).toEqual(there);
    }
  });
});

describe('a lock that was left behind', () => {
  const leave = (holder: object | string) =>
    writeFile(`${file}.lock`, typeof holder === 'string' ? holder : JSON.stringify(holder));
  const mine = async () => {
    const writer = await BackupWriter.open(file, header);
    const holder = JSON.parse(await readFile(`${file}.lock`, 'utf8'));
    await writer.close();
    return holder;
  };
  const opens = async () => (await BackupWriter.open(file, header)).close();

  it('is taken over when its process is gone, or its number is another process’s', async () => {
    const child = execa('true');
    await child;
    const holder = await mine();
    await leave({ ...holder, pid: child.pid });
    await opens();
    await leave({ ...holder, began: '1' });
    await opens();
    await expect(stat(`${file}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of another machine, or unreadable, stays until it is old', async () => {
    const holder = await mine();
    const old = new Date(Date.now() - 25 * 3_600_000);
    for (const left of [{ ...holder, host: `not-${hostname()}` }, '']) {
      await leave(left);
      await expect(opens()).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
      await utimes(`${file}.lock`, old, old);
      await utimes(file, old, old);
      await opens();
    }
  });

  it('of two that take it over at once one gets it', async () => {
    const holder = await mine();
    for (let i = 0; i < 20; i += 1) {
      await leave({ ...holder, began: '1' });
      const tries = await Promise.allSettled([1, 2, 3].map(() => BackupWriter.open(file, header)));
      const got = tries.flatMap((t) => (t.status === 'fulfilled' ? [t.value] : []));
      // All but one lose the lock, or never had it: no two can write.
      const written = await Promise.allSettled(got.map((writer) => writer.append([entry(`${i}`)])));
      expect(written.filter((w) => w.status === 'fulfilled').length).toBeLessThanOrEqual(1);
      for (const writer of got) await writer.close();
      await rm(`${file}.lock`, { force: true });
      expect((await checked()).damage).toBeNull();
    }
  });
});

describe('a backup that could not be begun', () => {
  it.each(['', 'RCMB', 'RCMBKP1\n'])('goes on from a file of %j', async (left) => {
    await writeFile(file, left, { mode: 0o644 });
    await stopped('a');
    expect((await checked()).names).toEqual(['a']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each(['x', 'RCMX', '\0\0\0\0'])('touches no file of %j', async (left) => {
    await writeFile(file, left);
    await expect(BackupWriter.open(file, header)).rejects.toMatchObject({ code: 'RCM_BACKUP_EXISTS' });
    expect(await readFile(file, 'latin1')).toBe(left);
    await expect(stat(`${file}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('going on', () => {
  it('refuses a backup of another server or database, and names both', async () => {
    const bytes = await stopped('a');
    for (const [redis, name] of [
      [{ ...header.redis, label: '127.0.0.1:6380' }, '127.0.0.1:6380 database 0'],
      [{ ...header.redis, db: 3 }, '127.0.0.1:6379 database 3'],
    ] as const) {
      const refused = BackupWriter.open(file, { ...header, redis });
      await expect(refused).rejects.toMatchObject({
        code: 'RCM_BACKUP_EXISTS',
        message: expect.stringContaining(`of Redis 127.0.0.1:6379 database 0, not of ${name}`),
      });
    }
    expect(await readFile(file)).toEqual(bytes);
  });

  it.each([
    ['zeros', (n: number) => Buffer.alloc(n)],
    ['other bytes', (n: number) => Buffer.from(Array.from({ length: n }, (_, i) => (i * 7919) & 255))],
  ])('a last batch that a power cut left as %s is cut off', async (_, made) => {
    const bytes = await stopped('a', 'b');
    const first = (await checked()).batches[0]?.end as number;
    await writeFile(file, Buffer.concat([bytes.subarray(0, first), made(bytes.length - first)]));
    expect(await checked()).toMatchObject({
      names: ['a'],
      damage: { at: first, bytes: bytes.length - first, framesFollow: false },
    });
    await stopped('c');
    expect(await checked()).toMatchObject({ names: ['a', 'c'], damage: null });
  });

  it('half a batch with its length is cut off', async () => {
    const bytes = await stopped('a', 'b');
    const torn = Buffer.from(bytes).fill(0, bytes.length - 50);
    await writeFile(file, torn);
    await stopped('c');
    expect((await checked()).names).toEqual(['a', 'c']);
  });

  it('damage anywhere before the last batch is refused, and nothing cut off', async () => {
    const bytes = await stopped('a', 'b', 'c');
    const { batches } = await checked();
    const last = batches[2]?.start as number;
    for (let at = batches[0]?.start as number; at < last; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] as number) ^ 0x11;
      await writeFile(file, altered);
      await expect(BackupWriter.open(file, header), `byte ${at}`).rejects.toMatchObject({ code: 'RCM_BACKUP_EXISTS' });
      expect(await readFile(file)).toEqual(altered);
      expect((await checked()).damage).toMatchObject({ framesFollow: true });
    }
  });
});

it('finds a whole batch after damage, whatever it holds and however large it is', async () => {
  const noise = (size: number) => randomBytes(size);
  const text = (size: number) => Buffer.from('{"name":"value","number":12345}'.repeat(size / 30));
  for (const make of [noise, text])
    for (const [keys, size] of [
      [1, 3_000_000],
      [1, 300],
      [500, 3000],
      [70_000, 30],
    ] as const) {
      await rm(file, { force: true });
      const writer = await BackupWriter.open(file, header);
      await writer.append([entry('first', noise(100_000))]);
      await writer.append(Array.from({ length: keys }, (_, i) => entry(`company:1:${i}`, make(size))));
      await writer.close();
      const { batches } = await checked();
      const bytes = await readFile(file);
      // The damaged batch does not say where the next one begins, nor what it goes on from.
      await writeFile(file, bytes.fill(0xee, batches[0]?.start, (batches[0]?.end as number) - 32));
      expect((await checked()).damage, `${keys} keys of ${size}`).toMatchObject({ framesFollow: true });
    }
});

describe('large batches', () => {
  it('are split over frames', async () => {
    const writer = await BackupWriter.open(file, header, { batch: 1000, payload: 100_000 });
    const names = Array.from({ length: 10 }, (_, i) => `k${i}`);
    await writer.append(names.map((name) => entry(name, Buffer.alloc(name === 'k5' ? 5000 : 300, name))));
    await writer.finish(true, END);
    await writer.close();
    const found = await checked();
    expect(found).toMatchObject({ names, damage: null, end: { keys: 10, bytes: 1000, complete: true } });
    // By hand: k0-k2, k3-k4, k5 alone, k6-k8, k9.
    expect(found.batches).toHaveLength(5);
  });

  it('a key that no reader would take is refused before anything of it is written', async () => {
    const writer = await BackupWriter.open(file, header, { batch: 1000, payload: 2000 });
    await writer.append([entry('a')]);
    const noise = Buffer.from(Array.from({ length: 3000 }, () => Math.floor(Math.random() * 256)));
    await expect(writer.append([entry('b', noise)])).rejects.toMatchObject({ code: 'RCM_BACKUP_FAILED' });
    await writer.append([entry('c')]);
    await writer.finish(false, END);
    await writer.close();
    expect(await checked()).toMatchObject({ names: ['a', 'c'], damage: null });
  });
});
