import { type Column, textOf } from '../../table/column.js';
import { type Html, type HtmlValue, html } from './html.js';

export interface HtmlTable<Row> {
  id: string;
  /** What the table shows, for those who cannot see it. */
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  /** Name of the column whose cells head their rows. */
  heading: string;
  /** Cells that are more than their text, by column. */
  cells?: Partial<Record<string, (row: Row, text: string) => HtmlValue>>;
  /** What a column is sorted by where it is not its value. */
  sortBy?: Partial<Record<string, (row: Row) => number>>;
  /** Headers become buttons that sort, where scripts run. */
  sortable?: boolean;
}

/**
 * A table that can be scrolled sideways where it does not fit. Cells keep the raw value beside the text wherever the text
 * is not the value: an unknown one is empty.
 */
export function htmlTable<Row>(table: HtmlTable<Row>): Html {
  const { id, caption, rows, columns, heading, sortable = false } = table;
  const classes = [sortable && 'sortable', columns[0]?.name === heading && 'headed'].filter(Boolean).join(' ');
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table id="${id}"${classes !== '' && html` class="${classes}"`}>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" data-name="${column.name}"${isNumber(column) && html` class="n"`}>${column.header}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => rowOf(table, row))}</tbody></table></div>`;
}

function rowOf<Row>({ columns, heading, cells = {}, sortBy = {} }: HtmlTable<Row>, row: Row): Html {
  return html`<tr>${columns.map((column) => {
    const { name } = column;
    const value = column.value(row);
    const text = textOf(column, row);
    const raw = value === text ? false : html` data-value="${value === null ? '' : String(value)}"`;
    const sort = sortBy[name] === undefined ? false : html` data-sort="${sortBy[name](row)}"`;
    const content = cells[name]?.(row, text) ?? text;
    if (name === heading) return html`<th scope="row"${raw}${sort}>${content}</th>`;
    return html`<td${isNumber(column) && html` class="n"`}${raw}${sort}>${content}</td>`;
  })}</tr>
`;
}

function isNumber<Row>({ align }: Column<Row>): boolean {
  return align === 'right';
}
