import type { ObservedCompany, ObserveReport } from '../../core/services/observe/report.js';
import { type Column, printable, UNKNOWN } from '../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { bytes, count, duration, milliseconds, percent } from './figures.js';

export const OBSERVE_COLUMNS: Column<ObservedCompany>[] = [
  { name: 'company', header: 'Company', value: (c) => c.companyName ?? c.companyId, shrinks: true, fromWidth: 0 },
  { name: 'id', header: 'Id', value: (c) => c.companyId, shrinks: true, fromWidth: 120 },
  number('reads', 'Reads', (c) => c.reads, 0),
  number('hits', 'Hits', (c) => c.hits, 90),
  number('misses', 'Misses', (c) => c.misses, 0),
  {
    name: 'hitRate',
    header: 'Hit rate',
    value: (c) => c.hitRate,
    // A rate of few reads says little: it is marked.
    text: (c) => `${c.few && c.hitRate !== null ? '~' : ''}${percent(c.hitRate)}`,
    align: 'right',
    fromWidth: 0,
  },
  number('readsPerSecond', 'Reads/s', (c) => c.readsPerSecond, 0),
  number('expirations', 'Expired', (c) => c.expirations, 0),
  number('evictions', 'Evicted', (c) => c.evictions, 0),
  { name: 'few', header: 'Few', value: (c) => c.few },
];

function number(
  name: string,
  header: string,
  value: (company: ObservedCompany) => number | null,
  fromWidth: number,
): Column<ObservedCompany> {
  return { name, header, value, text: (c) => count(value(c)), align: 'right', fromWidth };
}

/** What was observed: the platform in a line, the companies, what it cost the servers. */
export function observeText(
  report: ObserveReport,
  rows: readonly ObservedCompany[],
  columns: readonly Column<ObservedCompany>[],
  terminal: Terminal,
): string {
  const { chalk, width } = terminal;
  const table = rows.length > 0 ? ['', renderTable(rows, columns, terminal)] : [];
  const notes = notesOf(report, rows).flatMap((note) => wrap(printable(note), width));
  return [
    ...wrap(headline(report), width).map((line) => chalk.bold(line)),
    ...table,
    '',
    ...notes.map((line) => chalk.dim(line)),
  ].join('\n');
}

export function observeMarkdown(
  report: ObserveReport,
  rows: readonly ObservedCompany[],
  columns: readonly Column<ObservedCompany>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  const table = rows.length > 0 ? ['', renderMarkdown(rows, columns)] : [];
  return [headline(report), ...(warnings.length > 0 ? ['', ...warnings] : []), ...table].join('\n');
}

/** e.g. `30s observed: 48,211 reads, hit rate 83.4%` */
export function headline({ observedSeconds, platform, mode }: ObserveReport): string {
  const of = `${duration(observedSeconds)} observed`;
  if (mode === 'missesOnly')
    return `${of}: ${count(platform.misses)} key-misses of any command; reads and hit rate are unknown`;
  if (platform.reads === null) return `${of}: nothing is known`;
  return `${of}: ${count(platform.reads)} reads, hit rate ${percent(platform.hitRate)}, ${count(platform.expirations)} expired, ${count(platform.evictions)} evicted`;
}

function notesOf(report: ObserveReport, rows: readonly ObservedCompany[]): string[] {
  const { nodes, recorded } = report;
  const few = rows.filter((row) => row.few && row.hitRate !== null).length;
  const costs = nodes.map(({ node, overhead }) => {
    const { percent: share, latencyMs, largestBufferBytes } = overhead;
    const taken = share === null ? UNKNOWN : `${share.toFixed(1)}%`;
    return `Observing took ${taken} of the command thread of ${node}; a small command took ${milliseconds(latencyMs.during)} (${milliseconds(latencyMs.before)} before); the most it held for us was ${bytes(largestBufferBytes)}.`;
  });
  return [
    ...(few > 0 ? ['~ under 1,000 reads: the rate says little.'] : []),
    ...costs,
    ...(recorded === null
      ? []
      : [`Recorded for ${count(recorded.companies)} ${recorded.companies === 1 ? 'company' : 'companies'}.`]),
  ];
}
