import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { terminalFor } from '../../../src/cli/terminal.js';

const stream = (isTTY: boolean, columns?: number) => ({ isTTY, columns }) as NodeJS.WriteStream;

beforeEach(() => {
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'COLORTERM']) vi.stubEnv(name, undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const level = (tty: boolean, color?: boolean, toFile = false) =>
  terminalFor(stream(tty, 80), { color, toFile }).chalk.level;

describe('colours', () => {
  it('are for terminals', () => {
    expect(level(true)).toBe(1);
    expect(level(false)).toBe(0);
  });

  it.each([
    // NO_COLOR, FORCE_COLOR, --color on a terminal | on a pipe
    ['1', undefined, undefined, 0, 0],
    ['', undefined, undefined, 1, 0],
    [undefined, '1', undefined, 1, 1],
    [undefined, '0', undefined, 0, 0],
    [undefined, 'false', undefined, 0, 0],
    ['1', '1', undefined, 0, 0],
    ['1', '1', true, 1, 1],
    [undefined, '0', true, 1, 1],
    [undefined, '1', false, 0, 0],
    [undefined, undefined, false, 0, 0],
    [undefined, undefined, true, 1, 1],
  ])('NO_COLOR=%j FORCE_COLOR=%j --color=%j: %d on a terminal, %d on a pipe', (no, force, color, onTty, onPipe) => {
    vi.stubEnv('NO_COLOR', no);
    vi.stubEnv('FORCE_COLOR', force);
    expect(level(true, color)).toBe(onTty);
    expect(level(false, color)).toBe(onPipe);
  });

  it('never go to a file', () => {
    vi.stubEnv('FORCE_COLOR', '1');
    expect(level(true, true, true)).toBe(0);
  });

  it.each([
    ['dumb', undefined, 0],
    ['xterm-256color', undefined, 2],
    ['xterm', 'truecolor', 3],
    ['xterm', '24bit', 3],
    [undefined, undefined, 1],
  ])('TERM=%s COLORTERM=%s has %d levels', (term, colorterm, expected) => {
    vi.stubEnv('TERM', term);
    vi.stubEnv('COLORTERM', colorterm);
    expect(level(true)).toBe(expected);
  });
});

describe('width', () => {
  const width = (tty: boolean, columns: number | undefined, toFile = false) =>
    terminalFor(stream(tty, columns), { color: undefined, toFile }).width;

  it("is the terminal's; nobody counts it in a pipe or a file", () => {
    expect(width(true, 132)).toBe(132);
    expect(width(true, undefined)).toBe(80);
    expect(width(false, undefined)).toBe(Number.POSITIVE_INFINITY);
    expect(width(true, 132, true)).toBe(Number.POSITIVE_INFINITY);
  });
});
