import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { messageOf, RcmError } from '../core/errors.js';
import { readKey } from '../core/redis/keys/key-argument.js';

/** A key as it was given on the command line. @throws RCM_USAGE */
export function keyOf(word: string): Buffer {
  if (word === '') throw new RcmError('RCM_USAGE', 'The name of the key is empty', 'Give the full name of a key.');
  return readKey(word);
}

/** Keys from a file, or standard input for `-`: one a line, as `keys list` shows them. @throws RCM_USAGE */
export async function keysInFile(file: string): Promise<Buffer[]> {
  const lines = textOf(file, file === '-' ? await buffer(process.stdin) : contentOf(file)).split(/\r?\n/);
  return lines.flatMap((line, n) => {
    if (line === '') return [];
    try {
      return [readKey(line)];
    } catch (error) {
      if (error instanceof RcmError) throw new RcmError(error.code, `Line ${n + 1}: ${error.message}`, error.hint);
      throw error;
    }
  });
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new RcmError('RCM_USAGE', `Cannot read ${file}: ${messageOf(error)}`, 'Check the path of --from-file.');
  }
}

/** Half-read bytes would name other keys. */
function textOf(file: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new RcmError(
      'RCM_USAGE',
      `${file} is not UTF-8`,
      'Write keys as `rcm keys list` shows them: a byte is \\xHH.',
    );
  }
}
