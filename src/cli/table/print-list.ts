import type { Format } from '../flags.js';
import { toJson } from '../output.js';
import { type Terminal, WIDE } from '../terminal.js';
import type { Column } from './column.js';
import { renderCsv, renderMarkdown, renderNdjson, renderTable } from './render.js';
import { selectColumns } from './select.js';

/** A list in any format. */
export interface PrintedList<Row> {
  report: unknown;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  /** As --columns was given. */
  asked: string | undefined;
  /** What a table says where there are no rows. */
  empty: string;
}

/** @throws RCM_USAGE for a column that there is not */
export function printList<Row>(list: PrintedList<Row>, format: Format, terminal: Terminal): string {
  const { report, rows, columns, asked, empty } = list;
  if (format === 'json') return toJson(report);
  if (format === 'ndjson') return renderNdjson(rows);
  const width = format === 'table' && Number.isFinite(terminal.width) ? terminal.width : WIDE;
  const shown = selectColumns(columns, asked, width);
  if (format === 'csv') return renderCsv(rows, asked === undefined ? columns : shown);
  if (format === 'markdown') return renderMarkdown(rows, shown);
  return rows.length === 0 ? empty : renderTable(rows, shown, terminal);
}
