import { randomUUID } from 'node:crypto';
import { keySegment } from '../../domain/key-segment.js';
import { DEFAULT_POLICY_ID, ttlBoundsOf } from '../../domain/policy.js';
import type { BoundingPolicies } from '../../domain/ttl-model/lifetimes.js';
import { SECOND_MS } from '../../domain/units.js';
import { messageOf } from '../../errors.js';
import { displayBytes, KeyTemplates } from '../../redis/key-template.js';
import { type CompanyKey, KeySelection } from '../../redis/keys/selection.js';
import { redisError } from '../../redis/redis-error.js';
import { type BoundOptions, boundExisting } from '../../redis/ttl/bound-existing.js';
import type { Store } from '../../store/store.js';
import type { Act } from '../acts/act-log.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';
import { visitProgress } from '../visit-progress.js';
import type { TtlSetReport } from './report.js';
import { SET_COMMAND, type TtlPlan } from './set.js';

type TtlPorts = Ports & { store: Store };

export interface ExistingRequest extends Act {
  /** Only keys of this segment. */
  segment: string | null;
  dryRun: boolean;
  maxRate: number | undefined;
  /** Told of keys, with what they had left, before they are changed. */
  before?: BoundOptions['before'];
}

/** What was done to keys that are there, and what stopped it. */
export type ExistingOutcome = Pick<TtlSetReport, 'stoppedBy' | 'error' | 'warnings'> & {
  existing: NonNullable<TtlSetReport['existing']>;
};

/** Shortens the lifetimes of keys that are there to what a plan's policies allow, and logs it. Never throws once it began: what stopped it is told. */
export async function applyToExisting(
  ports: TtlPorts,
  plan: TtlPlan,
  request: ExistingRequest,
): Promise<ExistingOutcome> {
  const existing: ExistingOutcome['existing'] = {
    ...{ shortened: 0, given: 0, unchanged: 0 },
    wouldChange: request.dryRun ? 0 : null,
  };
  const outcome: ExistingOutcome = { existing, stoppedBy: null, error: null, warnings: [] };
  try {
    // The policy is set by now: what fails from here on is told beside it.
    const maxTtlMs = await limitOf(ports, plan, request.segment);
    const { nodes, close } = await primaries(ports.redis);
    try {
      const ids = plan.company === null ? null : [plan.company.companyId];
      const selection = new KeySelection(new KeyTemplates(ports.config.keyTemplates), ids);
      const tick = await visitProgress(ports, nodes);
      await boundExisting(nodes, selection, {
        maxTtlMs,
        before: async (keys) => {
          if (existing.wouldChange !== null) existing.wouldChange += keys.length;
          await request.before?.(keys);
        },
        after: ({ formerTtlMs }, changed) => {
          if (!changed) existing.unchanged += 1;
          else if (formerTtlMs < 0) existing.given += 1;
          else existing.shortened += 1;
        },
        onStep: (visited, within) => {
          existing.unchanged += within;
          tick(visited);
        },
        ...{ dryRun: request.dryRun, maxRate: request.maxRate, signal: ports.signal },
      });
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) outcome.stoppedBy = 'interrupt';
    else {
      const { code, message, hint, exitCode } = redisError(error, ports.redis.label);
      outcome.stoppedBy = 'error';
      outcome.error = { code, message, hint: `${hint} Run the same command again to go on.`, exitCode };
    }
  }
  if (!request.dryRun) await log(ports, plan, request, outcome);
  return outcome;
}

/** The most milliseconds that a key may live; null without a maximum, or of another segment. */
async function limitOf(ports: TtlPorts, plan: TtlPlan, segment: string | null): Promise<BoundOptions['maxTtlMs']> {
  const separators = new KeyTemplates(ports.config.keyTemplates).terminators;
  const policiesOf = await policiesBy(ports, plan);
  return ({ companyId, rest }: CompanyKey) => {
    const key = displayBytes(rest);
    if (segment !== null && keySegment(key, separators) !== segment) return null;
    const { maxTtlSeconds } = ttlBoundsOf(policiesOf(companyId), key, separators);
    return maxTtlSeconds === null ? null : Math.max(1, Math.round(maxTtlSeconds * SECOND_MS));
  };
}

/** As they will be after the change: of the default, each company's own goes before. */
async function policiesBy({ store }: TtlPorts, plan: TtlPlan): Promise<(companyId: string) => BoundingPolicies> {
  if (plan.company !== null) {
    const policies = [plan.after, plan.fallback];
    return () => policies;
  }
  const own = new Map((await store.policies.list()).map((policy) => [policy.companyId, policy]));
  own.delete(DEFAULT_POLICY_ID);
  return (companyId) => [own.get(companyId) ?? null, plan.after];
}

async function log(ports: TtlPorts, plan: TtlPlan, { actor, reason }: Act, outcome: ExistingOutcome): Promise<void> {
  const { shortened, given } = outcome.existing;
  const details = {
    operationId: randomUUID(),
    command: `${SET_COMMAND} --existing`,
    shortened,
    given,
    stoppedBy: outcome.stoppedBy,
  };
  const metadata = { actor, ...(reason === null ? {} : { reason }) };
  const companyId = plan.company?.companyId ?? DEFAULT_POLICY_ID;
  await ports.store.activity
    .append([{ companyId, timestamp: ports.clock(), eventType: 'policy', key: null, details, metadata }])
    .catch((error) => outcome.warnings.push(`Keys were changed, but that could not be logged: ${messageOf(error)}`));
}
