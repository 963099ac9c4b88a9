import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, RcmError } from '../core/errors.js';
import type { Format } from './flags.js';

/** `| head` closes the pipe early: that is no error. */
export function exitQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}

/** The format in force: what was asked for, else a table. */
export function formatOf(flags: { json: boolean; format: Format | undefined }): Format {
  return flags.json ? 'json' : (flags.format ?? 'table');
}

/** Writes a result to where it is wanted; on a terminal says so of a file. @throws RCM_OUTPUT_UNWRITABLE */
export function writeResult(text: string, file: string | undefined, write = overwrite): void {
  // No rows are no lines, not one that is empty.
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  if (file === undefined) {
    process.stdout.write(whole);
    return;
  }
  try {
    write(file, whole);
  } catch (error) {
    throw new RcmError(
      'RCM_OUTPUT_UNWRITABLE',
      `Cannot write ${file}: ${messageOf(error)}`,
      'Choose another --output.',
    );
  }
  if (process.stderr.isTTY) process.stderr.write(`Written to ${file}.\n`);
}

function overwrite(file: string, text: string): void {
  writeFileSync(file, text);
}

/**
 * Puts a whole file in the place of the old one, so that nobody reads half of it. A link stays one: what it points to is
 * replaced. What is no file (a pipe), and what a shell has opened (/dev/stdout), is written to.
 */
export function replaceFile(file: string, text: string): void {
  const place = placeOf(file);
  if (place === null) {
    appendFileSync(file, text);
    return;
  }
  const old = statSync(place, { throwIfNoEntry: false });
  if (old !== undefined && !old.isFile()) {
    overwrite(place, text);
    return;
  }
  const beside = `${place}.${randomUUID()}.tmp`;
  try {
    writeFileSync(beside, text, { mode: old === undefined ? 0o666 : old.mode & 0o666 });
    if (old !== undefined) chmodSync(beside, old.mode);
    renameSync(beside, place);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** The path that a path stands for, links followed; null where that is a device's or an open file's, not to be replaced. */
function placeOf(file: string): string | null {
  let path = resolve(file);
  for (let links = 0; links < MOST_LINKS; links += 1) {
    path = join(realpathSync(dirname(path)), basename(path));
    if (/^\/(proc|dev)\//.test(path) && !path.startsWith('/dev/shm/')) return null;
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
    path = resolve(dirname(path), readlinkSync(path));
  }
  return path;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** JSON with 2 spaces. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
