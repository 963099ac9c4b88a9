import type { FixReport, FixUndoReport } from '../../core/services/fix/report.js';
import { printable } from '../table/column.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { bytes, count, dollars, duration, percent } from './figures.js';

/** What somebody who is asked must know, its warnings too. */
export function fixPreviewText(report: FixReport, terminal: Terminal): string {
  const warnings = report.warnings.flatMap((warning) => wrap(`⚠ ${printable(warning)}`, terminal.width));
  return [...planLines(report, terminal), ...(warnings.length > 0 ? ['', ...warnings] : [])].join('\n');
}

/** What was done, or would be. */
export function fixText(report: FixReport, terminal: Terminal): string {
  const { chalk } = terminal;
  const { dryRun, status, fixId, undoCommand, temporary } = report;
  const lines = planLines(report, terminal);
  if (dryRun) lines.push('', chalk.bold('Nothing was changed.'));
  else if (status === 'applied') {
    lines.push('', chalk.bold(`Done: ${fixId}.${temporary ? ' It is temporary: look into the cause.' : ''}`));
    if (undoCommand) lines.push(`Undo it with: ${undoCommand}`);
  } else if (status === 'rolled_back')
    lines.push('', chalk.bold(`${fixId} could not be finished: what was done was taken back.`));
  else lines.push('', chalk.bold(`${fixId} could not be finished. \`rcm fix list\` goes on with it.`));
  return lines.join('\n');
}

/** What was undone, or would be. */
export function undoText(report: FixUndoReport, terminal: Terminal): string {
  const { chalk } = terminal;
  const { dryRun, success, fixId, issueCode, restoredKeys, restoredTtls } = report;
  const who = printable(report.companyName ?? report.companyId);
  const lines = [chalk.bold(`${fixId}: ${issueCode} of ${who}`)];
  for (const { text } of report.steps) lines.push(...wrap(`  taken back: ${printable(text)}`, terminal.width));
  if (dryRun) lines.push(report.status === 'undone' ? '' : 'Nothing was changed.');
  else if (success) lines.push(chalk.bold('Undone: the former state stands again.'));
  else lines.push(chalk.bold('Not undone whole.'));
  if (restoredKeys !== null) lines.push(`${count(restoredKeys)} keys were put back.`);
  if (restoredTtls !== null) lines.push(`${count(restoredTtls)} keys have their former TTL again.`);
  return lines.join('\n').trimEnd();
}

function planLines(report: FixReport, { chalk, width }: Terminal): string[] {
  const { name, companyName, companyId, action, steps, predicted, hitRate, backup } = report;
  const who = companyName === null ? companyId : `${companyName} (${companyId})`;
  const lines = [chalk.bold(printable(`${name}: ${who}`)), ...wrap(action, width), ''];
  for (const [place, { text, done }] of steps.entries())
    lines.push(...wrap(`  ${done ? '✓' : place + 1} ${printable(text)}`, width));
  lines.push('');
  const { hitRate: rate, cacheBytes, storageCost } = predicted;
  if (rate !== null)
    // Both by the same replay: beside what was measured over another time, the difference would not be the fix's.
    lines.push(
      `Hit rate    ${percent(rate.before)} → ${percent(rate.after)} predicted (${percent(rate.low)}–${percent(rate.high)}), by replaying ${count(rate.reads)} reads`,
      ...(hitRate === null ? [] : [`            measured now: ${percent(hitRate)}`]),
    );
  else lines.push(`Hit rate    ${percent(hitRate)} → ${percent(null)} (not predicted)`);
  if (cacheBytes.after !== null) lines.push(`Memory      ${bytes(cacheBytes.before)} → ${bytes(cacheBytes.after)}`);
  if (storageCost.after !== null)
    lines.push(`Cost/month  ${dollars(storageCost.before)} → ${dollars(storageCost.after)} (memory)`);
  if (report.staleSeconds !== null) lines.push(`Stale reads for up to ${duration(report.staleSeconds)}`);
  if (backup !== null) lines.push(`Cleared keys are saved to ${printable(backup)}`);
  return lines;
}
