import { formatBytes } from '../../core/domain/format.js';
import { commandOn } from '../../core/domain/shell-word.js';
import type { ClearReport } from '../../core/services/clear/report.js';
import { type Column, printable } from '../table/column.js';
import { renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { count } from './figures.js';

/** What would be removed. */
interface Preview {
  companies: { companyId: string; companyName: string | null; keys: number; bytes: number }[];
  keys: number;
  bytes: number;
  examples: string[];
}

type Removed = ClearReport['companies'][number];

const COLUMNS: Column<Removed>[] = [
  { name: 'name', header: 'Company', value: (c) => c.companyName ?? c.companyId, shrinks: true },
  { name: 'id', header: 'Id', value: (c) => c.companyId, shrinks: true },
  { name: 'keys', header: 'Keys', value: (c) => c.clearedKeys, text: (c) => count(c.clearedKeys), align: 'right' },
  { name: 'bytes', header: 'Memory', value: (c) => c.freedBytes, text: (c) => c.freedMemory, align: 'right' },
];

/** A preview as the report that a removal makes. @param dryRun false when there was nothing to remove */
export function previewReport(preview: Preview, dryRun: boolean, generatedAt: Date): ClearReport {
  return {
    generatedAt,
    operationId: null,
    dryRun,
    success: true,
    clearedKeys: preview.keys,
    freedBytes: preview.bytes,
    freedMemory: formatBytes(preview.bytes),
    companies: preview.companies.map(({ companyId, companyName, keys, bytes }) => ({
      companyId,
      companyName,
      clearedKeys: keys,
      freedBytes: bytes,
      freedMemory: formatBytes(bytes),
    })),
    backup: null,
    left: { tooLarge: 0, changed: 0, examples: [] },
    uncertainKeys: 0,
    stoppedBy: null,
    error: null,
    warnings: [],
  };
}

/** What somebody who is asked must know. */
export function previewText(preview: Preview, terminal: Terminal): string {
  const table = companiesTable(previewReport(preview, true, new Date(0)).companies, terminal);
  const more = preview.keys > preview.examples.length ? ', …' : '';
  return [table, '', ...wrap(`Keys such as ${preview.examples.map(printable).join(', ')}${more}`, terminal.width)].join(
    '\n',
  );
}

/** What was removed, or would be. */
export function clearText(report: ClearReport, terminal: Terminal): string {
  const { chalk } = terminal;
  const { clearedKeys: keys, freedMemory: memory, companies, backup, dryRun, left } = report;
  const [only] = companies;
  const whose = companies.length === 1 && only ? ` of ${printable(only.companyName ?? only.companyId)}` : '';
  const done = dryRun ? 'would be removed; nothing was changed' : 'removed';
  const lines = [
    keys === 0 && !dryRun && report.operationId === null
      ? `There is nothing to remove${whose}.`
      : chalk.bold(`${count(keys)} ${keys === 1 ? 'key' : 'keys'} (${memory})${whose} ${done}.`),
  ];
  if (companies.length > 1) lines.push('', companiesTable(companies, terminal), '');
  if (backup)
    lines.push(
      `Saved to ${backup.file}: ${count(backup.keys)} keys${backup.resumedKeys > 0 ? `, ${count(backup.resumedKeys)} of them by the run before` : ''}. Put them back with: ${commandOn('rcm restore', backup.file)}`,
    );
  if (left.tooLarge > 0)
    lines.push(`${count(left.tooLarge)} too large to be saved, and left: ${left.examples.map(printable).join(', ')}`);
  if (report.uncertainKeys > 0)
    lines.push(
      `Of at most ${count(report.uncertainKeys)} more keys nobody knows whether they are gone: the answer never came.`,
    );
  return lines.join('\n').trimEnd();
}

/** What was done, for who interrupted it. */
export function removedSoFar({ clearedKeys, freedMemory }: ClearReport): string {
  if (clearedKeys === 0) return 'nothing was removed.';
  return `${clearedKeys.toLocaleString('en-US')} keys (${freedMemory}) were removed; run the same command again to remove the rest.`;
}

function companiesTable(companies: readonly Removed[], terminal: Terminal): string {
  return renderTable(companies, COLUMNS, terminal);
}
