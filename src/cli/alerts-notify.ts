import type { Target } from '../core/domain/notify/target.js';
import { MINUTE_MS } from '../core/domain/units.js';
import { RcmError } from '../core/errors.js';
import { unloggedFile } from '../core/services/acts/unlogged.js';
import type { AlertsReport } from '../core/services/alerts/report.js';
import type { Survey } from '../core/services/companies/survey.js';
import { notify } from '../core/services/notify/notify.js';
import { chooseTargets, resolveTargets } from '../core/services/notify/targets.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import type { Surveyor } from './surveyor.js';

export interface NotifyFlags {
  notify: boolean;
  'dry-run'?: boolean | undefined;
}

/** The targets to tell; null without --notify. @throws RCM_USAGE, RCM_CONFIG_INVALID */
export function targetsFor(
  { loaded }: Context,
  flags: NotifyFlags,
  names: readonly string[],
  format: Format,
): Target[] | null {
  if (!flags.notify) {
    if (names.length === 0) return null;
    throw new RcmError(
      'RCM_USAGE',
      `Unexpected argument: ${names[0]}`,
      'Targets are named after --notify. See --help.',
    );
  }
  if (flags['dry-run'] && format !== 'table' && format !== 'json')
    throw new RcmError('RCM_USAGE', `What is sent cannot be printed as ${format}`, 'Use a table, or --json.');
  return chooseTargets(resolveTargets(loaded.config.notify, process.env), names);
}

/** Tells the targets what this run found. @returns the report, with who was told what, and what went wrong in that */
export async function tellTargets(
  { loaded, signal }: Context,
  targets: readonly Target[],
  found: Survey,
  report: AlertsReport,
  surveyor: Surveyor,
  flags: NotifyFlags,
): Promise<{ report: AlertsReport; warnings: string[] }> {
  const { store, redis } = surveyor.used();
  const location = store instanceof RcmError ? '' : store.location;
  const { notifications, warnings } = await notify(
    targets,
    {
      alerts: report.alerts,
      names: new Map(found.companies.map(({ companyId, companyName }) => [companyId, companyName])),
      platform: { store: location || null, redis: redis?.label ?? null },
      generatedAt: report.generatedAt,
    },
    { store, clock: () => new Date(), unlogged: unloggedFile(loaded.stateFile, location), signal },
    { dryRun: flags['dry-run'] === true, quietMs: loaded.config.notify.quietMinutes * MINUTE_MS },
  );
  return { report: { ...report, notifications, warnings: [...report.warnings, ...warnings] }, warnings };
}
