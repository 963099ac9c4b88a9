import type { Format } from '../flags.js';
import { toJson } from '../output.js';
import { type Terminal, WIDE } from '../terminal.js';
import type { Column } from './column.js';
import { renderCsv, renderMarkdown, renderNdjson } from './render.js';
import { selectColumns } from './select.js';

export interface ListOptions {
  format: Format;
  /** --columns. */
  columns: string | undefined;
  terminal: Terminal;
}

/**
 * Rows in any format: `json` gives the whole report, `text` the table of the columns that fit.
 * @throws RCM_USAGE for an unknown column
 */
export function renderList<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { format, columns: asked, terminal }: ListOptions,
  views: {
    json: () => object;
    text: (columns: Column<Row>[], terminal: Terminal) => string;
    /** Where there is more to say than the rows. */
    markdown?: (columns: Column<Row>[]) => string;
  },
): string {
  if (format === 'json') return toJson(views.json());
  if (format === 'ndjson') return renderNdjson(rows);
  if (format === 'csv') return renderCsv(rows, asked === undefined ? columns : selectColumns(columns, asked, WIDE));
  const width = format === 'table' && Number.isFinite(terminal.width) ? terminal.width : WIDE;
  const shown = selectColumns(columns, asked, width);
  if (format !== 'markdown') return views.text(shown, terminal);
  return views.markdown ? views.markdown(shown) : renderMarkdown(rows, shown);
}
