import { describe, expect, it } from 'vitest';
import { bar } from '../../../../src/cli/charts/bar.js';
import { blockChart } from '../../../../src/cli/charts/block-chart.js';

describe('bar', () => {
  it.each([
    [100, '████'],
    [250, '████'],
    [50, '██'],
    [12.5, '▌'],
    [0.01, '▏'],
    [0, ''],
    [-3, ''],
    [null, ''],
  ])('%s percent of four characters', (percent, text) => {
    expect(bar(percent, 4)).toBe(text);
  });
});

describe('blockChart', () => {
  it('has its scale on the left, time below, gaps where nothing is known', () => {
    const values = [0, 25, null, 50, 100, 200];
    const lines = blockChart({ values, min: 0, max: 100, height: 2, label: (v) => `${v}%`, ends: ['a', 'b'] });
    expect(lines).toEqual(['100% ┤    ██', '  0% ┤▁▄ ███', '     └──────', '      a    b']);
  });

  it('is full where there is no difference to show', () => {
    const lines = blockChart({ values: [5, 5], min: 5, max: 5, height: 2, label: String, ends: ['a', 'b'] });
    expect(lines.slice(0, 2)).toEqual(['5 ┤██', '5 ┤██']);
  });
});
