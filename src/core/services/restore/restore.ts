import { RcmError } from '../../errors.js';
import { type Act, ActLog } from '../acts/act-log.js';
import type { Stop } from '../clear/run.js';
import type { Ports } from '../ports.js';
import type { InspectedBackup } from './inspect.js';
import type { RestoreReport } from './report.js';
import { type RestoreOptions, runRestore } from './run.js';
import { RestoreTally } from './tally.js';

export interface RestoreRequest extends Act, RestoreOptions {
  /** Where the outcome is kept when it cannot be logged. */
  unlogged: string;
}

/**
 * Puts the keys of a backup back as they were, each with its expiry instant; what has expired since, and what is there
 * already unless it is to be replaced, is skipped. Logged before and after. What stops it is in the report: it throws only
 * while nothing was restored.
 * @throws RCM_STORE_*, RCM_MONGODB_*: no change without a log
 */
export async function restore(ports: Ports, backup: InspectedBackup, request: RestoreRequest): Promise<RestoreReport> {
  const tally = new RestoreTally();
  const log = request.dryRun ? null : logOf(ports, request);
  const details = { file: backup.reader.file, replace: request.replace };
  await log?.intent([...backup.keysOf].map(([companyId, keys]) => ({ companyId, details: { ...details, keys } })));
  const stop = await runRestore(ports, backup, tally, request);
  if (request.dryRun && request.replace) {
    // A dry run finds what is there; a real one would overwrite it.
    tally.keys += tally.existing;
    tally.existing = 0;
  }
  const success = stop === null && tally.failed === 0;
  const notLogged = await log?.outcome(
    [...backup.keysOf.keys()].map((companyId) => ({
      companyId,
      details: {
        ...details,
        ...(tally.companies.get(companyId) ?? { keys: 0, bytes: 0 }),
        complete: success,
        ...(stop && { stoppedBy: stop.error?.code ?? stop.by }),
        ...(tally.uncertain > 0 && { uncertainKeys: tally.uncertain }),
      },
    })),
  );
  return reportOf(ports, backup, request, {
    tally,
    stop,
    success,
    notLogged: notLogged ?? null,
    operationId: log?.operationId ?? null,
  });
}

function logOf({ store, clock }: Ports, request: RestoreRequest): ActLog {
  if (store instanceof RcmError) throw store;
  return new ActLog(store, 'restore', 'restore', request, clock, request.unlogged);
}

interface Outcome {
  tally: RestoreTally;
  stop: Stop | null;
  success: boolean;
  notLogged: RcmError | null;
  operationId: string | null;
}

function reportOf(
  ports: Ports,
  { reader, checked, warnings }: InspectedBackup,
  request: RestoreRequest,
  outcome: Outcome,
): RestoreReport {
  const { tally, stop, success, notLogged, operationId } = outcome;
  const { createdAt, companies, command, actor, reason } = checked.header;
  const error = stop?.error ?? notLogged ?? (tally.failed > 0 ? notTaken(tally) : null);
  return {
    generatedAt: ports.clock(),
    operationId,
    dryRun: request.dryRun,
    success,
    file: reader.file,
    backup: {
      ...{ createdAt, companies, command, actor, reason },
      keys: checked.keys,
      bytes: checked.bytes,
      complete: checked.end?.complete ?? false,
      truncated: checked.end === null,
      ignoredBytes: checked.damage?.bytes ?? 0,
    },
    restoredKeys: tally.keys,
    restoredBytes: tally.bytes,
    skipped: { expired: tally.expired, existing: tally.existing, older: tally.older, own: tally.own },
    failed: { keys: tally.failed, examples: tally.failures },
    uncertainKeys: tally.uncertain,
    stoppedBy: stop?.by ?? null,
    error: error && { code: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode },
    warnings: [...warnings, ...(notLogged && stop?.error ? [`${notLogged.message}. ${notLogged.hint}`] : [])],
  };
}

function notTaken({ failed, failures, tooLong }: RestoreTally): RcmError {
  return new RcmError(
    'RCM_CONFLICT',
    `${failed} keys could not be put back: ${failures[0]?.key}: ${failures[0]?.reason}`,
    tooLong > 0
      ? 'Raise it (CONFIG SET proto-max-bulk-len BYTES) and run the same command again.'
      : 'A backup can be restored to the version of Redis that it was made on, or a newer one.',
  );
}
