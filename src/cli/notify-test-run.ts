import { EXIT } from '../core/errors.js';
import { testTargets } from '../core/services/notify/test-targets.js';
import { type NotifyFlags, targetsFor } from './alerts-notify.js';
import type { AlertsOutcome } from './alerts-run.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { terminalFor } from './terminal.js';
import { notificationsText } from './views/notifications.js';

/** One run of `alerts --notify --test`. @throws RCM_USAGE, RCM_CONFIG_INVALID */
export async function notifyTestRun(
  context: Context,
  flags: NotifyFlags & { output?: string | undefined; color?: boolean | undefined },
  names: readonly string[],
  format: Format,
): Promise<AlertsOutcome> {
  const targets = targetsFor(context, { ...flags, 'dry-run': true }, names, format) ?? [];
  const report = await testTargets(targets, { clock: () => new Date(), signal: context.signal });
  const failed = report.notifications.some(({ outcome }) => outcome === 'failed');
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  return {
    text: format === 'json' ? toJson(report) : notificationsText(report.notifications, terminal),
    notes: [],
    warnings: report.warnings,
    exitCode: failed ? EXIT.unreachable : EXIT.ok,
  };
}
