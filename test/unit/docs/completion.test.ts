import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const file = new URL('../../../completions/rcm.bash', import.meta.url).pathname;

/** What bash offers for the last of the words. */
function offered(...words: string[]): string[] {
  const script = `source '${file}'; COMP_WORDS=(rcm "$@"); COMP_CWORD=$#; _rcm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-uc', script, 'bash', ...words], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((word) => word !== '');
}

it.each([
  [['tt'], ['ttl']],
  [['c'], ['check', 'clear', 'companies']],
  [
    ['ttl', ''],
    ['get', 'presets', 'preview', 'set'],
  ],
  [['fix', 'un'], ['undo']],
  [['ttl', 'set', '--seg'], ['--segment']],
  [['companies', '--no'], ['--no-color']],
  [['stats', '--format', 'm'], ['markdown']],
  [['ttl', 'set', 'acme', '--preset', 'low'], ['low-cost']],
  [['nonsense', '--'], []],
  [['restore', 'x'], []],
])('%j: %j', (words, expected) => expect(offered(...words).sort()).toEqual(expected));
