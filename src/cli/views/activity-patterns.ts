import type { PatternsReport } from '../../core/services/activity/report.js';
import { type Column, printable, UNKNOWN } from '../table/column.js';
import { renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { age, count, milliseconds, percent } from './figures.js';

type Pattern = PatternsReport['patterns'][number];

const COMPANY: Column<Pattern> = {
  name: 'company',
  header: 'Company',
  value: (p) => p.companyName ?? p.companyId,
  shrinks: true,
};

const COLUMNS: Column<Pattern>[] = [
  COMPANY,
  { name: 'id', header: 'Id', value: (p) => p.companyId, shrinks: true },
  { name: 'key', header: 'Key', value: (p) => p.key, shrinks: 'middle', fromWidth: 0 },
  {
    name: 'accesses',
    header: 'Accesses',
    value: (p) => p.accesses,
    text: (p) => `${count(p.accesses)}${p.complete ? '' : '+'}`,
    align: 'right',
    fromWidth: 0,
  },
  figure('hits', 'Hits', (p) => p.hits, count, 100),
  figure('misses', 'Misses', (p) => p.misses, count, 100),
  figure('sets', 'Sets', (p) => p.sets, count, 120),
  figure('deletes', 'Deletes', (p) => p.deletes, count),
  figure('hitRate', 'Hit rate', (p) => p.hitRate, percent, 0),
  figure('alternation', 'Alternates', (p) => p.alternation, percent, 0),
  figure('mean', 'Mean gap', (p) => p.meanIntervalMs, interval, 0),
  figure('median', 'Median gap', (p) => p.medianIntervalMs, interval, 0),
  {
    name: 'last',
    header: 'Last (UTC)',
    value: (p) => p.lastAt.toISOString(),
    text: (p) => p.lastAt.toISOString().slice(0, 19).replace('T', ' '),
    fromWidth: 120,
  },
  { name: 'complete', header: 'Complete', value: (p) => p.complete },
];

function figure(
  name: string,
  header: string,
  value: (row: Pattern) => number | null,
  text: (value: number | null) => string,
  fromWidth?: number,
): Column<Pattern> {
  const column: Column<Pattern> = { name, header, value, text: (row) => text(value(row)), align: 'right' };
  return fromWidth === undefined ? column : { ...column, fromWidth };
}

/** @param ofOne one company's keys: its name on every line would say nothing */
export function patternColumns(ofOne: boolean): Column<Pattern>[] {
  return ofOne ? COLUMNS : COLUMNS.map((column) => (column === COMPANY ? { ...COMPANY, fromWidth: 0 } : column));
}

/** How keys are used, as a table, with what a reader must know of the sample. */
export function patternsText(report: PatternsReport, columns: readonly Column<Pattern>[], terminal: Terminal): string {
  const { patterns } = report;
  if (patterns.length === 0)
    return 'No accesses are recorded: `rcm doctor` tells what records them, or what was asked for fits none.';
  const notes = [
    samplingText(report),
    'Gap: time between two reads of the key. Alternates: share of consecutive reads of which one was a hit and the other a miss.',
    ...(patterns.some((p) => !p.complete) ? ['+ a part of the accesses of this key was not recorded.'] : []),
  ];
  return [
    renderTable(patterns, columns, terminal),
    '',
    ...notes.flatMap((note) => wrap(note, Math.min(terminal.width, 120))).map((line) => terminal.chalk.dim(line)),
  ].join('\n');
}

/** Which share of the keys is recorded: for one company, or the range over several. */
function samplingText({ sampling }: PatternsReport): string {
  const shares = sampling.map((s) => s.keysPercent).sort((a, b) => a - b);
  const [lowest, highest] = [shares[0] as number, shares.at(-1) as number];
  const keys = sampling.reduce((sum, s) => sum + s.keysSeen, 0);
  const [only] = sampling;
  const whose = sampling.length === 1 && only ? ` of ${printable(only.companyName ?? only.companyId)}` : '';
  if (lowest === 100) return `Recorded: all keys${whose}; ${count(keys)} were used.`;
  const range = lowest === highest ? share(lowest) : `${share(lowest)} to ${share(highest)}`;
  return `Recorded: ${range} of the keys${whose}, chosen by hash, and all accesses of those; ${count(keys)} keys were seen.`;
}

function share(value: number): string {
  return `${Number(value.toPrecision(3))}%`;
}

/** Milliseconds, seconds, or the two largest units. */
function interval(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1000) return milliseconds(ms).replace('.00', '');
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)}s` : age(ms / 1000);
}
