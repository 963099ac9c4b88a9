import { describe, expect, it } from 'vitest';
import { MissMatcher, type MissOrder } from '../../../../../src/core/domain/observe/miss-matcher.js';

/** Commands with the misses that each causes, as a server tells them. */
function told(order: MissOrder, commands: { reads: string[] | null; misses: string[] }[]): string[] {
  const seen: string[] = [];
  const matcher = new MissMatcher(order, (key, missed) => seen.push(`${key}:${missed ? 'miss' : 'hit'}`));
  for (const { reads, misses } of commands) {
    if (order === 'after') matcher.command(reads);
    for (const key of misses) matcher.miss(key);
    if (order === 'before') matcher.command(reads);
  }
  matcher.command(null); // our own PING
  return seen;
}

describe.each(['before', 'after'] as const)('misses told %s the command', (order) => {
  it('belong to the read that names the key, as often as it names it', () => {
    expect(
      told(order, [
        { reads: ['a'], misses: ['a'] },
        { reads: ['a'], misses: [] },
      ]),
    ).toEqual(['a:miss', 'a:hit']);
    expect(told(order, [{ reads: ['a', 'b', 'a'], misses: ['a', 'a'] }])).toEqual(['a:miss', 'b:hit', 'a:miss']);
  });

  it('of what is no read count nothing, whichever reads stand beside it', () => {
    const exists = { reads: null, misses: ['a'] };
    expect(told(order, [exists, { reads: ['a'], misses: [] }, exists])).toEqual(['a:hit']);
    expect(told(order, [{ reads: ['a'], misses: ['a'] }, exists])).toEqual(['a:miss']);
    expect(told(order, [exists, { reads: ['a', 'z'], misses: ['z'] }])).toEqual(['a:hit', 'z:miss']);
  });

  it('beyond one for each key of a read count nothing', () => {
    expect(told(order, [{ reads: ['a'], misses: ['a', 'a', 'z'] }, { reads: ['a', 'z'], misses: [] }])).toEqual(['a:miss', 'a:hit', 'z:hit']); // biome-ignore format: a table
  });
});

it('misses that no command follows are bounded, and said', () => {
  const matcher = new MissMatcher('before', () => undefined);
  for (let i = 0; i < 1_000_001; i += 1) matcher.miss('a');
  expect(matcher.overflowed).toBe(true);
});
