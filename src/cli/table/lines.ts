import stringWidth from 'string-width';
import { type Column, textOf } from './column.js';

const GAP = '  ';
/** One long value must not push all that follows to the right. */
const WIDEST = 32;

/** Rows printed one after the other, before the widest is known: each column is as wide as what it has shown so far. */
export class AlignedLines<Row> {
  readonly #widths: number[];

  constructor(
    private readonly columns: readonly Column<Row>[],
    private readonly paint: (text: string, column: Column<Row>, row: Row) => string,
  ) {
    this.#widths = columns.map(() => 0);
  }

  line(row: Row): string {
    const cells = this.columns.map((column, i) => {
      const text = textOf(column, row);
      const width = stringWidth(text);
      this.#widths[i] = Math.max(this.#widths[i] as number, Math.min(WIDEST, width));
      const space = ' '.repeat(Math.max(0, (this.#widths[i] as number) - width));
      const painted = this.paint(text, column, row);
      if (column.align === 'right') return space + painted;
      return i === this.columns.length - 1 ? painted : painted + space;
    });
    return cells.join(GAP).trimEnd();
  }
}
