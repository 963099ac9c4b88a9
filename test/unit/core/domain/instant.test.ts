import { expect, it } from 'vitest';
import { parseInstant } from '../../../../src/core/domain/instant.js';

const NOW = new Date('2026-03-31T12:00:00.000Z');

it.each([
  ['90s', '2026-03-31T11:58:30.000Z'],
  ['2h', '2026-03-31T10:00:00.000Z'],
  [' 7d ', '2026-03-24T12:00:00.000Z'],
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-03-01T18:30', '2026-03-01T18:30:00.000Z'],
  ['2026-03-01 18:30:05', '2026-03-01T18:30:05.000Z'],
  ['2026-03-01T18:30:05.123Z', '2026-03-01T18:30:05.123Z'],
  ['2026-03-01T18:30:00+01:30', '2026-03-01T17:00:00.000Z'],
  ['2026-03-01t18:30-0500', '2026-03-01T23:30:00.000Z'],
])('%j is %s', (text, iso) => {
  expect(parseInstant(text, NOW)?.toISOString()).toBe(iso);
});

it('a bare date that ends a range is its last millisecond, nothing else is', () => {
  expect(parseInstant('2026-03-01', NOW, 'end')?.toISOString()).toBe('2026-03-01T23:59:59.999Z');
  expect(parseInstant('2026-03-01T00:00', NOW, 'end')?.toISOString()).toBe('2026-03-01T00:00:00.000Z');
  expect(parseInstant('1h', NOW, 'end')?.toISOString()).toBe('2026-03-31T11:00:00.000Z');
});

it.each([
  '',
  'yesterday',
  '0h',
  '7',
  '7 years',
  '-2h',
  '2026',
  '2026-02-30',
  '2025-02-29',
  '2026-13-01',
  '2026-03-01T25:00',
  '2026-02-30T10:00',
  '2026-03-01T10:00+99:00',
  '03/01/2026',
])('%j is no instant', (text) => {
  expect(parseInstant(text, NOW)).toBeNull();
});
