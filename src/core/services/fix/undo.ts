import { type FixRecord, type FixStatus, OPEN_FIX_STATUSES } from '../../domain/fix.js';
import { RcmError } from '../../errors.js';
import { redisError } from '../../redis/redis-error.js';
import { type Act, ActLog } from '../acts/act-log.js';
import type { FixOutcome } from './apply.js';
import { OpenFix } from './journal.js';
import { lockFix } from './lock.js';
import { assertMadeHere, madeElsewhere } from './place.js';
import type { FixPorts } from './ports.js';
import { executorOf, isRefusal, undoSteps } from './run-steps.js';
import type { Undone, UndoOptions } from './steps/step.js';

/** @throws RCM_FIX_NOT_FOUND; RCM_CONFLICT when it was undone already, or made on another Redis; RCM_NOT_APPLICABLE when there is nothing to undo */
export async function undoableFix(
  { store, redis }: FixPorts,
  fixId: string,
  { force }: UndoOptions,
): Promise<FixRecord> {
  const record = await store.fixes.get(fixId);
  if (record === null)
    throw new RcmError('RCM_FIX_NOT_FOUND', `There is no fix '${fixId}'`, 'List them with `rcm fix list`.');
  const { status } = record;
  if (!force) assertMadeHere(record, redis);
  // Nothing else settles one that was interrupted while this Redis had another name.
  else if (isOpen(status) && madeElsewhere(record, redis) !== null) return record;
  if (status === 'applied' || (status === 'failed' && force)) return record;
  if (status === 'undone')
    throw new RcmError('RCM_CONFLICT', `Fix ${fixId} was undone already`, 'Nothing was changed.');
  if (isOpen(status))
    throw new RcmError('RCM_CONFLICT', `Fix ${fixId} is under way`, 'Look with `rcm fix list`, and try again.');
  throw new RcmError(
    'RCM_NOT_APPLICABLE',
    `There is nothing to undo of fix ${fixId}: it is ${status.replace('_', ' ')}`,
    status === 'failed' ? 'Look at the company; --force puts back what can be.' : 'Nothing was changed.',
  );
}

function isOpen(status: FixStatus): boolean {
  return (OPEN_FIX_STATUSES as readonly FixStatus[]).includes(status);
}

/**
 * Looks whether every step may be undone, before any is.
 * @throws RCM_CONFLICT when somebody changed the policy since; RCM_BACKUP_INVALID when a backup is needed and not there
 */
export async function assertUndoable(ports: FixPorts, record: FixRecord, options: UndoOptions): Promise<void> {
  const fix = new OpenFix(ports, record, { actor: '', reason: null }, null);
  for (const [place, { name }] of record.steps.entries()) await executorOf(name).assertUndoable(fix, place, options);
}

/**
 * Puts back what was before a fix. What stops it is in the outcome, and the next command finishes it; it throws only while
 * nothing was changed.
 * @throws as `undoableFix` and `assertUndoable`; RCM_REDIS_*, RCM_STORE_*, RCM_MONGODB_*
 */
export async function undoFix(
  ports: FixPorts,
  fixId: string,
  options: UndoOptions,
  act: Act,
): Promise<FixOutcome & { undone: Undone }> {
  const { companyId } = await undoableFix(ports, fixId, options);
  const lease = await lockFix(ports, companyId);
  try {
    const record = await undoableFix(ports, fixId, options);
    await assertUndoable(ports, record, options);
    const log = new ActLog(ports.store, 'undo', 'fix undo', act, ports.clock, ports.unlogged);
    const details = { fixId, issue: record.issueCode, withKeys: options.withKeys };
    await log.intent([{ companyId, details }]);
    const fix = new OpenFix(ports, record, act, lease);
    const outcome = await finish(fix, options);
    const notLogged = await log.outcome([
      {
        companyId,
        details: {
          ...details,
          ...outcome.undone,
          status: outcome.record.status,
          complete: outcome.record.status === 'undone',
        },
      },
    ]);
    if (notLogged) outcome.warnings.push(`${notLogged.message}. ${notLogged.hint}`);
    return outcome;
  } finally {
    await lease.release().catch(() => undefined);
  }
}

async function finish(fix: OpenFix, options: UndoOptions): Promise<FixOutcome & { undone: Undone }> {
  let undone: Undone = {};
  try {
    const undo = { ...options, actor: fix.act.actor, at: fix.ports.clock().toISOString() };
    await fix.save({ status: 'undoing', before: { ...fix.record.before, undo } });
    undone = await finishUndo(fix);
    return { record: fix.record, undone, stoppedBy: null, error: null, warnings: fix.warnings };
  } catch (cause) {
    const interrupted = fix.ports.signal?.aborted === true;
    const error = interrupted ? null : cause instanceof RcmError ? cause : redisError(cause, fix.ports.redis.label);
    if (fix.record.status === 'undoing') fix.warnings.push('The next `rcm fix` command goes on with it.');
    return {
      record: fix.record,
      undone,
      stoppedBy: interrupted ? 'interrupt' : 'error',
      error,
      warnings: fix.warnings,
    };
  }
}

/** The rest of an undo that was begun, as it was asked for. @throws what stopped it */
export async function finishUndo(fix: OpenFix): Promise<Undone> {
  const { withKeys, force } = (fix.record.before.undo ?? {}) as Partial<UndoOptions>;
  try {
    const undone = await undoSteps(fix, { withKeys: withKeys === true, force: force === true });
    await fix.save({ status: 'undone' });
    return undone;
  } catch (error) {
    // What would be refused again and again must not stay under way for ever.
    if (isRefusal(error)) await fix.save({ status: 'failed' });
    throw error;
  }
}
