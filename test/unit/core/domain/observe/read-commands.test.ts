import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keyPositionsOf, READ_COMMANDS } from '../../../../../src/core/domain/observe/read-commands.js';

it('docs/observe.md lists the commands that are reads with the place of their keys, and no other', () => {
  const page = readFileSync(new URL('../../../../../docs/observe.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\w+): [^|]*\| ([^|]+) \|/gm)];
  const documented = rows.flatMap(([, keys, names]) =>
    [...(names as string).matchAll(/`([A-Z_]+)`/g)].map(([, name]) => `${keys} ${name}`),
  );
  const known = Object.values(READ_COMMANDS).flatMap((group) =>
    Object.entries(group).flatMap(([keys, names]) => names.map((name) => `${keys} ${name}`)),
  );
  expect(documented.sort()).toEqual(known.sort());
});

it('a command is known in any spelling, and what anybody sends is not kept without end', () => {
  expect([keyPositionsOf('get'), keyPositionsOf('Get'), keyPositionsOf('SET')]).toEqual(['first', 'first', null]);
  for (let i = 0; i < 2000; i += 1) expect(keyPositionsOf(`unknown${i}`)).toBeNull();
  expect(keyPositionsOf('mGET')).toBe('all');
});
