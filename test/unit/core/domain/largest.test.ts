import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Largest } from '../../../../src/core/domain/largest.js';

describe('Largest', () => {
  it('is what sorting all of them would give, for any items and any number of them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 0, max: 8 }), (values, most) => {
        const largest = new Largest<number>(most, (value) => value);
        for (const value of values) largest.add(value);
        expect(largest.list()).toEqual([...values].sort((a, b) => b - a).slice(0, most));
      }),
    );
  });
});
