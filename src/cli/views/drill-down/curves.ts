import { coarser } from '../../../core/domain/curve.js';
import { formatBytes } from '../../../core/domain/format.js';
import type { DrillDownReport } from '../../../core/services/drill-down/report.js';
import { type BlockChart, blockChart } from '../../charts/block-chart.js';
import type { Terminal } from '../../terminal.js';
import { duration, milliseconds } from '../figures.js';

/** Of each chart, in lines without its axis. */
const HEIGHT = 4;
/** The margin of the widest scale, and the widest chart that still reads well. */
const MARGIN = 12;
const WIDEST = 96;

/** Hit rate, response time and memory over the window, one chart below the other. */
export function curvesText(report: DrillDownReport, { chalk, width }: Terminal): string[] {
  const columns = Math.max(24, Math.min(width, WIDEST + MARGIN) - MARGIN);
  const { reads, memory } = report.metrics.performance;
  const { points, stepSeconds } = coarser(reads, columns);
  const step = `one column: ${duration(stepSeconds)}`;
  const taken = report.snapshot !== null;
  const ends: BlockChart['ends'] = taken
    ? [`${duration(report.window.seconds)} before`, 'the snapshot']
    : [`${duration(report.window.seconds)} ago`, 'now'];
  const times = points.map(({ at }) => at.getTime());
  const chart = (
    title: string,
    note: string,
    paint: (text: string) => string,
    shape: Omit<BlockChart, 'height' | 'ends'>,
  ) =>
    shape.values.every((value) => value === null)
      ? [`${chalk.bold(title)}  ${chalk.dim('nothing recorded')}`]
      : [
          `${chalk.bold(title)}  ${chalk.dim(note)}`,
          ...blockChart({ ...shape, height: HEIGHT, ends }).map((line) =>
            line.replace(/[▁-█]+/g, (blocks) => paint(blocks)),
          ),
        ];
  const rates = points.map((p) => p.hitRate);
  const responses = points.map((p) => p.avgResponseMs);
  const sizes = memoryColumns(times, stepSeconds * 1000, memory);
  const lines = [
    ...chart('Hit rate', step, chalk.green, { values: rates, min: floorOf(rates), max: 100, label: (v) => `${v}%` }),
    '',
    ...chart('Response', step, chalk.cyan, {
      values: responses,
      min: 0,
      max: ceilingOf(responses),
      label: scaleMs,
    }),
    '',
  ];
  if (memory.length < 2)
    return [
      ...lines,
      `${chalk.bold('Memory')}  ${chalk.dim(`no ${taken ? 'other ' : ''}snapshots of this time: \`rcm snapshot\` records them`)}`,
    ];
  return [
    ...lines,
    ...chart(
      'Memory',
      taken
        ? `${memory.length} snapshots`
        : `${memory.length - 1} ${memory.length === 2 ? 'snapshot' : 'snapshots'}, and now`,
      chalk.magenta,
      {
        values: sizes,
        min: 0,
        max: ceilingOf(sizes),
        label: formatBytes,
      },
    ),
  ];
}

/** The size at the end of each step: the last one known in it; a step without any is a gap. */
function memoryColumns(
  times: readonly number[],
  stepMs: number,
  memory: DrillDownReport['metrics']['performance']['memory'],
): (number | null)[] {
  return times.map(
    (from) => memory.findLast(({ at }) => at.getTime() >= from && at.getTime() < from + stepMs)?.cacheBytes ?? null,
  );
}

/** The ten below the lowest rate: differences between 90 % and 99 % are what matters. */
function floorOf(rates: readonly (number | null)[]): number {
  const known = rates.filter((rate) => rate !== null);
  return Math.min(90, Math.floor(Math.min(100, ...known) / 10) * 10);
}

function ceilingOf(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.map((value) => value ?? 0));
}

function scaleMs(value: number): string {
  return value === 0 ? '0' : milliseconds(value);
}
