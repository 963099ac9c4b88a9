import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = fileURLToPath(new URL('../../../src/client/index.ts', import.meta.url));

/** Every module that an import of `file` loads: ours by path, others by name. Type imports load nothing. */
function modulesOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [, clause, name] of source.matchAll(/^(?:import|export)\s+([^;]*?from\s+)?'([^']+)';/gms)) {
    if (clause?.startsWith('type ')) continue;
    if (name?.startsWith('.')) modulesOf(resolve(dirname(file), name.replace(/\.js$/, '.ts')), seen);
    else if (name !== undefined) seen.add(name);
  }
  return seen;
}

it('an application that imports the client loads no package at all, ioredis included', () => {
  const modules = [...modulesOf(entry)];
  expect(modules.filter((name) => !name.startsWith('/') && !name.startsWith('node:'))).toEqual([]);
  expect(modules.length).toBeGreaterThan(15);
  expect(modules.filter((name) => /core\/(services|store|config)|\/cli\//.test(name))).toEqual([]);
});
