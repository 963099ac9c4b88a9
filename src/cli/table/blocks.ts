import stringWidth from 'string-width';
import type { Terminal } from '../terminal.js';
import type { Column } from './column.js';
import { wrap } from './wrap.js';

/** Rows too wide for the terminal, one below the other: the first column as a heading, each other on a line of its own. */
export function renderBlocks<Row>(
  texts: readonly (readonly string[])[],
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { chalk, width }: Pick<Terminal, 'chalk' | 'width'>,
  paint: (text: string, column: Column<Row>, row: Row) => string = (text) => text,
): string {
  const [first, ...others] = columns;
  const label = 2 + Math.max(0, ...others.map(({ header }) => stringWidth(header)));
  const block = (row: Row, cells: readonly string[]): string[] => [
    ...(first === undefined ? [] : [paint(cells[0] as string, first, row)]),
    ...others.flatMap((column, i) =>
      wrap(cells[i + 1] as string, width - label - 2).map((line, n) => {
        const name = n === 0 ? column.header : '';
        return `  ${chalk.dim(name)}${' '.repeat(label - stringWidth(name))}${paint(line, column, row)}`;
      }),
    ),
  ];
  return rows
    .flatMap((row, n) => block(row, texts[n] as readonly string[]))
    .map((line) => line.trimEnd())
    .join('\n');
}
