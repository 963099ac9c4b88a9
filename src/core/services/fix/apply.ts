import { samePolicy } from '../../domain/fix/policies.js';
import { type FixRecord, OPEN_FIX_STATUSES } from '../../domain/fix.js';
import { RcmError } from '../../errors.js';
import type { Lease } from '../../redis/lease.js';
import { redisError } from '../../redis/redis-error.js';
import { type Act, ActLog } from '../acts/act-log.js';
import { contentOf } from '../policy/change.js';
import { insertFix, OpenFix } from './journal.js';
import { lockFix, takeFixLock } from './lock.js';
import { madeElsewhere, placeOf } from './place.js';
import type { FixPorts } from './ports.js';
import type { PreparedFix } from './prepare.js';
import { runSteps, takeBack } from './run-steps.js';

/** What came of a fix or an undo. */
export interface FixOutcome {
  record: FixRecord;
  stoppedBy: 'interrupt' | 'error' | null;
  error: RcmError | null;
  warnings: string[];
}

/**
 * Applies what was prepared: journaled before its first step, step by step; what cannot be finished is taken back at once, or
 * by the next command where a service is away. What stops it is in the outcome: it throws only while nothing was changed.
 * @throws RCM_CONFLICT when another fix is under way or the policy was changed since it was prepared; RCM_REDIS_*, RCM_STORE_*
 */
export async function applyFix(ports: FixPorts, prepared: PreparedFix, act: Act): Promise<FixOutcome> {
  const { companyId } = prepared.company;
  const lease = await lockFix(ports, companyId);
  try {
    await assertAsPrepared(ports, prepared);
    const log = new ActLog(ports.store, 'fix', 'fix', act, ports.clock, ports.unlogged);
    const record = await insertFix(ports, recordOf(ports, prepared, act));
    const details = { fixId: record.fixId, issue: record.issueCode };
    const fix = new OpenFix(ports, record, act, lease);
    try {
      await log.intent([{ companyId, details: { ...details, action: prepared.plan.action } }]);
    } catch (error) {
      await fix.save({ status: 'rolled_back', finishedAt: ports.clock() }).catch(() => undefined);
      throw error;
    }
    const outcome = await finish(fix);
    const { status } = outcome.record;
    const notLogged = await log.outcome([
      { companyId, details: { ...details, status, complete: status === 'applied', predicted: record.predicted } },
    ]);
    if (notLogged) outcome.warnings.push(`${notLogged.message}. ${notLogged.hint}`);
    return outcome;
  } finally {
    await lease.release().catch(() => undefined);
  }
}

async function finish(fix: OpenFix): Promise<FixOutcome> {
  const { ports } = fix;
  try {
    await fix.save({ status: 'applying' });
    await runSteps(fix);
    await fix.save({ status: 'applied', finishedAt: ports.clock() });
    return { record: fix.record, stoppedBy: null, error: null, warnings: fix.warnings };
  } catch (cause) {
    const interrupted = ports.signal?.aborted === true;
    const error = interrupted ? null : cause instanceof RcmError ? cause : redisError(cause, ports.redis.label);
    const after = await takeBackNow(fix);
    return { record: after.record, stoppedBy: interrupted ? 'interrupt' : 'error', error, warnings: after.warnings };
  }
}

/** At once, where that is possible; else the next command does it. Never throws. */
async function takeBackNow(fix: OpenFix): Promise<{ record: FixRecord; warnings: string[] }> {
  // What interrupted the fix must not interrupt its being taken back.
  const { signal: _, ...ports } = fix.ports;
  let lease: Lease | null = null;
  try {
    lease = fix.lease?.lost ? await takeFixLock(ports, fix.companyId) : fix.lease;
    const record = await ports.store.fixes.get(fix.record.fixId);
    if (lease === null || record === null) throw new Error('another process may be at it');
    // While the lock was lost another process settled it: what that told somebody stands.
    if (!(OPEN_FIX_STATUSES as readonly string[]).includes(record.status)) return { record, warnings: fix.warnings };
    const back = new OpenFix(ports, record, fix.act, lease);
    await takeBack(back);
    return { record: back.record, warnings: [...fix.warnings, ...back.warnings] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const warning = `It could not be taken back yet (${why}): the next \`rcm fix\` command finishes it or takes it back.`;
    return { record: fix.record, warnings: [...fix.warnings, warning] };
  } finally {
    if (lease !== null && lease !== fix.lease) await lease.release().catch(() => undefined);
  }
}

async function assertAsPrepared(
  { store, redis }: FixPorts,
  { company: { companyId }, facts }: PreparedFix,
): Promise<void> {
  const [open] = await store.fixes.list({ companyId, statuses: OPEN_FIX_STATUSES, limit: 1 });
  if (open) {
    const place = madeElsewhere(open, redis);
    throw new RcmError(
      'RCM_CONFLICT',
      `Fix ${open.fixId} of the same company was interrupted${place === null ? '' : ` on ${place}`}`,
      `Nothing was changed. \`rcm fix list\`${place === null ? '' : ' with its --redis-url'} finishes it or takes it back.`,
    );
  }
  if (!samePolicy(contentOf(await store.policies.get(companyId)), facts.policy))
    throw new RcmError('RCM_CONFLICT', 'The policy was changed meanwhile', 'Nothing was changed. Look again.');
}

function recordOf(ports: FixPorts, prepared: PreparedFix, act: Act): Omit<FixRecord, 'fixId' | 'version'> {
  const { company, code, issue, facts, plan, prediction } = prepared;
  return {
    companyId: company.companyId,
    issueCode: code,
    status: 'planned',
    plannedAt: ports.clock(),
    finishedAt: null,
    actor: act.actor,
    reason: act.reason ?? '',
    steps: plan.steps.map(({ name, params }) => ({
      name,
      params: { ...params },
      begun: false,
      done: false,
      undo: null,
    })),
    before: {
      companyName: company.companyName,
      redis: placeOf(ports.redis),
      keyTemplates: ports.config.keyTemplates,
      issue: issue && JSON.parse(JSON.stringify(issue)),
      ...{ policy: facts.policy, keys: facts.keys, bytes: facts.bytes, hitRate: facts.hitRate },
      action: plan.action,
      temporary: plan.temporary,
    },
    predicted: { hitRate: prediction, cacheBytes: plan.cacheBytes, storageCost: plan.storageCost },
    measured: null,
  };
}
