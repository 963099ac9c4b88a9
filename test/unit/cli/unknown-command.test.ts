import { describe, expect, it } from 'vitest';
import { asOclifWords } from '../../../src/cli/first-words.js';
import { commandHint } from '../../../src/cli/unknown-command.js';

const COMMANDS = ['companies', 'demo', 'drill-down', 'fix', 'fix list', 'keys delete', 'keys list', 'observe', 'stats'];

describe('a command that there is none of', () => {
  it.each([
    ['compnies', "Did you mean 'companies'? See rcm --help."],
    ['fix lst', "Did you mean 'fix list'? See rcm --help."],
    ['drill', "Did you mean 'drill-down'? See rcm --help."],
    ['list', "There are 'fix list', 'keys list'."],
    ['delete', "There is 'keys delete'."],
    ['keys nonsense', "There are 'keys delete', 'keys list'."],
    // Nothing is near: 'observe' would mislead.
    ['nonsense', 'See rcm --help for all of them.'],
    ['-x', 'See rcm --help for all of them.'],
  ])('%s: %s', (asked, hint) => expect(commandHint(asked, COMMANDS)).toBe(hint));
});

it.each([
  [['help'], ['--help']],
  [
    ['help', 'ttl', 'get'],
    ['ttl', 'get', '--help'],
  ],
  [['help', '--help'], ['--help']],
  [['version'], ['--version']],
  [
    ['companies', '--json'],
    ['companies', '--json'],
  ],
  [
    ['drill-down', 'help'],
    ['drill-down', 'help'],
  ],
])('%j is %j to oclif', (words, expected) => expect(asOclifWords(words)).toEqual(expected));
