import stringWidth from 'string-width';
import type { StatsReport } from '../../core/services/stats/report.js';
import { type Column, printable, textOf } from '../table/column.js';
import { markdownText, renderMarkdown } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { unknownCostNote } from './companies.js';
import { money } from './figures.js';
import { FIGURES, type Figure } from './stats-figures.js';

/** From this width on the cards stand side by side. */
const TWO_CARDS = 120;
const GAP = 4;

/** The platform on cards. */
export function statsText(report: StatsReport, { chalk, width }: Terminal): string {
  const two = Number.isFinite(width) && width >= TWO_CARDS;
  const cardWidth = two ? Math.floor((Math.min(width, 160) - GAP) / 2) : width;
  const card = (title: string, group: Figure['group']) => [
    chalk.bold(title),
    ...figuresOf(group).flatMap((figure) => {
      const lines = wrap(textOf(figure, report), cardWidth - LABEL);
      return lines.map((line, i) => `${chalk.dim((i === 0 ? figure.header : '').padEnd(LABEL))}${line}`);
    }),
  ];
  const left = [...card('Platform', 'platform'), '', ...card('rcm itself', 'rcm')];
  const right = card('Redis', 'redis');
  const cards = two ? sideBySide(left, right, cardWidth + GAP) : [...left, '', ...right];
  const notes = notesOf(report).flatMap((note) => wrap(note, width));
  return [...cards, ...(notes.length > 0 ? ['', ...notes.map((line) => chalk.dim(line))] : [])].join('\n');
}

/** Room for the longest label. */
const LABEL = 2 + Math.max(...FIGURES.filter((figure) => !figure.onlyForMachines).map((f) => f.header.length));

function figuresOf(group: Figure['group']): Figure[] {
  return FIGURES.filter((figure) => figure.group === group && !figure.onlyForMachines);
}

function sideBySide(left: readonly string[], right: readonly string[], at: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const line = left[i] ?? '';
    return right[i] ? `${line}${' '.repeat(Math.max(1, at - stringWidth(line)))}${right[i]}` : line;
  });
}

function notesOf({ cost, snapshot }: StatsReport): string[] {
  const terms = cost.unknown.filter((term) => !term.startsWith('twilio'));
  return [
    ...(terms.length > 0 && cost.companies !== null ? [unknownCostNote(terms)] : []),
    ...(snapshot === null ? [] : ['A snapshot keeps no more of Redis than this: without --from-snapshot it is asked.']),
  ];
}

export function statsMarkdown(report: StatsReport): string {
  const columns: Column<Figure>[] = [
    { name: 'figure', header: 'Figure', value: (figure) => figure.header },
    { name: 'value', header: 'Value', value: (figure) => textOf(figure, report) },
  ];
  const shown = FIGURES.filter((figure) => !figure.onlyForMachines);
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  return [...(warnings.length > 0 ? [...warnings, ''] : []), renderMarkdown(shown, columns)].join('\n');
}

/** The report as machines get it: money rounded to 6 decimals, nothing else. */
export function statsJson(report: StatsReport): StatsReport {
  const { platformStats, cost } = report;
  const { unknown, ...amounts } = cost;
  const rounded = Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, money(amount)]));
  return {
    ...report,
    platformStats: {
      ...platformStats,
      totalCost: money(platformStats.totalCost),
      unallocatedCost: money(platformStats.unallocatedCost),
    },
    cost: { ...(rounded as typeof amounts), unknown },
  };
}
