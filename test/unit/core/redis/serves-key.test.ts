import { expect, it } from 'vitest';
import { servesKey } from '../../../../src/core/redis/keys/serves-key.js';

// Slots as `CLUSTER KEYSLOT` of Redis 7.0 gives them.
it.each([
  ['foo', 12_182],
  ['company:12:a', 4242],
  ['{foo}bar', 12_182],
  ['a{foo}{bar}', 12_182],
  ['{}foo', 9500],
  ['ünï漢😀', 15_196],
])('%s is in slot %i', (key, slot) => {
  const bytes = Buffer.from(key);
  expect(servesKey({ slots: [[slot, slot]] }, bytes)).toBe(true);
  expect(
    servesKey(
      {
        slots: [
          [0, 5],
          [slot - 1, slot + 1],
        ],
      },
      bytes,
    ),
  ).toBe(true);
  expect(
    servesKey(
      {
        slots: [
          [0, slot - 1],
          [slot + 1, 16_383],
        ],
      },
      bytes,
    ),
  ).toBe(false);
  expect(servesKey({ slots: [] }, bytes)).toBe(false);
  expect(servesKey({}, bytes)).toBe(true);
});
