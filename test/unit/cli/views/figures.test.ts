import { describe, expect, it } from 'vitest';
import { age, count, dollars, duration, milliseconds, percent } from '../../../../src/cli/views/figures.js';

const cases = <T>(name: string, write: (value: T) => string, table: [T, string][]) =>
  describe(name, () => {
    it.each(table)('%s is %s', (value, text) => {
      expect(write(value)).toBe(text);
    });
  });

cases<number | null>('dollars', dollars, [
  [null, '—'],
  [0, '$0.00'],
  [4.22, '$4.22'],
  [0.005, '$0.01'],
  [1_234_567.891, '$1,234,567.89'],
  [-5, '-$5.00'],
  [-0.001, '$0.00'],
]);
cases<number | null>('percent', percent, [
  [null, '—'],
  [0, '0.0%'],
  [98, '98.0%'],
  [81.92, '81.9%'],
]);
cases<number | null>('count', count, [
  [null, '—'],
  [0, '0'],
  [0.25, '0.3'],
  [9.96, '10'],
  [850, '850'],
  [850.4, '850'],
  [1_000_000, '1,000,000'],
]);
cases<number | null>('milliseconds', milliseconds, [
  [null, '—'],
  [0.4, '0.40 ms'],
  [9.994, '9.99 ms'],
  [10, '10 ms'],
  [1234.5, '1235 ms'],
]);
cases('duration', duration, [
  [86_400, '24h'],
  [5400, '90m'],
  [90, '90s'],
]);
cases('age', age, [
  [0, '0s'],
  [45, '45s'],
  [60, '1m'],
  [61.9, '1m 1s'],
  [3600, '1h'],
  [86_399, '23h 59m'],
  [86_400 + 30, '1d'],
  [273_600, '3d 4h'],
]);
