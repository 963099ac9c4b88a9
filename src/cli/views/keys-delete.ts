import type { KeysDeleteReport } from '../../core/services/keys/delete-report.js';
import type { Column } from '../table/column.js';
import { renderTable } from '../table/render.js';
import type { Terminal } from '../terminal.js';
import { clearText } from './clear.js';
import { count, bytes as size } from './figures.js';

type Key = KeysDeleteReport['keys'][number];

const COLUMNS: Column<Key>[] = [
  { name: 'key', header: 'Key', value: (k) => k.key, shrinks: 'middle' },
  { name: 'company', header: 'Company', value: (k) => k.companyId, shrinks: true },
  { name: 'type', header: 'Type', value: (k) => k.type },
  { name: 'size', header: 'Size', value: (k) => k.bytes, text: (k) => size(k.bytes), align: 'right' },
];

/** What somebody who is asked must know: the keys themselves. */
export function deletePreviewText(report: KeysDeleteReport, terminal: Terminal): string {
  const more = report.clearedKeys - report.keys.length;
  return [
    renderTable(report.keys, COLUMNS, terminal),
    ...(more > 0 ? [`… and ${count(more)} more`] : []),
    ...absentLines(report),
  ].join('\n');
}

/** What was deleted, or would be. */
export function deleteText(report: KeysDeleteReport, terminal: Terminal): string {
  const done = clearText(report, terminal);
  return report.dryRun
    ? [deletePreviewText(report, terminal), '', done].join('\n')
    : [done, ...absentLines(report)].join('\n');
}

function absentLines({ absentKeys, absent }: KeysDeleteReport): string[] {
  if (absentKeys === 0) return [];
  const more = absentKeys > absent.length ? ', …' : '';
  return [`${count(absentKeys)} ${absentKeys === 1 ? 'was' : 'were'} not there: ${absent.join(', ')}${more}`];
}
