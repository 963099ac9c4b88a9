/** One column of a list: the raw value for machines, the text for people. */
export interface Column<Row> {
  name: string;
  header: string;
  /** Raw: what CSV, sorting and filtering use. null = unknown. */
  value: (row: Row) => string | number | boolean | null;
  /** Text for tables; `value` where absent. */
  text?: (row: Row) => string;
  /** What null is shown as where it does not mean unknown. */
  none?: string;
  align?: 'left' | 'right';
  /** Shown without being asked for when the terminal is this wide; absent = only when asked for. */
  fromWidth?: number;
  /** May be cut short to make a table fit: at its end, or in its middle, where both ends tell what it is. */
  shrinks?: boolean | 'middle';
}

/** Unknown, in every table. */
export const UNKNOWN = '—';

export function textOf<Row>(column: Column<Row>, row: Row): string {
  const value = column.value(row);
  if (value === null) return column.none ?? UNKNOWN;
  return printable(column.text ? column.text(row) : String(value));
}

/** Control characters in names must not reach a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
