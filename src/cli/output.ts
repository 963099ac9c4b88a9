import { randomUUID } from 'node:crypto';
import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Puts a whole file in the place of the old one, so that nobody reads half of it; what is no file (a pipe) is written to. */
export function replaceFile(file: string, text: string): void {
  const old = statSync(file, { throwIfNoEntry: false });
  if (old !== undefined && !old.isFile()) {
    overwrite(file, text);
    return;
  }
  const beside = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(beside, text);
    if (old !== undefined) chmodSync(beside, old.mode);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** JSON with 2 spaces. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
