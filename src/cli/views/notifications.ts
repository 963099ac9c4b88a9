import type { Notification } from '../../core/services/notify/report.js';
import { printable } from '../table/column.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';

const INDENT = '  ';

/** Who was told, or would be told, what: each target on lines of its own. */
export function notificationsText(notifications: readonly Notification[], { chalk, width }: Terminal): string {
  const lines: string[] = [];
  for (const { target, type, to, outcome, message, error } of notifications) {
    const what = message === null ? NOTHING_SENT[outcome] : 'would be told:';
    lines.push(`${chalk.bold(target)} (${type}, ${printable(to)}) ${what}`);
    const told = message === null ? [] : [message.subject, ...message.lines];
    for (const line of [...told, ...(error === null ? [] : [error])])
      lines.push(...wrap(printable(line), width - INDENT.length).map((part) => `${INDENT}${part}`));
  }
  return lines.join('\n');
}

const NOTHING_SENT: Record<Notification['outcome'], string> = {
  sent: 'was told',
  nothing: 'has no news',
  'dry-run': 'would be told nothing: no news',
  failed: 'was not told',
  unknown: 'was not told',
};

/** For who watches: one line for each target that was told. */
export function notificationNotes(notifications: readonly Notification[]): string[] {
  return notifications
    .filter(({ outcome }) => outcome === 'sent')
    .map(({ target, new: fresh, worse, resolved }) => {
      const counts = [
        ...(fresh > 0 ? [`${fresh} new`] : []),
        ...(worse > 0 ? [`${worse} worse`] : []),
        ...(resolved > 0 ? [`${resolved} resolved`] : []),
      ];
      return `Told ${target}: ${counts.join(', ')}`;
    });
}
