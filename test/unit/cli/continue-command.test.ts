import { expect, it } from 'vitest';
import { continueCommand } from '../../../src/cli/continue-command.js';

it.each([
  [['12', '--limit', '5'], 'rcm keys list 12 --limit 5 --cursor NEXT'],
  [['12', '--cursor', 'OLD', '--match', 'a b*'], "rcm keys list 12 --match 'a b*' --cursor NEXT"],
  [['--cursor=OLD', 'a*b?[c]\\^-d', '--output=x'], "rcm keys list 'a*b?[c]\\^-d' --cursor NEXT"],
  [["it's", '--redis-url', 'redis://h:1'], "rcm keys list 'it'\\''s' --redis-url redis://h:1 --cursor NEXT"],
  [['12', '--redis-url', 'redis://u:secret@h:1', '--no-ttl'], 'rcm keys list 12 --no-ttl --cursor NEXT'],
  [['12', '--redis-url=redis://:secret@h:1'], 'rcm keys list 12 --cursor NEXT'],
])('%j goes on as %s', (argv, command) => {
  expect(continueCommand('keys list', argv, 'NEXT')).toBe(command);
});
