import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { roomFor, type TrendChart, trendChart } from '../../../../src/cli/charts/trend-chart.js';

const line = (values: (number | null)[], glyph = '●') => ({ values, glyph, paint: (text: string) => text });
const chart = (change: Partial<TrendChart>): TrendChart => ({
  lines: [line([])],
  min: 0,
  max: 100,
  height: 4,
  width: 40,
  label: (value) => `${value}%`,
  nameOf: (step) => `d${step}`,
  ...change,
});

describe('trendChart', () => {
  it('draws one line as blocks; a gap stays empty and dots the axis, a zero shows', () => {
    expect(trendChart(chart({ lines: [line([100, 50, null, 0])], width: 12 }))).toEqual([
      '  100% ┤██',
      '       │██',
      ' 37.5% ┤████',
      '    0% ┤████  ▁▁',
      '       └┬───┬·──',
      '        d0  d2',
    ]);
  });

  it('draws several lines with a glyph each, told apart without colour', () => {
    const lines = [line([0, 33, null, 100]), line([100, 33, 66, null], '○')];
    const label = (value: number) => value.toFixed(0);
    expect(trendChart(chart({ lines, label, width: 12 })).slice(0, 5)).toEqual([
      ' 100 ┤○     ●',
      '     │    ○',
      '  33 ┤  ◆',
      '   0 ┤●',
      '     └┬───┬───',
    ]);
  });

  it('fits 80 and 140 columns, whatever there is to show', () => {
    for (const width of [80, 140])
      for (const steps of [1, 7, 30, 60]) {
        const values = Array.from({ length: steps }, (_, i) => i);
        const lines = trendChart(
          chart({ width, max: steps, lines: [line(values)], label: (v) => `${v.toFixed(1)} ms` }),
        );
        const widest = Math.max(...lines.map((text) => stringWidth(text)));
        expect(widest).toBeLessThanOrEqual(width);
        if (steps >= 30) expect(widest).toBeGreaterThan(width / 2);
      }
    expect(roomFor(chart({ width: 80 }))).toBeGreaterThan(60);
  });
});
