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

  /** Some rows, a line each. */
  lines(rows: readonly Row[]): string[] {
    const texts = rows.map((row) => this.columns.map((column) => textOf(column, row)));
    for (const line of texts)
      for (const [i, text] of line.entries())
        this.#widths[i] = Math.max(this.#widths[i] as number, Math.min(WIDEST, stringWidth(text)));
    return rows.map((row, n) => this.#line(row, texts[n] as string[]));
  }

  #line(row: Row, texts: readonly string[]): string {
    const cells = this.columns.map((column, i) => {
      const text = texts[i] as string;
      const space = ' '.repeat(Math.max(0, (this.#widths[i] as number) - stringWidth(text)));
      const painted = this.paint(text, column, row);
      if (column.align === 'right') return space + painted;
      return i === this.columns.length - 1 ? painted : painted + space;
    });
    return cells.join(GAP).trimEnd();
  }
}
