import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RcmError } from '../../errors.js';
import { makeFolder } from '../../make-folder.js';
import { Database } from './database.js';
import { fileError, isBusy, sqliteError } from './errors.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/** How long a statement waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the state file, making it (0600, its directory 0700) and bringing its schema up to date where needed.
 * @throws RCM_STORE_UNAVAILABLE when it cannot be made, opened or written
 * @throws RCM_STORE_DAMAGED when it is no database, another program's, or of a newer schema; it is left as it is
 */
export async function openDatabase(path: string): Promise<Database> {
  makeFile(path);
  const Libsql = await loadEngine();
  let db: Database;
  try {
    db = new Database(new Libsql(path, { timeout: BUSY_TIMEOUT_MS }), path);
  } catch (error) {
    throw sqliteError(error, path);
  }
  try {
    const version = checkedVersion(db);
    await useWal(db);
    db.exec('PRAGMA synchronous = NORMAL');
    if (version < MIGRATIONS.length) db.immediate(() => migrate(db));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * The engine's loader has Node make a diagnostic report, to learn the C library. Node looks up in DNS who is at the other
 * end of every open socket for it, and everything stands still meanwhile: for seconds where no name server answers.
 */
async function loadEngine(): Promise<typeof import('libsql')> {
  const report = process.report as { excludeNetwork?: boolean } | undefined;
  const before = report?.excludeNetwork;
  if (report) report.excludeNetwork = true;
  try {
    return (await import('libsql')).default;
  } finally {
    if (report && before !== undefined) report.excludeNetwork = before;
  }
}

function makeFile(path: string): void {
  try {
    makeFolder(dirname(path));
    // A file that is there is not opened: with any descriptor of it that is closed, POSIX takes away all locks that this process
    // has on it, SQLite's too (sqlite.org/howtocorrupt.html, 2.2), and the next process to close it removes its log.
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    // SQLite gives its -wal and -shm files the mode of this one.
    else closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw fileError(error, path);
  }
}

function checkedVersion(db: Database): number {
  const version = Number(db.get('PRAGMA user_version')?.user_version);
  const applicationId = Number(db.get('PRAGMA application_id')?.application_id);
  const tables = Number(db.get('SELECT count(*) AS n FROM sqlite_schema')?.n);
  if (applicationId !== APPLICATION_ID && (version !== 0 || applicationId !== 0 || tables > 0)) {
    throw new RcmError(
      'RCM_STORE_DAMAGED',
      `State file ${db.path} is a database of another program`,
      'Choose another file with stateFile; nothing was changed.',
    );
  }
  if (version > MIGRATIONS.length) {
    throw new RcmError(
      'RCM_STORE_DAMAGED',
      `State file ${db.path} has schema version ${version}; this rcm knows versions up to ${MIGRATIONS.length}`,
      'Upgrade rcm, or choose another file with stateFile; nothing was changed.',
    );
  }
  return version;
}

/** The switch to WAL needs the file alone and does not wait by itself: several processes may make the file at once. */
async function useWal(db: Database): Promise<void> {
  const giveUpAt = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      db.get('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!isBusy(cause) || Date.now() > giveUpAt) throw error;
      await delay(5 + Math.random() * 20);
    }
  }
}

function migrate(db: Database): void {
  // Another process may have migrated while this one waited for the lock.
  const from = checkedVersion(db);
  for (const step of MIGRATIONS.slice(from)) db.exec(step);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}
