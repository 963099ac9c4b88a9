import { RcmError } from '../errors.js';
import { alteredAt, type BackupHeader } from './format.js';
import type { CheckedBackup } from './reader.js';

/**
 * Whether a run may go on with a file.
 * @throws RCM_BACKUP_EXISTS when it is a finished backup, one of something else or of another server, or damaged in its middle
 */
export function assertSameRun(file: string, { header, end, damage }: CheckedBackup, wanted: BackupHeader): void {
  if (damage?.framesFollow)
    throw backupExists(file, `is there already, and cannot be gone on with (${alteredAt(damage.at)})`);
  if (end?.complete) throw backupExists(file, 'is a finished backup');
  const what = (h: BackupHeader) => JSON.stringify([h.command, h.companies?.map((c) => c.companyId), h.selection]);
  if (what(header) !== what(wanted)) throw backupExists(file, 'is a backup of something else');
  if (!isSameRedis(header.redis, wanted.redis))
    throw backupExists(file, `is a backup of Redis ${nameOf(header.redis)}, not of ${nameOf(wanted.redis)}`);
}

export function backupExists(file: string, what: string): RcmError {
  return new RcmError('RCM_BACKUP_EXISTS', `${file} ${what}: nothing was removed`, 'Choose another --backup file.');
}

/** Files of an older version do not tell the database. */
function isSameRedis(a: BackupHeader['redis'], b: BackupHeader['redis']): boolean {
  return a.label === b.label && (a.db === undefined || b.db === undefined || a.db === b.db);
}

function nameOf({ label, db }: BackupHeader['redis']): string {
  // What a file says of itself may hold anything.
  const text = JSON.stringify(label).slice(1, -1);
  return db === undefined ? text : `${text} database ${db}`;
}
