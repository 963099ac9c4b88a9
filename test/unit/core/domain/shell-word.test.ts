import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandOn, lastWord, shellWord } from '../../../../src/core/domain/shell-word.js';

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

describe('commandOn', () => {
  it.each([
    ['12', '--dry-run', 'rcm clear 12 --dry-run'],
    ['a b', '', "rcm clear 'a b'"],
    ['-12', '--dry-run', 'rcm clear --dry-run -- -12'],
    ['-*', '', "rcm clear -- '-*'"],
  ])('%s with flags %j', (word, flags, command) => {
    expect(commandOn('rcm clear', word, flags)).toBe(command);
  });
});
