import type { PriceHistoryRow } from '../../../core/services/pricing/history-report.js';
import type { Column } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import type { Terminal } from '../../terminal.js';
import { settingValue } from './value.js';

type Row = PriceHistoryRow;

/** The number of a change stands before what was changed at once. */
export const HISTORY_COLUMNS: Column<Row>[] = [
  { name: 'change', header: '#', value: (e) => e.change, align: 'right', fromWidth: 0 },
  {
    name: 'time',
    header: 'Time (UTC)',
    value: (e) => e.timestamp.toISOString(),
    text: (e) => e.timestamp.toISOString().slice(0, 16).replace('T', ' '),
    fromWidth: 0,
  },
  { name: 'by', header: 'By', value: (e) => e.changedBy, shrinks: true, fromWidth: 100 },
  { name: 'path', header: 'Setting', value: (e) => e.path, text: shortPath, shrinks: true, fromWidth: 0 },
  { name: 'service', header: 'Service', value: (e) => e.service },
  { name: 'company', header: 'Company', value: (e) => e.companyName ?? e.companyId, shrinks: true },
  {
    name: 'old',
    header: 'Before',
    value: (e) => e.oldValue,
    text: (e) => settingValue(e.path, e.oldValue),
    none: settingValue('', null),
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'new',
    header: 'After',
    value: (e) => e.newValue,
    text: (e) => settingValue(e.path, e.newValue),
    none: settingValue('', null),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'reason', header: 'Reason', value: (e) => e.reason, none: '', shrinks: true, fromWidth: 0 },
  {
    name: 'impact',
    header: 'Impact',
    value: (e) => e.impactEstimate,
    shrinks: true,
    fromWidth: 120,
  },
];

/** @param narrowed whether something was asked for that others may not fit */
export function historyText(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminal: Terminal,
  narrowed: boolean,
): string {
  if (rows.length > 0) return renderTable(rows, columns, terminal);
  return narrowed ? 'No change fits what was asked for.' : 'No price or budget was ever changed.';
}

/** People know where a price stands; a company's own budget has its name. */
function shortPath({ path, companyName, companyId }: Row): string {
  const short = path.replace(/^(providers|budgets)\./, '');
  if (companyId === null) return short;
  return `${short.slice(short.lastIndexOf('.') + 1)} budget of ${companyName ?? companyId}`;
}
