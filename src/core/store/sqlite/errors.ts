import { messageOf, RcmError } from '../../errors.js';

const DAMAGED = /^SQLITE_(NOTADB|CORRUPT)/;
const HINTS: [RegExp, string, string][] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'is in use by another process', 'Try again when the other rcm process has finished.'],
  [
    /^SQLITE_READONLY/,
    'cannot be written',
    'Give this user write access to the file and its directory, or choose another with stateFile.',
  ],
  [/^SQLITE_FULL/, 'cannot grow: the disk is full', 'Free some space, or choose another place with stateFile.'],
  [
    /^SQLITE_(CANTOPEN|PERM|AUTH)/,
    'cannot be opened',
    'Check that the directory exists and that this user may write in it, or choose another with stateFile.',
  ],
  [
    /^SQLITE_IOERR/,
    'cannot be read or written (input/output error)',
    'Check the disk, or choose another place with stateFile.',
  ],
];

/** What SQLite (or the file system) threw, as an RcmError that names the file; anything else (a bug) as it is. */
export function sqliteError(error: unknown, path: string): unknown {
  if (error instanceof RcmError) return error;
  const code = codeOf(error);
  if (DAMAGED.test(code)) {
    return new RcmError(
      'RCM_STORE_DAMAGED',
      `State file ${path} is damaged or not a database (${messageOf(error)})`,
      'Move it away or restore it from a backup; nothing was changed.',
      { cause: error },
    );
  }
  const known = HINTS.find(([pattern]) => pattern.test(code));
  if (!known) return error;
  return new RcmError('RCM_STORE_UNAVAILABLE', `State file ${path} ${known[1]} (${messageOf(error)})`, known[2], {
    cause: error,
  });
}

/** A directory or file that could not be made. */
export function fileError(error: unknown, path: string): RcmError {
  return new RcmError(
    'RCM_STORE_UNAVAILABLE',
    `State file ${path} cannot be made or written (${messageOf(error)})`,
    'Give this user write access there, or choose another place with stateFile.',
    { cause: error },
  );
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // libsql reports a failure to open as text only.
  return code !== '' ? code : /ConnectionFailed|Unable to open/.test(messageOf(error)) ? 'SQLITE_CANTOPEN' : '';
}
