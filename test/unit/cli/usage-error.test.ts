import { expect, it } from 'vitest';
import { usageError } from '../../../src/cli/usage-error.js';

const refused = (message: string, more: object = {}) =>
  Object.assign(new Error(`${message}\nSee more help with --help`), { oclif: { exit: 2 }, ...more });
const HELP = 'See `rcm keys list --help`.';

it.each([
  [
    refused('Missing 1 required arg:\ncompany  id or name\n\nNote: --filter allows multiple values.', {
      args: [{ name: 'company', description: 'id or name' }],
    }),
    'COMPANY is missing (id or name)',
    HELP,
  ],
  [
    refused('The following error occurred:\n  --yes=true cannot also be provided when using --dry-run'),
    '--yes and --dry-run exclude each other',
    HELP,
  ],
  [
    refused('The following errors occurred:\n  All of the following must be provided when using --a: --b\n  another'),
    'All of the following must be provided when using --a: --b; another',
    HELP,
  ],
  [
    refused('Nonexistent flag: --limt', { flags: ['--limt'] }),
    'There is no flag --limt',
    `Did you mean --limit? ${HELP}`,
  ],
  [refused('Nonexistent flags: --qqqq, -z', { flags: ['--qqqq', '-z'] }), 'There are no flags --qqqq, -z', HELP],
  [
    refused('Parsing --limit \n\tExpected an integer but received: x'),
    '--limit: Expected an integer but received: x',
    HELP,
  ],
  [refused('Unexpected argument: b', { args: ['b'] }), 'Unexpected argument: b', HELP],
])('%s', (error, message, hint) => {
  expect(usageError(error, 'keys list', ['limit', 'sort'])).toMatchObject({ code: 'RCM_USAGE', message, hint });
});

it('another error is none of these', () => {
  expect(usageError(new Error('x'), 'stats', [])).toBeNull();
});
