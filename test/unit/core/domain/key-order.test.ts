import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyOrder, type OrderedKey } from '../../../../src/core/domain/key-order.js';
import { Top } from '../../../../src/core/domain/top.js';

const key = (name: string, rest: Partial<OrderedKey> = {}): OrderedKey => ({
  key: Buffer.from(name),
  bytes: 1,
  ttlMs: -1,
  idleSeconds: 1,
  ...rest,
});
const sorted = (keys: OrderedKey[], ...order: Parameters<typeof keyOrder>) =>
  [...keys].sort(keyOrder(...order)).map((one) => one.key.toString());

it('orders keys, the unknown last in either direction', () => {
  const keys = [key('b', { bytes: 5 }), key('a', { bytes: 5 }), key('c', { bytes: null }), key('d', { bytes: 90 })];
  expect(sorted(keys, 'size', false)).toEqual(['a', 'b', 'd', 'c']);
  expect(sorted(keys, 'size', true)).toEqual(['d', 'a', 'b', 'c']);
  expect(sorted(keys, 'name', true)).toEqual(['d', 'c', 'b', 'a']);
});

it('takes never for the longest life', () => {
  const keys = [key('never', { ttlMs: -1 }), key('soon', { ttlMs: 10 }), key('later', { ttlMs: 1e12 })];
  expect(sorted(keys, 'ttl', false)).toEqual(['soon', 'later', 'never']);
  expect(sorted(keys, 'ttl', true)).toEqual(['never', 'later', 'soon']);
});

it('keeps the first of any number, each once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 })), fc.integer({ min: 1, max: 9 }), (numbers, size) => {
      const top = new Top<number>(size, (a, b) => a - b, String);
      for (const n of numbers) top.add(n);
      expect(top.items()).toEqual([...new Set(numbers)].sort((a, b) => a - b).slice(0, size));
    }),
  );
});
