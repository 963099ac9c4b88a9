import type { FixRecord } from '../../domain/fix.js';
import type { RcmError } from '../../errors.js';
import type { FixOutcome } from './apply.js';
import { backupOf, stepsOf, undoCommandOf } from './list.js';
import type { PreparedFix } from './prepare.js';
import type { RecoveredFix } from './recover.js';
import type { FixReport, FixUndoReport } from './report.js';
import type { Undone } from './steps/step.js';

/** What a fix would do, or (`outcome`) did. */
export function fixReportOf(
  prepared: PreparedFix,
  outcome: FixOutcome | null,
  recovered: RecoveredFix[],
  generatedAt: Date,
): FixReport {
  const { company, code, name, plan, facts, prediction } = prepared;
  const planned = plan.steps.map((step) => ({ ...step, params: { ...step.params }, done: false, undo: null }));
  const record = outcome?.record ?? null;
  return {
    generatedAt,
    dryRun: outcome === null,
    success: outcome === null || record?.status === 'applied',
    fixId: record?.fixId ?? null,
    companyId: company.companyId,
    companyName: company.companyName,
    issueCode: code,
    name,
    action: plan.action,
    status: record?.status ?? null,
    steps: stepsOf(record?.steps ?? planned),
    hitRate: facts.hitRate,
    predicted: { hitRate: prediction, cacheBytes: plan.cacheBytes, storageCost: plan.storageCost },
    temporary: plan.temporary,
    staleSeconds: plan.staleSeconds,
    backup: backupOf({ steps: planned }),
    undoCommand: record && undoCommandOf(record),
    recovered,
    stoppedBy: outcome?.stoppedBy ?? null,
    error: errorOf(outcome?.error ?? null),
    warnings: [...prepared.warnings, ...(outcome?.warnings ?? [])],
  };
}

export interface UndoToReport {
  record: FixRecord;
  withKeys: boolean;
  /** null: it was only looked at. */
  outcome: (FixOutcome & { undone: Undone }) | null;
  recovered: RecoveredFix[];
  warnings: string[];
}

/** What an undo would do, or did. */
export function undoReportOf(
  { record, withKeys, outcome, recovered, warnings }: UndoToReport,
  at: Date,
): FixUndoReport {
  const now = outcome?.record ?? record;
  const steps = stepsOf(record.steps)
    .map((step, place) => ({ ...step, done: outcome !== null && now.steps[place]?.done === false }))
    .reverse();
  return {
    generatedAt: at,
    dryRun: outcome === null,
    success: outcome === null || now.status === 'undone',
    fixId: record.fixId,
    companyId: record.companyId,
    companyName: (record.before.companyName as string | null | undefined) ?? null,
    issueCode: record.issueCode,
    status: now.status,
    steps: steps.filter(({ name }) => name !== 'settle' && (name !== 'clear' || withKeys)),
    withKeys,
    restoredKeys: outcome?.undone.restoredKeys ?? null,
    restoredTtls: outcome?.undone.restoredTtls ?? null,
    recovered,
    stoppedBy: outcome?.stoppedBy ?? null,
    error: errorOf(outcome?.error ?? null),
    warnings: [...warnings, ...(outcome?.warnings ?? [])],
  };
}

function errorOf(error: RcmError | null): FixReport['error'] {
  return error && { code: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode };
}
