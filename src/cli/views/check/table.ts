import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import { selectColumns } from '../../table/select.js';
import { wrap } from '../../table/wrap.js';
import { type Terminal, WIDE } from '../../terminal.js';
import { CHECK_COLUMNS, checkRows } from './rows.js';
import { headline } from './wording.js';

const COLORS = { critical: '#EF4444', warning: '#F59E0B', unknown: '#9CA3AF', pass: '#10B981' } as const;
/** So many reasons are told under a table that has no room for them. */
const MOST_REASONS = 5;

/** Checks for a terminal, the worst first. @param all every pass on a line of its own */
export function checkTable(report: CheckReport, all: boolean, terminal: Terminal): string {
  const { chalk, width } = terminal;
  const columns = selectColumns(CHECK_COLUMNS, undefined, Number.isFinite(width) ? width : WIDE);
  const rows = checkRows(report, all);
  const table = renderTable(rows, columns, terminal, (text, column, row) =>
    column.name === 'verdict' ? chalk.hex(COLORS[row.verdict])(text) : text,
  );
  const cut = columns.every((column) => column.name !== 'message');
  const notes = [...(cut ? reasons(report) : []), ...(rows.length < report.checks.length ? [GROUPED] : [])];
  return [
    ...wrap(headline(report), width).map((line) => chalk.bold(line)),
    '',
    ...(rows.length > 0 ? [table] : []),
    ...(notes.length > 0 ? ['', ...notes.flatMap((note) => wrap(note, width)).map((line) => chalk.dim(line))] : []),
  ].join('\n');
}

const GROUPED = 'Checks that passed are told rule by rule, with the value nearest to the limit; --verbose tells each.';

/** Why checks are unknown, each reason once. */
function reasons({ checks }: CheckReport): string[] {
  const counts = new Map<string, number>();
  for (const { verdict, message } of checks)
    if (verdict === 'unknown') counts.set(message, (counts.get(message) ?? 0) + 1);
  const told = [...counts].slice(0, MOST_REASONS);
  const more = counts.size - told.length;
  return [
    ...told.map(([message, n]) => printable(`⚪ ${message}${n > 1 ? ` (${n.toLocaleString('en-US')} times)` : ''}`)),
    ...(more > 0 ? [`… and ${more.toLocaleString('en-US')} more reasons (--json has them all).`] : []),
  ];
}
