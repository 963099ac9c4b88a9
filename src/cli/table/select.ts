import { closest } from 'fastest-levenshtein';
import { RcmError } from '../../core/errors.js';
import type { Format } from '../flags.js';
import type { Column } from './column.js';

export interface Selection {
  columns?: string | undefined;
  sort?: string | undefined;
  filter?: string[] | undefined;
  limit?: number | undefined;
}

/** The rows to print: filtered, sorted, limited. @throws RCM_USAGE for an unknown column or a filter that cannot be read */
export function selectRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { filter, sort, limit }: Selection,
): Row[] {
  let kept = rows.filter(rowTest(columns, filter));
  if (sort !== undefined) {
    const column = find(columns, sort.replace(/^-/, ''));
    kept = kept.sort((a, b) => compare(column.value(a), column.value(b), sort.startsWith('-')));
  }
  return limit === undefined ? kept : kept.slice(0, limit);
}

/** Whether a row passes all filters. @throws RCM_USAGE for an unknown column or a filter that cannot be read */
export function rowTest<Row>(columns: readonly Column<Row>[], filter: readonly string[] = []): (row: Row) => boolean {
  const tests = filter.map((expression) => parseFilter(expression, columns));
  return (row) => tests.every((test) => test(row));
}

/** The columns to print: those asked for, else the standard ones that the width has room for. @throws RCM_USAGE */
export function selectColumns<Row>(
  columns: readonly Column<Row>[],
  asked: string | undefined,
  width: number,
): Column<Row>[] {
  if (asked !== undefined) return asked.split(',').map((name) => find(columns, name.trim()));
  return columns.filter((column) => column.fromWidth !== undefined && width >= column.fromWidth);
}

/** What is wrong with the flags, said before a server is asked. @throws RCM_USAGE */
export function assertSelection<Row>(
  columns: readonly Column<Row>[],
  selection: Selection,
  format: 'table' | 'json' | 'csv' | 'ndjson' | 'markdown',
): void {
  assertColumnsFit(format, selection.columns);
  selectColumns(columns, selection.columns, 0);
  selectRows([], columns, selection);
}

/** @throws RCM_USAGE where columns are asked for in a format that has none */
export function assertColumnsFit(format: Format, asked: string | undefined): void {
  if (asked !== undefined && (format === 'json' || format === 'ndjson'))
    throw new RcmError(
      'RCM_USAGE',
      `--columns does not go with ${format}, which has every field`,
      'Use jq to pick fields, or --format csv.',
    );
}

function find<Row>(columns: readonly Column<Row>[], name: string): Column<Row> {
  const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = columns.map((column) => column.name);
  throw new RcmError(
    'RCM_USAGE',
    `There is no column '${name}'`,
    `Did you mean '${closest(name, names)}'? Columns: ${names.join(', ')}.`,
  );
}

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

function parseFilter<Row>(expression: string, columns: readonly Column<Row>[]): (row: Row) => boolean {
  const found = /^\s*([A-Za-z0-9]+)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*$/s.exec(expression);
  if (!found)
    throw new RcmError(
      'RCM_USAGE',
      `The filter '${expression}' cannot be read`,
      'Examples: status=critical, cost>5, name~plumb.',
    );
  const column = find(columns, found[1] as string);
  const operator = found[2] as Operator;
  const wanted = found[3] as string;
  const number = wanted === '' ? Number.NaN : Number(wanted);
  if (operator.match(/[<>]/) && Number.isNaN(number))
    throw new RcmError(
      'RCM_USAGE',
      `The filter '${expression}' compares with '${wanted}', which is no number`,
      'Example: cost>5.',
    );
  return (row) => passes(column.value(row), operator, wanted, number);
}

/** An unknown value passes no comparison but != . */
function passes(value: string | number | boolean | null, operator: Operator, wanted: string, number: number): boolean {
  if (operator === '=')
    return (
      value !== null &&
      (typeof value === 'number' ? value === number : String(value).toLowerCase() === wanted.toLowerCase())
    );
  if (operator === '!=') return !passes(value, '=', wanted, number);
  if (value === null) return false;
  if (operator === '~') return String(value).toLowerCase().includes(wanted.toLowerCase());
  const left = Number(value);
  if (operator === '<') return left < number;
  if (operator === '<=') return left <= number;
  return operator === '>' ? left > number : left >= number;
}

/** Unknown values stand last in either direction. */
function compare(
  a: string | number | boolean | null,
  b: string | number | boolean | null,
  descending: boolean,
): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en');
  return descending ? -order : order;
}
