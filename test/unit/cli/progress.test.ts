import { expect, it } from 'vitest';
import { progressText, scanProgress } from '../../../src/cli/progress.js';

it.each([
  [420_000, 1_000_000, 2000, 'Reading keys: 420,000 of 1,000,000 (42%) · 210,000 keys/s · about 3 s left'],
  [1_000_000, 1_000_000, 4000, 'Reading keys: 1,000,000 of 1,000,000 (100%) · 250,000 keys/s'],
  // Keys were added meanwhile: never over 100 %, no time left.
  [1200, 1000, 1000, 'Reading keys: 1,200 of 1,000 (100%) · 1,200 keys/s'],
  [500, 0, 1000, 'Reading keys: 500 · 500 keys/s'],
  [0, 1000, 1000, 'Reading keys: 0 of 1,000 (0%) · 0 keys/s'],
])('%d of %d keys in %d ms', (keys, total, elapsedMs, text) => {
  expect(progressText({ keys, total, elapsedMs })).toBe(text);
});

it('shows nothing where there is no terminal', () => {
  const line = scanProgress({ isTTY: false } as NodeJS.WriteStream);
  expect(line.onProgress).toBeUndefined();
  expect(() => line.done()).not.toThrow();
});
