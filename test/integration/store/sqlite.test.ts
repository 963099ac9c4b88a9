import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import Libsql from 'libsql';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../src/core/domain/activity.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';
import { openDatabase } from '../../../src/core/store/sqlite/open.js';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/core/store/sqlite/schema.js';
import { childScript } from '../../support/child-script.js';
import { tempDir } from '../../support/temp-dir.js';
import { at, entry, HOSTILE, historyEntry, snapshot } from './builders.js';
import { storeContract } from './contract.js';
import { sqliteHarness, tamper } from './sqlite-harness.js';

describe('the SQLite store', () => storeContract(sqliteHarness));

const NOW = at('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

let dir = '';
let stateFile = '';
beforeEach(async () => {
  dir = await tempDir('sqlite');
  stateFile = join(dir, 'state', 'rcm.db');
});
const open = (file = stateFile) => openStore({ stateFile: file, collections });

describe('a first big clean-up', () => {
  it('goes in portions, the oldest first, and is ended by the next runs', async () => {
    const store = await open();
    const old = (n: number) => entry({ eventType: 'hit', timestamp: new Date(NOW.getTime() - 9 * DAY + n) });
    await store.activity.append(Array.from({ length: 45_000 }, (_, n) => old(n)));
    const prune = () => store.activity.prune(NOW, DEFAULT_RETENTION, performance.now());
    expect(await prune()).toBe(20_000);
    const left = await store.activity.list({ limit: 45_000 });
    expect([left.length, left.at(-1)?.timestamp]).toEqual([25_000, old(20_000).timestamp]);
    expect([await prune(), await prune(), await prune()]).toEqual([20_000, 5000, 0]);

    const day = NOW.getTime() - (NOW.getTime() % DAY) - 40 * DAY;
    const hours = [0, 1, 2].map((n) => ({ companyId: 'acme', hourMs: day + n * DAY, counters: { hit: 1 }, mark: 1 }));
    await store.counterHours.put(hours);
    // Each row beside the platform's; one day at a time.
    const end = performance.now() + 10_000;
    expect(await store.counterHours.prune(NOW, DEFAULT_RETENTION, performance.now() - 1)).toBe(0);
    expect(await store.counterHours.prune(NOW, DEFAULT_RETENTION, end)).toBe(6);
    await store.close();
  });
});

describe('the state file', () => {
  it('is made with its directory, for its owner alone', async () => {
    const store = await open();
    await store.pricing.update(() => ({ history: [historyEntry('x')] }));
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect([mode(join(dir, 'state')), mode(stateFile), mode(`${stateFile}-wal`)]).toEqual([0o700, 0o600, 0o600]);
    expect([store.engine, store.location]).toEqual(['sqlite', stateFile]);
    await store.close();
    await store.close();
  });

  it('of the first schema is brought up to date, and keeps what it holds', async () => {
    mkdirSync(join(dir, 'state'));
    tamper(
      stateFile,
      `${MIGRATIONS[0]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1;
       INSERT INTO snapshot VALUES (1, ${NOW.getTime()}, 'keys', 1, 10, 1, 2, 3, 4, '[]')`,
    );
    const store = await open();
    const unknown = { redisMaxMemoryBytes: null, redisEvictedKeys: null, redisExpiredKeys: null };
    const own = { ownKeys: null, ownBytes: null, activeCompanies: null };
    expect(await store.snapshots.latestPlatform()).toMatchObject({ takenAt: NOW, totalCost: 1, ...unknown, ...own });
    await store.snapshots.insert(snapshot(new Date(NOW.getTime() + 1), ['acme']));
    expect(await store.snapshots.latestPlatform()).toMatchObject({ redisEvictedKeys: 7, ownKeys: 12 });
    const seen = [{ companyId: null, code: 'EVICTIONS', severity: 'warning' as const }];
    expect(await store.issues.record({ seen, examined: () => true, at: NOW })).toHaveLength(1);
    await store.close();
    await (await open()).close();
  });

  it('of a newer schema is refused and left as it is', async () => {
    await (await open()).close();
    tamper(stateFile, 'PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)');
    const before = readFileSync(stateFile);
    await expect(open()).rejects.toMatchObject({
      code: 'RCM_STORE_DAMAGED',
      message: `State file ${stateFile} has schema version 99; this rcm knows versions up to ${MIGRATIONS.length}`,
      hint: expect.stringContaining('Upgrade rcm'),
    });
    expect(readFileSync(stateFile).equals(before)).toBe(true);
  });

  it('of another program is refused and left as it is', async () => {
    const theirs = join(dir, 'theirs.db');
    tamper(theirs, 'CREATE TABLE bookmarks (url TEXT)');
    const before = readFileSync(theirs);
    await expect(open(theirs)).rejects.toMatchObject({
      code: 'RCM_STORE_DAMAGED',
      message: expect.stringContaining('another program'),
    });
    expect(readFileSync(theirs).equals(before)).toBe(true);
    expect(existsSync(`${theirs}-wal`)).toBe(false);
  });

  it('that is no database is refused and left as it is', async () => {
    const text = join(dir, 'notes.txt');
    writeFileSync(text, 'these are notes, not a database\n'.repeat(50));
    await expect(open(text)).rejects.toMatchObject({
      code: 'RCM_STORE_DAMAGED',
      message: expect.stringContaining(text),
    });
    expect(readFileSync(text, 'utf8')).toMatch(/^these are notes/);
  });

  it('whose directory cannot be made, or that is a directory, is unavailable', async () => {
    writeFileSync(join(dir, 'file'), '');
    for (const path of [join(dir, 'file', 'rcm.db'), dir]) {
      await expect(open(path)).rejects.toMatchObject({
        code: 'RCM_STORE_UNAVAILABLE',
        message: expect.stringContaining(path),
        hint: expect.stringContaining('stateFile'),
      });
    }
  });

  it('on a full disk is unavailable, says so, and keeps what it had', async () => {
    const store = await open();
    await store.pricing.update(() => ({ history: [historyEntry('kept')] }));
    await store.close();
    const db = await openDatabase(stateFile);
    // SQLite's own limit gives the same error as a full disk.
    db.exec('PRAGMA max_page_count = 1');
    const write = () =>
      db.immediate(() =>
        db.run(
          'INSERT INTO pricing VALUES (1, 9, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
          'x'.repeat(1e6),
        ),
      );
    expect(write).toThrow(
      expect.objectContaining({ code: 'RCM_STORE_UNAVAILABLE', message: expect.stringContaining('full') }),
    );
    expect(db.get('SELECT version FROM pricing')).toEqual({ version: 1 });
    db.close();
  });

  it('that another process holds too long is unavailable, and says so', async () => {
    const store = await open();
    const other = new Libsql(stateFile);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.policies.remove('acme', 1)).rejects.toMatchObject({
      code: 'RCM_STORE_UNAVAILABLE',
      message: expect.stringContaining('in use by another process'),
    });
    other.exec('ROLLBACK');
    await expect(store.policies.remove('acme', 1)).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
    await store.close();
  });

  it('that one process opened twice keeps its log when others come and go', async () => {
    const [store, again] = [await open(), await open()];
    await store.pricing.update(() => ({ history: [historyEntry('first')] }));
    // Who closes it last removes the log: that must not be somebody who does not see us.
    const engine = `import L from 'libsql'; const db = new L(${JSON.stringify(stateFile)});`;
    const run = (code: string) => execa(process.execPath, ['--input-type=module', '-e', `${engine} ${code}`]);
    await run("db.exec('PRAGMA optimize; SELECT count(*) FROM pricing'); db.close();");
    expect(existsSync(`${stateFile}-wal`)).toBe(true);
    await again.pricing.update(() => ({ history: [historyEntry('second')] }));
    const told = await run("console.log(db.prepare('SELECT version FROM pricing').get().version);");
    expect(told.stdout).toBe('2');
    await Promise.all([store.close(), again.close()]);
  });

  it('where no folder can be made is unavailable, at once', async () => {
    await expect(open('/proc/nowhere/rcm.db')).rejects.toMatchObject({ code: 'RCM_STORE_UNAVAILABLE' });
  });

  it('in a read-only directory is unavailable, new or not', async () => {
    await (await open()).close();
    tamper(stateFile, 'PRAGMA wal_checkpoint(TRUNCATE)');
    for (const path of [dir, join(dir, 'state')]) chmodSync(path, 0o755);
    chmodSync(stateFile, 0o444);
    chmodSync(join(dir, '..'), 0o755);
    // Root may write anywhere: the file is then opened by a process of another user.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    if (process.getuid?.() !== 0) chmodSync(join(dir, 'state'), 0o555);
    const script = await childScript(opener);
    for (const path of [stateFile, join(dir, 'state', 'new.db')]) {
      const { stdout } = await execa(process.execPath, [script, path], {
        ...user,
        env: { HOME: dir },
      });
      expect(JSON.parse(stdout)).toMatchObject({
        code: 'RCM_STORE_UNAVAILABLE',
        message: expect.stringContaining(path),
      });
    }
    expect(existsSync(join(dir, 'state', 'new.db'))).toBe(false);
    chmodSync(join(dir, 'state'), 0o755);
  });
});

