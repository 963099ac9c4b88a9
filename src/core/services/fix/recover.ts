import { isToBeFinished } from '../../domain/fix/recovery.js';
import { type FixRecord, type FixStatus, OPEN_FIX_STATUSES } from '../../domain/fix.js';
import { messageOf, type RcmError } from '../../errors.js';
import { type Act, ActLog } from '../acts/act-log.js';
import { OpenFix } from './journal.js';
import { takeFixLock } from './lock.js';
import { madeElsewhere } from './place.js';
import type { FixPorts } from './ports.js';
import { executorOf, isRefusal, runSteps, takeBack } from './run-steps.js';
import { finishUndo } from './undo.js';

/** What became of a fix that was interrupted. */
export interface RecoveredFix {
  fixId: string;
  companyId: string;
  issueCode: string;
  /** null: nothing yet; another process may be at it, a service is away, or it was made on another Redis. */
  status: FixStatus | null;
  /** For people. */
  text: string;
}

/** More interrupted fixes than this are for the next command. */
const MOST = 100;

/**
 * Finishes or takes back every fix that was interrupted, each under its company's lock: nothing stays half done.
 * @returns what was done, the oldest first
 * @throws RCM_STORE_*, RCM_MONGODB_* when the journal cannot be read
 */
export async function recoverFixes(ports: FixPorts, act: Act): Promise<RecoveredFix[]> {
  const open = await ports.store.fixes.list({ statuses: OPEN_FIX_STATUSES, limit: MOST });
  const recovered: RecoveredFix[] = [];
  for (const record of open.reverse()) {
    const done = await recoverOne(ports, record, act).catch((error: unknown) => {
      if (ports.signal?.aborted) throw ports.signal.reason;
      return told(record, null, `could not be finished or taken back yet: ${messageOf(error)}`);
    });
    if (done !== null) recovered.push(done);
  }
  return recovered;
}

async function recoverOne(ports: FixPorts, seen: FixRecord, act: Act): Promise<RecoveredFix | null> {
  const place = madeElsewhere(seen, ports.redis);
  // Its keys are there: what has the same names here is not to be touched.
  if (place !== null)
    return told(seen, null, `was interrupted on ${place}: any \`rcm fix\` command with that --redis-url settles it`);
  const lease = await takeFixLock(ports, seen.companyId);
  if (lease === null) return told(seen, null, 'is under way in another process');
  try {
    const record = await ports.store.fixes.get(seen.fixId);
    if (record === null || !(OPEN_FIX_STATUSES as readonly string[]).includes(record.status)) return null;
    const fix = new OpenFix(ports, record, { ...act, reason: act.reason ?? `${record.fixId} was interrupted` }, lease);
    const undoing = record.status === 'undoing';
    const status = await settled(fix);
    const details = { fixId: record.fixId, issue: record.issueCode, phase: 'outcome', recovered: true, status };
    const log = new ActLog(ports.store, undoing ? 'undo' : 'fix', 'fix recover', act, ports.clock, ports.unlogged);
    await log.outcome([{ companyId: record.companyId, details }]);
    const notes = fix.warnings.length === 0 ? '' : `. ${fix.warnings.join(' ')}`;
    return told(record, status, `${TEXTS[status] ?? status}${notes}`);
  } finally {
    await lease.release().catch(() => undefined);
  }
}

const TEXTS: Partial<Record<FixStatus, string>> = {
  applied: 'had been interrupted, and is now finished',
  rolled_back: 'had been interrupted, and was taken back',
  undone: 'had been interrupted while it was undone, and is now undone',
  failed: 'had been interrupted, and could be neither finished nor taken back whole',
};

async function settled(fix: OpenFix): Promise<FixStatus> {
  if (fix.record.status === 'undoing') {
    await finishUndo(fix).catch((error: unknown) => {
      if (fix.record.status !== 'failed') throw error;
      fix.warnings.push(`${messageOf(error)}.`);
    });
    return fix.record.status;
  }
  const { steps } = fix.record;
  if (fix.record.status === 'planned' || !isToBeFinished(steps, (name) => executorOf(name).destroys))
    return takeBack(fix);
  try {
    await runSteps(fix);
    await fix.save({ status: 'applied', finishedAt: fix.ports.clock() });
    return 'applied';
  } catch (error) {
    if (!isRefusal(error)) throw error;
    fix.warnings.push(`${(error as RcmError).message}.`);
    return takeBack(fix);
  }
}

function told({ fixId, companyId, issueCode }: FixRecord, status: FixStatus | null, text: string): RecoveredFix {
  return { fixId, companyId, issueCode, status, text: `Fix ${fixId} of '${companyId}' (${issueCode}) ${text}` };
}
