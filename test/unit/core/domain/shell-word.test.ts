import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { lastWord, shellWord } from '../../../../src/core/domain/shell-word.js';

describe('shellWord', () => {
  it.each(['plain', 'company:12:a', "it's", 'a b', '$HOME', '`id`', '"', '\\', '*', '', '-n'])(
    '%j survives a shell',
    (word) => {
      expect(execFileSync('sh', ['-c', `printf %s -- ${shellWord(word)}`], { encoding: 'utf8' })).toBe(`--${word}`);
    },
  );
});

it('a last word that begins with a dash is no flag', () => {
  expect([lastWord('-1 x'), lastWord('a b'), lastWord('1')]).toEqual(["-- '-1 x'", "'a b'", '1']);
});
