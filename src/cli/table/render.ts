import CliTable from 'cli-table3';
import { stringify } from 'csv-stringify/sync';
import stringWidth from 'string-width';
import type { Terminal } from '../terminal.js';
import { renderBlocks } from './blocks.js';
import { type Column, textOf } from './column.js';

const GAP = 2;
/** The library takes time by the square of a table's rows. */
const CHUNK = 100;
const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/**
 * A table for people, as wide as the terminal at most: columns that may shrink are cut with an ellipsis. Where that is
 * not enough, each row is a block of lines.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { chalk, width }: Terminal,
  paint?: (text: string, column: Column<Row>, row: Row) => string,
): string {
  const texts = rows.map((row) => columns.map((column) => textOf(column, row)));
  const widths = fitWidths(
    columns,
    // No Math.max(...): a hundred thousand rows are more arguments than a call may have.
    columns.map((column, i) =>
      texts.reduce((widest, line) => Math.max(widest, stringWidth(line[i] as string)), stringWidth(column.header)),
    ),
    width,
  );
  if (Number.isFinite(width) && rows.length > 0 && totalOf(widths) > width)
    return renderBlocks(texts, rows, columns, { chalk, width }, paint);
  const chunks = [];
  for (let from = 0; from === 0 || from < rows.length; from += CHUNK) {
    const table = new CliTable({
      chars: NO_BORDERS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
      colAligns: columns.map((column) => column.align ?? 'left'),
      head: from === 0 ? columns.map((column, i) => chalk.bold(cut(column.header, widths[i] as number))) : [],
      // One table is as wide as its cells; several must agree.
      ...(rows.length > CHUNK ? { colWidths: widths } : {}),
    });
    for (const [n, row] of rows.slice(from, from + CHUNK).entries()) {
      table.push(
        columns.map((column, i) => {
          const text = cut(texts[from + n]?.[i] as string, widths[i] as number, column.shrinks === 'middle');
          return paint ? paint(text, column, row) : text;
        }),
      );
    }
    chunks.push(table.toString());
  }
  return chunks
    .join('\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Takes what is too much from the columns that may shrink, the widest first, down to 8. */
function fitWidths<Row>(columns: readonly Column<Row>[], widths: readonly number[], width: number): number[] {
  const fitted = [...widths];
  let excess = totalOf(fitted) - width;
  while (excess > 0) {
    const candidates = fitted.map((w, i) => (columns[i]?.shrinks && w > 8 ? w : 0));
    const widest = candidates.indexOf(Math.max(...candidates));
    if (candidates[widest] === 0) break;
    fitted[widest] = (fitted[widest] as number) - 1;
    excess -= 1;
  }
  return fitted;
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, w) => sum + w, 0) + GAP * (widths.length - 1);
}

function cut(text: string, width: number, inMiddle = false): string {
  if (stringWidth(text) <= width) return text;
  const letters = [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);
  const end = inMiddle ? fitting(letters.toReversed(), Math.floor((width - 1) / 2)).reverse() : [];
  const start = fitting(letters, width - 1 - stringWidth(end.join('')));
  return `${start.join('')}…${end.join('')}`;
}

/** The first of the letters, as many as the width has room for. */
function fitting(letters: readonly string[], width: number): string[] {
  let taken = 0;
  const more = letters.findIndex((letter) => {
    taken += stringWidth(letter);
    return taken > width;
  });
  return letters.slice(0, more < 0 ? letters.length : more);
}

/** RFC 4180 with a header; a cell that a spreadsheet would take for a formula is made text. */
export function renderCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  return stringify(
    rows.map((row) => columns.map((column) => column.value(row))),
    {
      header: true,
      columns: columns.map((column) => column.name),
      escape_formulas: true,
      cast: {
        boolean: (value) => String(value),
        number: (value) => ({ value: String(value), escape_formulas: false }),
      },
    },
  );
}

export function renderNdjson(rows: readonly unknown[]): string {
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

/** A GitHub table; whatever Markdown or HTML would read into a name is escaped. */
export function renderMarkdown<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map((column) => column.header)),
    line(columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column) => markdownText(textOf(column, row))))),
  ].join('\n');
}

/** Text that Markdown, and GitHub in it, show as it is: `@name` tells nobody, `#1` refers to no issue. */
export function markdownText(text: string): string {
  return text
    .replace(/(?<![\w.])@(?=\w)|(?<!\w)#(?=\d)/g, (c) => `${c}${NOTHING_WIDE}`)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/[<>&]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] as string);
}

const NOTHING_WIDE = '\u200b';
