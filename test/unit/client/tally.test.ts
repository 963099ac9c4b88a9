import { describe, expect, it } from 'vitest';
import { RECORDED, Tally } from '../../../src/client/tally.js';

const asObject = (counts: Float64Array) =>
  Object.fromEntries(RECORDED.map((name, i) => [name, counts[i]]).filter(([, n]) => n !== 0));

describe('a tally', () => {
  it('adds up by slot, across the boundary of slot and hour', () => {
    const tally = new Tally();
    const last = Date.parse('2026-11-23T22:59:59.999Z');
    tally.read(true, 300, last);
    tally.read(false, 20_000, last + 1);
    tally.read(true, 100, last);
    tally.add('bytes', 42, last + 1);
    const slots = tally.drain().map((slot) => [new Date(slot.slotMs).toISOString(), asObject(slot.counts)]);
    expect(slots).toEqual([
      ['2026-11-23T22:55:00.000Z', { hit: 2, hitUs: 400, b0: 1, b1: 1 }],
      ['2026-11-23T23:00:00.000Z', { miss: 1, missUs: 20_000, b7: 1, bytes: 42 }],
    ]);
    expect(tally.empty).toBe(true);
  });

  it('keeps the newest sixteen hours when nothing can be written', () => {
    const tally = new Tally();
    for (let slot = 0; slot < 200; slot += 1) tally.add('set', 1, slot * 300_000);
    const slots = tally.drain().map((slot) => slot.slotMs / 300_000);
    expect(slots).toEqual(Array.from({ length: 192 }, (_, i) => i + 8));
  });
});
