import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf, wholeCharacters } from '../../../../src/core/domain/text-page.js';

describe('bytes as text', () => {
  it.each([
    ['text', 'text'],
    ['ünï漢😀\n\ttab', 'ünï漢😀\n\ttab'],
    ['', ''],
    [`${'a'.repeat(40)}\x1b[31m`, `${'a'.repeat(40)}\x1b[31m`],
  ])('%j is text', (bytes, text) => {
    expect(textOf(Buffer.from(bytes))).toBe(text);
  });

  it.each([[[0xff]], [[0x61, 0x00]], [[0xc3, 0x28]], [[1, 2, 3, 0x61]]])('%j is none', (bytes) => {
    expect(textOf(Buffer.from(bytes))).toBeNull();
  });

  it('a page ends with a whole character, and pages add up to the whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 4, max: 9 }), (text, size) => {
        const all = Buffer.from(text);
        let [at, read] = [0, ''];
        while (at < all.length) {
          const page = wholeCharacters(all.subarray(at, at + size));
          expect(page.length).toBeGreaterThan(0);
          read += page.toString();
          at += page.length;
        }
        expect(read).toBe(text);
      }),
    );
  });

  it('leaves alone what is no UTF-8', () => {
    const bytes = Buffer.from([0xff, 0x80, 0x80, 0x80, 0x80]);
    expect(wholeCharacters(bytes)).toEqual(bytes);
  });
});
