import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** Logs what was kept, if anything was; what still cannot be logged stays kept. Never throws. @returns how many were logged */
export async function logUnlogged(store: Store, file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  // Whoever renames it has it: two processes log nothing twice.
  const taken = `${file}.${process.pid}`;
  try {
    renameSync(file, taken);
  } catch {
    return 0;
  }
  const lines = readFileSync(taken, 'utf8').split('\n').filter(Boolean);
  const entries = lines.map((line): ActivityEntry => {
    const entry = JSON.parse(line) as ActivityEntry;
    return { ...entry, timestamp: new Date(entry.timestamp) };
  });
  try {
    await store.activity.append(entries);
  } catch {
    appendFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    return 0;
  } finally {
    rmSync(taken, { force: true });
  }
  return entries.length;
}
