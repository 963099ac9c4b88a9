import { expect, it } from 'vitest';
import { formatBytes } from '../../../../src/core/domain/format.js';

const KB = 1024;
const MB = 1_048_576;
const GB = 1_073_741_824;

it.each([
  [0, '0B'],
  [1, '1B'],
  [1023, '1023B'],
  [1024, '1.0KB'],
  [1536, '1.5KB'],
  // 1023.9 KB is still written as KB; 1023.95 would round to 1024.0KB.
  [1023.9 * KB, '1023.9KB'],
  [1023.95 * KB, '1.0MB'],
  [MB, '1.0MB'],
  [1_258_291, '1.2MB'],
  [GB, '1.0GB'],
  [1024 * GB, '1.0TB'],
  [5000 * 1024 * GB, '5000.0TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
