import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKey, showKey } from '../../../../src/core/redis/keys/key-argument.js';

describe('a key as text', () => {
  it.each([
    ['company:12:a', 'company:12:a'],
    ['ünï漢😀 x', 'ünï漢😀 x'],
    ['a\\b', 'a\\\\b'],
    ['a\\xffb', 'a\\\\xffb'],
    ['a\nb\x1b[31m\x7f', 'a\\x0ab\\x1b[31m\\x7f'],
    ['\u0085', '\\xc2\\x85'],
    ['\u202egnp', '\\xe2\\x80\\xaegnp'],
    ['\ufeffbom', '\ufeffbom'],
    ['', ''],
  ])('%j is shown as %j', (key, text) => {
    expect(showKey(Buffer.from(key))).toBe(text);
    expect(readKey(text)).toEqual(Buffer.from(key));
  });

  it('that is not UTF-8 shows every byte that is no printable ASCII', () => {
    const key = Buffer.from([0x61, 0xff, 0xc3, 0xbc, 0x5c, 0x00]);
    expect(showKey(key)).toBe('a\\xff\\xc3\\xbc\\\\\\x00');
    expect(readKey('a\\xff\\xC3\\xbc\\\\\\x00')).toEqual(key);
  });

  it('is the same bytes when it is read again, whatever they are, and nothing that a terminal obeys', () => {
    const pieces = fc.constantFrom('\\', '\\x', '\\x41', 'x4', '\n', 'ü', '😀', '\x9b', 'a');
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)),
      fc.array(pieces, { maxLength: 12 }).map((p) => Buffer.from(p.join(''))),
      fc.string({ unit: 'binary', maxLength: 20 }).map((s) => Buffer.from(s)),
    );
    fc.assert(
      fc.property(bytes, (key) => {
        const text = showKey(key);
        expect(readKey(text)).toEqual(key);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
        expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('two keys never look alike', () => {
    const bytes = fc.uint8Array({ maxLength: 3, max: 255 }).map((b) => Buffer.from(b));
    fc.assert(
      fc.property(bytes, bytes, (a, b) => a.equals(b) === (showKey(a) === showKey(b))),
      { numRuns: 2000 },
    );
  });

  it.each(['a\\b', 'a\\', '\\xg0', '\\x4', 'DOMAIN\\user'])('%j is refused, with what it should be', (text) => {
    expect(() => readKey(text)).toThrow(
      expect.objectContaining({
        code: 'RCM_USAGE',
        hint: expect.stringContaining(`'${text.replaceAll('\\', '\\\\')}'`),
      }),
    );
  });
});
