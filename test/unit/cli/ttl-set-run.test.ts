import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/cli/context.js';
import { type TtlSetFlags, TtlSetRun } from '../../../src/cli/ttl-set-run.js';

const FLAGS: TtlSetFlags = { json: false, default: false, unset: false, existing: false, 'dry-run': false, yes: true };
const NO_SERVER = {
  ports: () => {
    throw new Error('a server was asked');
  },
} as unknown as Context;

describe('what ttl set is asked for', () => {
  it.each([
    ['12', {}, 'What shall be set?'],
    ['12', { ttl: '5m', max: '1h' }, 'go one at a time'],
    ['12', { min: '5m', preset: 'optimal' as const }, 'go one at a time'],
    ['12', { unset: true, existing: true }, 'does not go with --unset'],
    ['12', { ttl: '0s' }, "--ttl '0s'"],
    ['12', { max: 'soon' }, "--max 'soon'"],
    ['12', { ttl: '5m', segment: '' }, 'The segment is empty'],
    [undefined, { ttl: '5m' }, 'Which company?'],
    ['12', { ttl: '5m', default: true }, '--default goes without a company'],
    ['12', { ttl: '5m', yes: false }, 'There is no terminal to ask on'],
    ['12', { max: 'none' }, 'a server was asked'],
    [undefined, { 'events-max': 100, default: true }, 'a server was asked'],
  ])('is looked at before a server is asked: %s %j', async (word, flags, message) => {
    await expect(new TtlSetRun(NO_SERVER, { ...FLAGS, ...flags }).run(word)).rejects.toThrow(message);
  });
});
