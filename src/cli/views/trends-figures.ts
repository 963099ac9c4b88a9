import { formatBytes } from '../../core/domain/format.js';
import type { TrendMetric } from '../../core/domain/trends/metrics.js';
import type { TrendPoint } from '../../core/domain/trends/series.js';
import type { Column } from '../table/column.js';
import { bytes, count, dollars, milliseconds, money, percent } from './figures.js';

/** What one chart shows. */
export interface Figure {
  metric: TrendMetric;
  title: string;
  value: (point: TrendPoint) => number | null;
  text: (value: number | null) => string;
  /** Differences: percents differ by points. */
  difference: (value: number) => string;
  /** Percents and scores end at 100, and what lies between 90 and 99 is what matters; amounts begin with 0. */
  scale: 'percent' | 'amount';
  chart: (value: number) => string;
}

const points = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(1)} points`;
const signed = (text: (value: number) => string) => (value: number) =>
  `${value < 0 ? '-' : '+'}${text(Math.abs(value))}`;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const short = (value: number): string =>
  value >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3)));

export const FIGURES: readonly Figure[] = [
  {
    metric: 'hit-rate',
    title: 'Hit rate',
    value: (p) => p.hitRate,
    text: percent,
    difference: points,
    scale: 'percent',
    chart: (v) => `${short(v)}%`,
  },
  {
    metric: 'response',
    title: 'Response, mean',
    value: (p) => p.avgResponseMs,
    text: milliseconds,
    difference: signed((v) => milliseconds(v)),
    scale: 'amount',
    chart: (v) => `${short(v)} ms`,
  },
  {
    metric: 'response',
    title: 'Response, p95',
    value: (p) => p.p95ResponseMs,
    text: milliseconds,
    difference: signed((v) => milliseconds(v)),
    scale: 'amount',
    chart: (v) => `${short(v)} ms`,
  },
  {
    metric: 'memory',
    title: 'Memory',
    value: (p) => p.memoryBytes,
    text: bytes,
    difference: signed(formatBytes),
    scale: 'amount',
    chart: formatBytes,
  },
  {
    metric: 'keys',
    title: 'Keys',
    value: (p) => p.keys,
    text: count,
    difference: signed(whole),
    scale: 'amount',
    chart: short,
  },
  {
    metric: 'cost',
    title: 'Cost per month',
    value: (p) => p.cost,
    text: dollars,
    difference: signed((v) => dollars(v)),
    scale: 'amount',
    chart: (v) => `$${v < 10 ? v.toFixed(2) : short(v)}`,
  },
  {
    metric: 'score',
    title: 'Health score',
    value: (p) => p.score,
    text: (v) => (v === null ? '—' : v.toFixed(0)),
    difference: (v) => `${v >= 0 ? '+' : ''}${v.toFixed(0)}`,
    scale: 'percent',
    chart: short,
  },
];

/** A point of one of the series, as a row. */
export interface TrendRow extends TrendPoint {
  series: string;
  companyId: string | null;
  companyName: string | null;
  period: 'this' | 'previous';
}

const SERIES: Column<TrendRow>[] = [
  { name: 'series', header: 'Series', value: (r) => r.series, shrinks: true },
  { name: 'companyId', header: 'Id', value: (r) => r.companyId, none: '' },
  { name: 'period', header: 'Period', value: (r) => r.period },
  { name: 'at', header: 'From', value: (r) => r.at.toISOString() },
  { name: 'until', header: 'Until', value: (r) => r.until.toISOString() },
];
const BY_METRIC: Record<TrendMetric, Column<TrendRow>[]> = {
  'hit-rate': [
    { name: 'reads', header: 'Reads', value: (r) => r.reads, text: (r) => count(r.reads), align: 'right' },
    { name: 'hitRate', header: 'Hit rate', value: (r) => r.hitRate, text: (r) => percent(r.hitRate), align: 'right' },
  ],
  response: [
    {
      name: 'avgResponseMs',
      header: 'Mean',
      value: (r) => r.avgResponseMs,
      text: (r) => milliseconds(r.avgResponseMs),
      align: 'right',
    },
    { name: 'p95ResponseMs', header: 'p95', value: (r) => r.p95ResponseMs, text: p95, align: 'right' },
    { name: 'p95AtLeast', header: 'At least', value: (r) => r.p95AtLeast },
  ],
  memory: [
    {
      name: 'memoryBytes',
      header: 'Memory',
      value: (r) => r.memoryBytes,
      text: (r) => bytes(r.memoryBytes),
      align: 'right',
    },
  ],
  keys: [{ name: 'keys', header: 'Keys', value: (r) => r.keys, text: (r) => count(r.keys), align: 'right' }],
  cost: [
    { name: 'cost', header: 'Cost/month', value: (r) => money(r.cost), text: (r) => dollars(r.cost), align: 'right' },
  ],
  score: [
    { name: 'score', header: 'Score', value: (r) => r.score, text: (r) => r.score?.toFixed(0) ?? '', align: 'right' },
  ],
};

/** The columns of a table of points, in the order of the metrics that were asked for. */
export function trendColumns(metrics: readonly TrendMetric[]): Column<TrendRow>[] {
  return [...SERIES, ...metrics.flatMap((metric) => BY_METRIC[metric])];
}

function p95({ p95ResponseMs, p95AtLeast }: TrendRow): string {
  return `${p95AtLeast ? '≥ ' : ''}${milliseconds(p95ResponseMs)}`;
}
