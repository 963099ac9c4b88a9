import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewriteJson } from '../../../../src/core/domain/json-text.js';

describe('rewriteJson', () => {
  it('indents, and keeps numbers, escapes and fields that come twice as they are', () => {
    const text = '{"a":12345678901234567890,"a":-1.50e+3,"\\u0041":"x\\n\\"y","e":{},"l":[ ],"n":[null,true,[1]]}';
    expect(rewriteJson(text, 2)).toEqual({
      hidden: 0,
      text: `{
  "a": 12345678901234567890,
  "a": -1.50e+3,
  "\\u0041": "x\\n\\"y",
  "e": {},
  "l": [],
  "n": [
    null,
    true,
    [
      1
    ]
  ]
}`,
    });
  });

  it.each(['', '42', '"text"', '{', '{"a":}', '[1,]', 'x{}', "{'a':1}", '{"a":1} trailing', '\ufeff{}'])(
    '%j is no JSON object or array',
    (text) => {
      expect(rewriteJson(text, 2)).toBeNull();
    },
  );

  it('gives up where it is nested beyond reason', () => {
    expect(rewriteJson('['.repeat(100) + ']'.repeat(100), 0)?.text).toBe('['.repeat(100) + ']'.repeat(100));
    expect(rewriteJson('['.repeat(50_000) + ']'.repeat(50_000), 0)).toBeNull();
  });

  it('hides what a path says: the value and all below it, in arrays and in JSON inside strings', () => {
    const text = '{"user":{"email":"a","n":1},"list":[{"email":{"x":[1]}},2],"inner":"{\\"email\\": 5, \\"b\\": 6}"}';
    const paths: string[] = [];
    const hides = (path: readonly string[]) => {
      paths.push(path.join('.'));
      return path.at(-1) === 'email';
    };
    expect(rewriteJson(text, 0, hides)).toEqual({
      hidden: 3,
      text: '{"user":{"email":"***","n":1},"list":[{"email":"***"},2],"inner":"{\\"email\\":\\"***\\",\\"b\\":6}"}',
    });
    expect(paths).toEqual(expect.arrayContaining(['user.email', 'list.0.email', 'list.1', 'inner.email', 'inner.b']));
  });

  it('means the same as before, in one line and in many', () => {
    const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(json);
        const again = rewriteJson(text, indent)?.text ?? '';
        // A -0 is written as 0 by JSON.stringify, which is asked on both sides.
        expect(JSON.stringify(JSON.parse(again))).toBe(JSON.stringify(JSON.parse(text)));
        if (indent === 0) expect(again).toBe(text);
        else expect(again).toBe(JSON.stringify(JSON.parse(text), null, 2));
      }),
      { numRuns: 500 },
    );
  });
});
