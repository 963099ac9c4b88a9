import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ActivityEntry } from '../../domain/activity.js';
import { makeFolder } from '../../make-folder.js';
import type { Store } from '../../store/store.js';

/**
 * Acts that were done while the durable log could not be written (MongoDB gone after a clear): kept beside the state file,
 * one JSON line each, and logged by the next command that opens the same store. So the log tells what was really done.
 * @param stateFile the embedded store's path, in use or not: its folder is ours
 */
export function unloggedFile(stateFile: string, location: string): string {
  const name = createHash('sha256').update(location).digest('hex').slice(0, 12);
  return join(dirname(stateFile), `unlogged-${name}.ndjson`);
}

/** @throws what the file system says */
export function keepUnlogged(file: string, entries: readonly ActivityEntry[]): void {
  makeFolder(dirname(file));
  appendFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
}

/**
 * Logs what was kept, if anything was; what still cannot be logged stays kept, and so does a line that cannot be read (half
 * of one, when the disk was full). Never throws. @returns how many were logged
 */
export async function logUnlogged(store: Store, file: string): Promise<number> {
  try {
    let logged = 0;
    for (const left of leftBehind(file)) logged += await logFile(store, left, file);
    return logged;
  } catch {
    return 0;
  }
}

/** The file, and those that a process took and then died. */
function leftBehind(file: string): string[] {
  const folder = dirname(file);
  if (!existsSync(folder)) return [];
  const own = basename(file);
  return readdirSync(folder)
    .filter((name) => name === own || (name.startsWith(`${own}.`) && !isAlive(Number(name.slice(own.length + 1)))))
    .map((name) => join(folder, name));
}

async function logFile(store: Store, from: string, file: string): Promise<number> {
  // Whoever renames it has it: two processes log nothing twice.
  const taken = `${file}.${process.pid}`;
  renameSync(from, taken);
  const lines = readFileSync(taken, 'utf8').split('\n').filter(Boolean);
  const entries = lines.flatMap(entryOf);
  const kept = lines.filter((line) => entryOf(line).length === 0);
  let logged = 0;
  try {
    if (entries.length > 0) await store.activity.append(entries);
    logged = entries.length;
  } catch {
    kept.unshift(...lines.filter((line) => !kept.includes(line)));
  }
  // Only what is kept elsewhere may go.
  if (kept.length > 0) appendFileSync(file, `${kept.join('\n')}\n`, { mode: 0o600 });
  rmSync(taken, { force: true });
  return logged;
}

function entryOf(line: string): ActivityEntry[] {
  try {
    const entry = JSON.parse(line) as ActivityEntry;
    const timestamp = new Date(entry.timestamp);
    return typeof entry.companyId === 'string' && !Number.isNaN(timestamp.getTime()) ? [{ ...entry, timestamp }] : [];
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