const opener = join(import.meta.dirname, 'open-and-tell.ts');

describe('imported companies', () => {
  const company = (companyId: string, calls: number | null = 300) => {
    const usage = { storageBytes: 1e9, calls, minutes: 12.5, recordingBytes: null };
    return { companyId, companyName: companyId === 'beta' ? null : `Name of ${companyId}`, ...usage };
  };
  const importedAt = at('2026-03-01T10:00:00Z');
  const now = at('2026-03-02T10:00:00Z');

  it('are told by their keys while there are none, and every usage is unknown', async () => {
    const store = await open();
    expect(await store.companies.list()).toEqual({ source: 'keys' });
    const { byCompany, unknown } = await store.usage.read(now, { fresh: false });
    expect(byCompany.size).toBe(0);
    expect(unknown.map((u) => u.part)).toEqual(['storage', 'calls']);
    await store.close();
  });

  it('are replaced as a whole, with their figures and age', async () => {
    const store = await open();
    await store.companies.replaceImported([company('acme'), company('gone')], at('2026-01-01T00:00:00Z'));
    await store.companies.replaceImported([company('acme', null), company('beta'), company(HOSTILE, 0)], importedAt);
    const listing = await store.companies.list();
    if (listing.source !== 'import') throw new Error(listing.source);
    expect(listing.companies.sort((a, b) => (a.companyId < b.companyId ? -1 : 1))).toEqual([
      { companyId: HOSTILE, companyName: `Name of ${HOSTILE}` },
      { companyId: 'acme', companyName: 'Name of acme' },
      { companyId: 'beta', companyName: null },
    ]);
    const usage = await store.usage.read(now, { fresh: true });
    expect(usage.measuredAt).toEqual(importedAt);
    expect(usage.unknown).toEqual([]);
    const figures = { storageBytes: 1e9, minutes: 12.5, recordingBytes: null };
    expect(usage.byCompany.get('acme')).toEqual({ ...figures, calls: null });
    expect(usage.byCompany.get(HOSTILE)).toEqual({ ...figures, calls: 0 });
    expect(usage.byCompany.has('gone')).toBe(false);
    await store.close();
  });

  it('stay as they were when the new list cannot be written', async () => {
    const store = await open();
    await store.companies.replaceImported([company('acme')], importedAt);
    const broken = [company('beta'), { ...company('gamma'), calls: 'many' as unknown as number }];
    await expect(store.companies.replaceImported(broken, now)).rejects.toThrow();
    expect(await store.companies.list()).toMatchObject({ companies: [{ companyId: 'acme' }] });
    await store.close();
  });
});

it('makes one file when several processes open it first at the same time', async () => {
  mkdirSync(join(dir, 'state'));
  const script = await childScript(opener);
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => execa(process.execPath, [script, stateFile])));
  expect(outcomes.map((o) => JSON.parse(o.stdout))).toEqual([1, 2, 3, 4].map(() => ({ code: 'ok' })));
});

it('looks up no name in DNS while the engine is loaded, and leaves reports as they were', async () => {
  const script = await childScript(join(import.meta.dirname, 'reports-asked.ts'));
  const { stdout } = await execa(process.execPath, [script, stateFile]);
  expect(JSON.parse(stdout)).toEqual({ asked: [true], later: false });
});
