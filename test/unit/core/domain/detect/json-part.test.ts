import { describe, expect, it } from 'vitest';
import { isEmbeddedData, largestJsonPart } from '../../../../../src/core/domain/detect/json-part.js';

const FILE = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 256)).toString('base64');
const partOf = (value: unknown) => largestJsonPart(JSON.stringify(value));

describe('largestJsonPart', () => {
  it('goes down to what takes most', () => {
    const deep = { id: 1, scenarios: [{ name: 'a' }, { name: 'b', picture: { mime: 'png', data: FILE } }] };
    expect(partOf(deep)).toMatchObject({
      name: 'scenarios[1].picture.data',
      kind: 'embedded_data',
      bytes: FILE.length + 2,
    });
    expect(partOf({ title: 'x', text: 'some words '.repeat(500) })).toMatchObject({
      name: 'text',
      kind: 'large_value',
    });
  });

  it('names an array by its entries where none of them takes most', () => {
    const calls = Array.from({ length: 50 }, (_, n) => ({ n, note: 'note' }));
    expect(partOf({ calls })).toMatchObject({ name: 'calls', kind: 'many_elements', elements: 50 });
    expect(partOf(calls)).toMatchObject({ name: 'the value', kind: 'many_elements', elements: 50 });
  });

  it('names the largest of many members', () => {
    const members = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`m${n}`, 'x'.repeat(100 + n)]));
    expect(partOf(members)).toMatchObject({ name: 'm8', kind: 'large_value', bytes: 110 });
  });

  it('text that is no JSON has no parts, unless it is a file', () => {
    expect(largestJsonPart('plain words '.repeat(1000))).toBeNull();
    expect(largestJsonPart(FILE)).toMatchObject({ name: 'the value', kind: 'embedded_data' });
    expect(partOf({})).toBeNull();
  });
});

it('isEmbeddedData: base64 and data URLs, not words, digits or one letter again and again', () => {
  expect(isEmbeddedData(FILE)).toBe(true);
  expect(isEmbeddedData(`data:image/png;base64,${'A'.repeat(2000)}`)).toBe(true);
  for (const text of ['x'.repeat(5000), '0123456789'.repeat(500), 'many words '.repeat(500), FILE.slice(0, 500)])
    expect(isEmbeddedData(text)).toBe(false);
});
