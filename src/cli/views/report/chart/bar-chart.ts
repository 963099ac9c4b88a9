import { scaleBand, scaleLinear } from 'd3-scale';
import { type Html, html } from '../html.js';
import { frameOf, round, WIDTH } from './frame.js';

export interface Bar {
  label: string;
  /** Beside each other, one for each part. */
  values: readonly number[];
}

export interface BarChart {
  id: string;
  title: string;
  description: string;
  bars: readonly Bar[];
  parts: readonly string[];
  text: (value: number) => string;
}

const ROW = 26;
const LABELS = 190;
const TOTALS = 80;
const LONGEST = 20;

/** Bars from left to right, each made of its parts, with the sum at the end. */
export function barChart({ id, title, description, bars, parts, text }: BarChart): Html {
  const sums = bars.map(({ values }) => values.reduce((sum, one) => sum + one, 0));
  const height = bars.length * ROW + 8;
  const y = scaleBand(
    bars.map((_, i) => String(i)),
    [4, height - 4],
  ).padding(0.25);
  const x = scaleLinear([0, Math.max(...sums) || 1], [LABELS, WIDTH - TOTALS]);
  const rows = bars.map(({ label, values }, i) => {
    const top = y(String(i)) ?? 0;
    const middle = round(top + y.bandwidth() / 2 + 4);
    let from = 0;
    const pieces = values.map((value, n) => {
      const [left, right] = [x(from), x(from + value)];
      from += value;
      return html`<rect class="bar s${n + 1}" x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(y.bandwidth())}"><title>${label}, ${parts[n]}: ${text(value)}</title></rect>`;
    });
    return html`<text class="end" x="${LABELS - 8}" y="${middle}">${short(label)}</text>${pieces}<text x="${round(x(from) + 6)}" y="${middle}">${text(sums[i] as number)}</text>`;
  });
  return frameOf({ id, title, description, height }, html`<g class="axis">${rows}</g>`);
}

function short(label: string): string {
  const letters = [...label];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : label;
}
