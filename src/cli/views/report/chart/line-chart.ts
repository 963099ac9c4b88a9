import { scaleLinear, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';
import { type Html, html } from '../html.js';
import { type Frame, frameOf, grid, HEIGHT, MARGIN, round, WIDTH } from './frame.js';

export interface LinePoint {
  at: Date;
  /** null is a gap. */
  value: number | null;
  /** The value for people. */
  text: string;
}

export interface Line {
  label: string;
  points: readonly LinePoint[];
}

export interface LineChart {
  id: string;
  title: string;
  /** A sentence that says what is to be seen. */
  description: string;
  lines: readonly Line[];
  /** Numbers of the axis. */
  tick: (value: number) => string;
  /** A line to compare with. */
  target?: number | undefined;
  /** percent: ends at 100, and need not begin at 0. bytes: round in units of 1024. */
  scale?: 'percent' | 'bytes' | undefined;
}

/** More points than this have no mark of their own. */
const MOST_MARKS = 130;

/** Lines over time; what is unknown is a gap. */
export function lineChart({ id, title, description, lines, tick, target, scale }: LineChart): Html {
  const points = lines.flatMap((one) => one.points);
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (known.length === 0) return html`<p class="empty">Nothing is known of it in this time.</p>`;
  const shown = target !== undefined && (scale === 'percent' || target <= Math.max(...known) * 3) ? target : undefined;
  const { y, ticks: up } = heightScale([...known, ...(shown === undefined ? [] : [shown])], scale);
  const times = points.map(({ at }) => at.getTime());
  const x = scaleUtc([Math.min(...times), Math.max(...times)], [MARGIN.left, WIDTH - MARGIN.right]);
  const ticks = x.ticks(5);
  const hours = ticks.length > 1 && (ticks[1] as Date).getTime() - (ticks[0] as Date).getTime() < 86_400_000;
  const frame: Frame = {
    across: ticks.map((at) => ({
      at: round(x(at)),
      text: at
        .toISOString()
        .slice(...(hours ? [5, 16] : [5, 10]))
        .replace('T', ' '),
    })),
    up: up.map((value) => ({ at: round(y(value)), text: tick(value) })),
  };
  return frameOf(
    { id, title, description },
    html`${grid(frame)}${
      shown !== undefined &&
      html`<line class="target" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(shown))}" y2="${round(y(shown))}"/>`
    }${lines.map((one, n) => drawn(one, n, x, y))}`,
  );
}

type Scale = (value: number) => number;

function drawn({ label, points }: Line, n: number, x: (at: Date) => number, y: Scale): Html {
  const path = line<LinePoint>()
    .defined(({ value }) => value !== null)
    .x(({ at }) => round(x(at)))
    .y(({ value }) => round(y(value as number)));
  const marked = points.filter(
    ({ value }, i) =>
      value !== null &&
      (points.length <= MOST_MARKS ||
        ((points[i - 1]?.value ?? null) === null && (points[i + 1]?.value ?? null) === null)),
  );
  return html`<path class="line s${n + 1}" d="${path(points) ?? ''}"/>${marked.map(
    ({ at, value, text }) =>
      html`<circle class="mark s${n + 1}" cx="${round(x(at))}" cy="${round(y(value as number))}" r="2.5"><title>${label}, ${at.toISOString().slice(0, 16).replace('T', ' ')}: ${text}</title></circle>`,
  )}`;
}

/** Amounts begin at 0; percents end at 100 and begin at the ten below the least. */
function heightScale(values: readonly number[], scale: LineChart['scale']): { y: Scale; ticks: number[] } {
  const range = [HEIGHT - MARGIN.bottom, MARGIN.top];
  const most = Math.max(...values) || 1;
  const unit = scale === 'bytes' ? 1024 ** Math.max(0, Math.floor(Math.log(most) / Math.log(1024))) : 1;
  const least = Math.max(0, Math.floor((Math.min(...values) - 1) / 10) * 10);
  const linear = scale === 'percent' ? scaleLinear([least, 100], range) : scaleLinear([0, most / unit], range).nice(4);
  return { y: (value) => linear(value / unit), ticks: linear.ticks(4).map((value) => value * unit) };
}
