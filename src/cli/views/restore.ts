import { formatBytes } from '../../core/domain/format.js';
import type { RestoreReport } from '../../core/services/restore/report.js';
import { printable } from '../table/column.js';
import type { Terminal } from '../terminal.js';
import { count } from './figures.js';

/** What a backup says of itself. */
interface Backup {
  header: { createdAt: string; companies: { companyId: string; companyName: string | null }[] | null; actor: string };
  end: { complete: boolean } | null;
  keys: number;
  bytes: number;
}

/** What somebody who is asked must know. */
export function backupText(file: string, { header, end, keys, bytes }: Backup): string {
  const names = (header.companies ?? []).map((company) => printable(company.companyName ?? company.companyId));
  const whose = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const state = end === null ? ', breaks off' : end.complete ? '' : ', of a removal that was stopped';
  return `${file}: ${count(keys)} keys (${formatBytes(bytes)}) of ${whose}, saved ${header.createdAt} by ${printable(header.actor)}${state}`;
}

/** What was put back, or would be. */
export function restoreText(report: RestoreReport, { chalk }: Terminal): string {
  const { restoredKeys: keys, skipped, failed, dryRun, backup, file } = report;
  const skippedParts = [
    skipped.existing > 0 ? `${count(skipped.existing)} are there already` : '',
    skipped.expired > 0 ? `${count(skipped.expired)} have expired since` : '',
    skipped.older > 0 ? `${count(skipped.older)} are older copies of keys that stand again later` : '',
    skipped.own > 0 ? `${count(skipped.own)} are rcm’s own` : '',
  ].filter(Boolean);
  const lines = [
    backupText(file, {
      header: backup,
      end: backup.truncated ? null : backup,
      keys: backup.keys,
      bytes: backup.bytes,
    }),
    chalk.bold(
      `${count(keys)} ${keys === 1 ? 'key' : 'keys'} (${formatBytes(report.restoredBytes)}) ${dryRun ? 'would be restored; nothing was changed' : 'restored'}.`,
    ),
  ];
  if (skippedParts.length > 0) lines.push(`Skipped: ${skippedParts.join(', ')}.`);
  for (const { key, reason } of failed.examples) lines.push(`Not restored: ${printable(key)}: ${printable(reason)}`);
  if (report.uncertainKeys > 0)
    lines.push(`Of ${count(report.uncertainKeys)} more keys nobody knows: the answer never came.`);
  return lines.join('\n');
}
