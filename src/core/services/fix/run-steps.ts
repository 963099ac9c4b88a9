import type { FixStatus } from '../../domain/fix.js';
import { EXIT, RcmError } from '../../errors.js';
import type { OpenFix } from './journal.js';
import { NotYet } from './lock.js';
import { boundTtlStep } from './steps/bound-ttl.js';
import { clearStep } from './steps/clear.js';
import { policyStep } from './steps/policy.js';
import { settleStep } from './steps/settle.js';
import type { StepExecutor, Undone, UndoOptions } from './steps/step.js';

const EXECUTORS: Record<string, StepExecutor> = {
  policy: policyStep,
  settle: settleStep,
  clear: clearStep,
  'bound-ttl': boundTtlStep,
};

/** @throws RCM_NOT_APPLICABLE for a step that a newer version wrote */
export function executorOf(name: string): StepExecutor {
  const executor = EXECUTORS[name];
  if (executor) return executor;
  throw new RcmError(
    'RCM_NOT_APPLICABLE',
    `This version knows no step '${name}'`,
    'Use the version that made the fix.',
  );
}

/** Does what is left of a fix, each step journaled before and after. @throws what stopped it; the journal says how far it came */
export async function runSteps(fix: OpenFix): Promise<void> {
  for (const place of fix.record.steps.keys()) {
    const { name, done, begun } = fix.step(place);
    if (done) continue;
    const executor = executorOf(name);
    if (!begun) await fix.saveStep(place, { undo: await executor.prepare(fix, place), begun: true });
    await executor.apply(fix, place);
    await fix.saveStep(place, { done: true });
  }
}

/** Undoes what was begun, the last first. @throws what stopped it; the journal says how far it came */
export async function undoSteps(fix: OpenFix, options: UndoOptions): Promise<Undone> {
  const sum: Undone = {};
  for (const place of [...fix.record.steps.keys()].reverse()) {
    const { name, done, begun } = fix.step(place);
    if (!done && !begun) continue;
    const { restoredKeys, restoredTtls } = await executorOf(name).undo(fix, place, options);
    if (restoredKeys !== undefined) sum.restoredKeys = (sum.restoredKeys ?? 0) + restoredKeys;
    if (restoredTtls !== undefined) sum.restoredTtls = (sum.restoredTtls ?? 0) + restoredTtls;
    await fix.saveStep(place, { done: false, begun: false });
  }
  return sum;
}

/**
 * Takes back what was done of a fix that cannot be finished: cleared keys come back too, as nobody was told that it was done.
 * @returns `rolled_back`; `failed` where what was changed since forbids it
 * @throws RcmError of a service that is away: the next command tries again
 */
export async function takeBack(fix: OpenFix): Promise<FixStatus> {
  let status: FixStatus = 'rolled_back';
  try {
    await undoSteps(fix, { withKeys: true, force: false });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    fix.warnings.push(`Not all could be taken back: ${error.message}.`);
    status = 'failed';
  }
  await fix.save({ status, finishedAt: fix.ports.clock() });
  return status;
}

/** Whether it would be refused again, as opposed to a service that is away. */
export function isRefusal(error: unknown): error is RcmError {
  return error instanceof RcmError && error.exitCode !== EXIT.unreachable && !(error instanceof NotYet);
}
