import { join, resolve } from 'node:path';
import type { DetectedIssue, IssueCode } from '../../domain/detect/issue.js';
import type { FixFacts, FixPlan } from '../../domain/fix/plan.js';
import { type Prediction, predictHitRate } from '../../domain/fix/predict.js';
import { FIX_REGISTRY, issueCodeOf } from '../../domain/fix/registry.js';
import { hitRate } from '../../domain/hit-rate.js';
import { commandOn } from '../../domain/shell-word.js';
import { parseDuration } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { redisError } from '../../redis/redis-error.js';
import { readTrace } from '../access/read-trace.js';
import { detect } from '../detect/detect.js';
import { readFacts } from './facts.js';
import { assertOrphan } from './orphans.js';
import type { FixPorts } from './ports.js';
import { assertNewBackup } from './steps/clear.js';

export interface FixRequest {
  company: { companyId: string; companyName: string | null };
  code: IssueCode;
  /** Also where the issue is not there now, or many ids are orphans. */
  force: boolean;
  /** File for cleared keys; without one, one beside the state file. */
  backup?: string | undefined;
  allowSlow: boolean;
}

/** A fix as it would be applied. Nothing was changed yet. */
export interface PreparedFix extends FixRequest {
  name: string;
  /** As it was found; null: it is not there, and forced. */
  issue: DetectedIssue | null;
  facts: FixFacts;
  plan: FixPlan;
  /** null: nothing that reads depend on is changed, or too little was recorded. */
  prediction: Prediction | null;
  warnings: string[];
}

/** The issue that a word means. @throws RCM_USAGE for none; RCM_NOT_APPLICABLE for one that no fix is for */
export function fixableIssue(word: string): IssueCode {
  const code = issueCodeOf(word);
  if (code === null) {
    const known = Object.entries(FIX_REGISTRY).flatMap(([name, { available }]) => (available ? [name] : []));
    throw new RcmError('RCM_USAGE', `There is no issue '${word}'`, `One of ${known.join(', ')}.`);
  }
  const fix = FIX_REGISTRY[code];
  if (fix.available) return code;
  throw new RcmError('RCM_NOT_APPLICABLE', `There is no fix for ${code}: ${fix.reason}`, fix.hint);
}

/**
 * Looks whether the issue is there, and plans what to do about it.
 * @throws RCM_ISSUE_NOT_FOUND; RCM_CONFLICT, RCM_NOT_APPLICABLE where an orphan may be none; RCM_REDIS_*, RCM_STORE_*, RCM_MONGODB_*
 */
export async function prepareFix(ports: FixPorts, request: FixRequest): Promise<PreparedFix> {
  const { company, code, force } = request;
  const { companyId } = company;
  const definition = FIX_REGISTRY[code];
  if (!definition.available) throw new RcmError('RCM_NOT_APPLICABLE', definition.reason, definition.hint);
  if (code === 'ORPHANED_CACHE') await assertOrphan(ports, companyId, force);
  const warnings: string[] = [];
  const issue = await lookFor(ports, request, warnings);
  const facts = await readFacts(ports, companyId);
  const settings = ports.config.fix;
  // Absolute: who undoes the fix may stand elsewhere.
  const backup = resolve(request.backup ?? join(ports.backups, backupName(companyId, ports.clock())));
  if (request.backup !== undefined) await assertNewBackup(backup);
  const plan = definition.plan({ facts, settings, backup, force, allowSlow: request.allowSlow });
  const prediction = await predict(ports, companyId, facts, plan);
  if (plan.policyAfter?.cachingEnabled && prediction === null)
    warnings.push(
      'No hit rate is predicted: too little was recorded, or its replay is not near what was (a cache that was warm before, or evictions).',
    );
  if (code === 'CACHE_THRASHING' && prediction !== null && prediction.after - prediction.before < LEAST_GAIN)
    warnings.push(
      `By the replay this fix would not help: what clears the cache or removes its keys comes less often than the limits hold. See \`${commandOn('rcm activity', companyId, '--type clear')}\`.`,
    );
  return {
    ...request,
    name: definition.name,
    issue,
    facts,
    plan,
    prediction,
    warnings: [...plan.warnings, ...warnings],
  };
}

/** Points that a fix of the hit rate must bring to be worth it. */
const LEAST_GAIN = 1;

async function lookFor(
  ports: FixPorts,
  { company: { companyId }, code, force }: FixRequest,
  warnings: string[],
): Promise<DetectedIssue | null> {
  const windowMs = parseDuration(ports.config.window) as number;
  const { report, complete } = await detect(ports, { windowMs, companyId });
  const issue = report.issues.find((one) => one.code === code && one.companyId === companyId);
  if (issue) return issue;
  if (!force)
    throw new RcmError(
      'RCM_ISSUE_NOT_FOUND',
      `'${companyId}' does not have the issue ${code} now${complete ? '' : ', as far as could be measured'}`,
      'Nothing was changed. Look with `rcm detect`; --force fixes it all the same.',
    );
  warnings.push(`The issue ${code} is not there now: this is forced.`);
  return null;
}

/** One that is new each time, and harmless as a file's name whatever the id. */
function backupName(companyId: string, now: Date): string {
  const safe = companyId.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  return `${safe}-${now.toISOString().replace(/[:.]/g, '-')}.rcmb`;
}

async function predict(
  { redis, config }: FixPorts,
  companyId: string,
  facts: FixFacts,
  { policyAfter }: FixPlan,
): Promise<Prediction | null> {
  if (policyAfter === undefined || !policyAfter.cachingEnabled) return null;
  try {
    const { accesses, sampledShare, hits, misses } = await readTrace(redis.client, companyId);
    return predictHitRate({
      accesses,
      sampledShare,
      recordedHitRate: hitRate(hits, misses),
      before: [facts.policy, facts.fallback],
      after: [policyAfter, facts.fallback],
      separators: new KeyTemplates(config.keyTemplates).terminators,
    });
  } catch (error) {
    throw redisError(error, redis.label);
  }
}
