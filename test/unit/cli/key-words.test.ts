import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { keyOf, keysInFile } from '../../../src/cli/key-words.js';
import { tempDir } from '../../support/temp-dir.js';

async function fileOf(content: string | Buffer): Promise<string> {
  const file = `${await tempDir('words')}/keys.txt`;
  await writeFile(file, content);
  return file;
}
const refused = (message: string) =>
  expect.objectContaining({ code: 'RCM_USAGE', message: expect.stringContaining(message) });

describe('keys from a file', () => {
  it('stand one a line; empty lines and a \\r are none of them', async () => {
    const file = await fileOf('company:1:a\r\n\n company:1:b \ncompany:1:\\xff\\\\');
    expect(await keysInFile(file)).toEqual([
      Buffer.from('company:1:a'),
      Buffer.from(' company:1:b '),
      Buffer.concat([Buffer.from('company:1:'), Buffer.from([0xff, 0x5c])]),
    ]);
  });

  it('are refused with their line, or as a whole', async () => {
    await expect(keysInFile(await fileOf('a\nb\\c'))).rejects.toThrow(refused('Line 2:'));
    await expect(keysInFile(await fileOf(Buffer.from([0x61, 0xff])))).rejects.toThrow(refused('not UTF-8'));
    await expect(keysInFile('/nonexistent')).rejects.toThrow(refused('Cannot read /nonexistent'));
  });
});

it('a key on the command line is not empty', () => {
  expect(() => keyOf('')).toThrow(refused('empty'));
  expect(keyOf('a\\x00')).toEqual(Buffer.from([0x61, 0]));
});
