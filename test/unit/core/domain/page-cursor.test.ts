import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from '../../../../src/core/domain/page-cursor.js';

const isText = (place: unknown): place is string => typeof place === 'string';
const refused = (why: string) => expect.objectContaining({ code: 'RCM_USAGE', message: expect.stringContaining(why) });

describe('a cursor', () => {
  it('gives back the place for what it belongs to; what was not asked for is nothing', () => {
    const cursor = writeCursor(['keys', '12', undefined], 'here');
    expect(readCursor(cursor, ['keys', '12', undefined], isText)).toBe('here');
    expect(readCursor(cursor, ['keys', '12', null], isText)).toBe('here');
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it.each([[['keys', '123', undefined]], [['keys', '12', 'session:*']], [['keys', '12']], [['12', 'keys', undefined]]])(
    'is refused for %j',
    (other) => {
      const cursor = writeCursor(['keys', '12', undefined], 'here');
      expect(() => readCursor(cursor, other, isText)).toThrow(refused('belongs to something else'));
    },
  );

  it('of another version or of another shape is refused', () => {
    const [, of] = JSON.parse(Buffer.from(writeCursor(['a'], 'here'), 'base64url').toString()) as unknown[];
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    expect(() => readCursor(made(2, of, 'here'), ['a'], isText)).toThrow(refused('another version'));
    expect(() => readCursor(made(1, of, 7), ['a'], isText)).toThrow(refused('no cursor'));
    expect(() => readCursor(made(1, of, 'here', 1), ['a'], isText)).toThrow(refused('no cursor'));
  });

  it('is never made of garbage', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readCursor(text, ['a'], isText)).toThrow(refused(''));
      }),
    );
    for (const text of ['', '0', 'bnVsbA', 'W10', 'e30'])
      expect(() => readCursor(text, [], isText)).toThrow(refused(''));
  });
});
