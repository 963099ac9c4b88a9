import { type InspectedBackup, inspectBackup } from '../core/services/restore/inspect.js';
import type { RestoreReport } from '../core/services/restore/report.js';
import { restore } from '../core/services/restore/restore.js';
import { actorOf } from './actor.js';
import { ChangeOutput } from './change-output.js';
import { confirm } from './confirm.js';
import type { Context } from './context.js';
import { backupText, restoreText } from './views/restore.js';

export interface RestoreFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  replace: boolean;
  salvage: boolean;
  'max-rate'?: number | undefined;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

/** One run of `restore`: the file is read through, shown, and put back when that is wanted. */
export async function restoreRun(context: Context, file: string, flags: RestoreFlags): Promise<void> {
  const output = new ChangeOutput(context, flags);
  output.assertCanConfirm();
  const backup = await inspectBackup(file, context.loaded.config.keyTemplates, flags.salvage);
  try {
    const ports = await context.ports();
    if (!flags.yes && !flags['dry-run']) {
      const warnings = backup.warnings.map((warning) => `\nWarning: ${warning}`).join('');
      output.talk(() => `${backupText(file, backup.checked)}${warnings}`);
      await confirm(question(backup, flags), context.signal);
    }
    const progress = output.progress(flags['dry-run'] ? 'Looking at keys' : 'Restoring keys');
    const began = performance.now();
    const report = await restore(ports, backup, {
      actor: actorOf(flags.actor),
      reason: flags.reason ?? null,
      replace: flags.replace,
      dryRun: flags['dry-run'],
      maxRate: flags['max-rate'],
      unlogged: output.unlogged(ports),
      onProgress: ({ keys, existing, expired, own, older, failed }) =>
        progress.port.onProgress?.({
          keys: keys + existing + expired + own + older + failed,
          total: backup.checked.keys,
          elapsedMs: performance.now() - began,
        }),
    }).finally(progress.done);
    output.finish(report, restoreText, restoredSoFar);
  } finally {
    await backup.reader.close();
  }
}

function question({ checked }: InspectedBackup, { replace }: RestoreFlags): string {
  const others = replace ? 'overwriting those that are there' : 'leaving those that are there';
  return `Put back ${checked.keys.toLocaleString('en-US')} keys, ${others}?`;
}

function restoredSoFar({ restoredKeys }: RestoreReport): string {
  if (restoredKeys === 0) return 'nothing was restored.';
  return `${restoredKeys.toLocaleString('en-US')} keys were restored; run the same command again for the rest.`;
}
