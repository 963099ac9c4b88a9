import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/cli/output.js';
import { tempDir } from '../../support/temp-dir.js';

let dir: string;
beforeEach(async () => {
  dir = await tempDir('output');
});
const at = (name: string) => join(dir, name);

describe('replacing a file', () => {
  it('leaves nothing beside it, and keeps who may read it', () => {
    replaceFile(at('new'), 'text');
    writeFileSync(at('private'), 'old');
    chmodSync(at('private'), 0o640);
    replaceFile(at('private'), 'text');
    expect(readdirSync(dir).sort()).toEqual(['new', 'private']);
    expect(readFileSync(at('private'), 'utf8')).toBe('text');
    expect(statSync(at('private')).mode & 0o777).toBe(0o640);
  });

  it('keeps a link, and replaces what it points to, there or not yet', () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/page'), 'old');
    symlinkSync('real/page', at('link'));
    symlinkSync('link', at('twice'));
    symlinkSync('real/later', at('dangling'));
    replaceFile(at('twice'), 'text');
    replaceFile(at('dangling'), 'text');
    expect(['link', 'twice', 'dangling'].map((name) => lstatSync(at(name)).isSymbolicLink())).toEqual([
      true,
      true,
      true,
    ]);
    expect([readFileSync(at('real/page'), 'utf8'), readFileSync(at('real/later'), 'utf8')]).toEqual(['text', 'text']);
    expect(readdirSync(at('real')).sort()).toEqual(['later', 'page']);
  });

  it.skipIf(!existsSync('/proc/self/fd'))('writes to what a shell has opened: /dev/stdout stays', () => {
    writeFileSync(at('log'), 'before\n');
    const opened = openSync(at('log'), 'a');
    // As /dev/stdout is one, through a link as well.
    symlinkSync(`/proc/self/fd/${opened}`, at('stdout'));
    symlinkSync('stdout', at('link'));
    replaceFile(at('link'), 'text\n');
    replaceFile(`/dev/fd/${opened}`, 'more\n');
    closeSync(opened);
    expect(readFileSync(at('log'), 'utf8')).toBe('before\ntext\nmore\n');
    expect(readdirSync(dir).sort()).toEqual(['link', 'log', 'stdout']);
  });

  it('a folder that is none: an error, and nothing is left', () => {
    expect(() => replaceFile(at('none/page'), 'text')).toThrow('ENOENT');
    expect(readdirSync(dir)).toEqual([]);
  });
});
