import { coarserFacts, pointOf, type StepFacts, type TrendPoint } from '../../core/domain/trends/series.js';
import { type Zone, zoneOf } from '../../core/domain/trends/zone.js';
import type { TrendSeries, TrendsReport } from '../../core/services/trends/report.js';
import { roomFor, SEVERAL, type TrendLine, trendChart } from '../charts/trend-chart.js';
import { printable } from '../table/column.js';
import { wrap } from '../table/wrap.js';
import { type Terminal, WIDE } from '../terminal.js';
import { FIGURES, type Figure } from './trends-figures.js';
import { forecastText } from './trends-forecast.js';

/** Lines of a chart without its axis: several curves need more to be told apart. */
const HEIGHT = 6;
const HEIGHT_OF_SEVERAL = 10;
/** Wider charts do not read better. */
const WIDEST = 160;
const GLYPHS = ['●', '○', '▲', '△', '■'];
const COLORS = ['cyan', 'yellow', 'magenta', 'green', 'blue'] as const;

/** Charts, one below the other, and what is foretold. @param facts of each series, to be put together where steps are many */
export function trendsText(report: TrendsReport, facts: readonly StepFacts[][], terminal: Terminal): string {
  const { chalk } = terminal;
  const width = Math.min(Number.isFinite(terminal.width) ? terminal.width : WIDE, WIDEST);
  const zone = zoneOf(report.timeZone) as Zone;
  const figures = FIGURES.filter(({ metric }) => report.metrics.includes(metric));
  const title = wrap(heading(report, zone), width).map((line) => chalk.bold(line));
  const lines = [...title, ...legend(report, terminal), ''];
  for (const figure of figures) lines.push(...figureText(report, facts, figure, { zone, width, terminal }), '');
  if (report.forecasts.length > 0) {
    lines.push(chalk.bold('If it goes on like this'));
    for (const forecast of report.forecasts) lines.push(...wrap(printable(forecastText(forecast)), width));
    lines.push(...wrap(`Method: ${report.forecastMethod}.`, width).map((line) => chalk.dim(line)));
  }
  return lines.join('\n').trimEnd();
}

/** Whose trend, from when to when, by what. */
export function heading({ series, since, until, step }: TrendsReport, zone: Zone): string {
  const day = (date: Date) =>
    zone
      .local(date.getTime())
      .replace('T', ' ')
      .slice(0, step === '1d' ? 10 : 16);
  const last = step === '1d' ? new Date(until.getTime() - 1) : until;
  const who = printable(series[0]?.label ?? '');
  return `${who}: ${day(since)} to ${day(last)} (${zone.name}), by the ${step === '1d' ? 'day' : 'hour'}`;
}

/** Which line is whose, where there are several. */
function legend({ series }: TrendsReport, { chalk, width }: Terminal): string[] {
  if (series.length < 2) return [];
  const each = series.map(({ label }, i) => `${GLYPHS[i % GLYPHS.length]} ${printable(label)}`);
  return wrap([...each, `${SEVERAL} several`].join('   '), Math.min(width, WIDE)).map((line) => chalk.dim(line));
}

function figureText(
  report: TrendsReport,
  facts: readonly StepFacts[][],
  figure: Figure,
  { zone, width, terminal }: { zone: Zone; width: number; terminal: Terminal },
): string[] {
  const { chalk } = terminal;
  const title = chalk.bold(figure.title);
  const values = report.series.flatMap(({ points }) => points.map(figure.value));
  if (values.every((value) => value === null)) return [`${title}  ${chalk.dim('nothing recorded')}`];
  const several = facts.length > 1;
  const lineOf = (points: readonly TrendPoint[], i: number): TrendLine => ({
    values: points.map(figure.value),
    glyph: GLYPHS[i % GLYPHS.length] as string,
    paint: chalk[COLORS[i % COLORS.length] as (typeof COLORS)[number]],
  });
  const whole = report.series.map(({ points }) => points);
  const shape = {
    ...scaleOf(figure, values),
    width,
    height: several ? HEIGHT_OF_SEVERAL : HEIGHT,
    label: figure.chart,
    lines: whole.map(lineOf),
  };
  const most = roomFor(shape);
  const drawn = whole.map((points, i) =>
    points.length <= most ? points : coarserFacts(facts[i] ?? [], most).map(pointOf),
  );
  const together = Math.ceil((facts[0]?.length ?? 0) / Math.max(1, drawn[0]?.length ?? 1));
  const chart = trendChart({
    ...shape,
    lines: drawn.map(lineOf),
    nameOf: (step) => stepName(drawn[0]?.[step], report.step, zone),
  });
  const unit = report.step === '1d' ? 'days' : 'hours';
  const note = together > 1 ? [`one column: ${together} ${unit}`] : [];
  const summaries = report.series.map((one, i) =>
    [report.series.length > 1 ? (GLYPHS[i % GLYPHS.length] as string) : '', summary(one, figure, report, zone)]
      .filter(Boolean)
      .join(' '),
  );
  return [
    title,
    ...[...summaries, ...note].flatMap((text) => wrap(text, width)).map((line) => chalk.dim(line)),
    ...chart,
  ];
}

/** Where it stands, where it came from, its extremes, and how much is unknown. */
function summary({ points }: TrendSeries, figure: Figure, { step, generatedAt }: TrendsReport, zone: Zone): string {
  const known = points.flatMap((point) => {
    const value = figure.value(point);
    return value === null ? [] : [{ at: point.at, value }];
  });
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return 'nothing recorded';
  const on = (at: Date) =>
    zone
      .local(at.getTime())
      .replace('T', ' ')
      .slice(5, step === '1d' ? 10 : 16);
  const lowest = known.reduce((a, b) => (b.value < a.value ? b : a));
  const highest = known.reduce((a, b) => (b.value > a.value ? b : a));
  // What is not over yet may still become known.
  const unknown = points.filter((p) => figure.value(p) === null && p.until <= generatedAt).length;
  return [
    `last ${figure.text(last.value)}, first ${figure.text(first.value)} (${figure.difference(last.value - first.value)})`,
    `lowest ${figure.text(lowest.value)} on ${on(lowest.at)}, highest ${figure.text(highest.value)} on ${on(highest.at)}`,
    ...(figure.title.endsWith('p95') && points.some((p) => p.p95AtLeast) ? ['some are higher than can be told'] : []),
    ...(unknown > 0 ? [`${unknown} of ${points.length} ${step === '1d' ? 'days' : 'hours'} unknown`] : []),
  ].join('; ');
}

function scaleOf({ scale }: Figure, values: readonly (number | null)[]): { min: number; max: number } {
  const known = values.filter((value) => value !== null);
  const highest = known.reduce((a, b) => Math.max(a, b), 0);
  if (scale === 'amount') return { min: 0, max: highest === 0 ? 1 : highest };
  const lowest = known.reduce((a, b) => Math.min(a, b), 100);
  return { min: Math.max(0, Math.min(90, Math.floor(lowest / 10) * 10)), max: 100 };
}

function stepName(step: TrendPoint | undefined, length: TrendsReport['step'], zone: Zone): string {
  if (step === undefined) return '';
  const local = zone.local(step.at.getTime());
  return length === '1d' ? local.slice(5, 10) : `${local.slice(8, 10)}. ${local.slice(11, 16)}`;
}
