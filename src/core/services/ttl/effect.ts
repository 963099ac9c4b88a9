import { ttlBoundsOf } from '../../domain/policy.js';
import type { TtlAccess } from '../../domain/ttl-model/access.js';
import { type BoundingPolicies, lifetimesUnder, typicalLifetime } from '../../domain/ttl-model/lifetimes.js';
import { figuresOf, type PredictionBasis } from '../../domain/ttl-model/prediction.js';
import { type Simulated, simulateLifetime } from '../../domain/ttl-model/simulate-ttl.js';
import { SECOND_MS } from '../../domain/units.js';
import { howToGetMore, type Recorded } from './recorded.js';
import type { TtlSetReport } from './report.js';

export type Predicted = TtlSetReport['predicted'];

/**
 * What a change of policies would do, by the recorded accesses.
 * @param before policies that hold now, the company's first; `after` those that shall
 */
export function predictedEffect(
  companyId: string,
  { recorded, basis }: { recorded: Recorded; basis: PredictionBasis },
  policies: { before: BoundingPolicies; after: BoundingPolicies },
  separators: readonly string[],
): Predicted {
  const { trace, options, observed, today, untrue } = recorded;
  const figures = (simulated: Simulated): NonNullable<Predicted['after']> => {
    const { memoryBytes, totalCost } = figuresOf(simulated, options, basis);
    return { hitRate: simulated.hitRate, memoryBytes, totalCost };
  };
  if (untrue !== null) return { before: null, after: null, why: untrue };
  const before = today?.enough ? figures(today) : null;
  const lifetimeOf = lifetimesUnder(policies.after, separators, observed);
  const told = (access: TtlAccess): number | null =>
    isCut(access, observed?.of(access) ?? null, policies, separators) ? null : lifetimeOf(access);
  const typicalMs = typicalLifetime(recorded.recorded.accesses, told);
  if (typicalMs === null)
    return {
      before,
      after: null,
      why: 'What the application itself asks for, beyond the bounds of now, is not known.',
    };
  // Both over the same time: after the longer warm-up.
  const warmMs = Math.max(typicalMs, observed?.medianMs ?? 0);
  const after = simulateLifetime(trace, (access) => told(access) ?? Number.POSITIVE_INFINITY, options, warmMs);
  if (!after.enough) return { before, after: null, why: `Too little data. ${howToGetMore(companyId)}` };
  const now = observed === null ? null : simulateLifetime(trace, observed.of, options, warmMs);
  return { before: now?.enough ? figures(now) : null, after: figures(after), why: null };
}

/** Whether the bounds of now may have cut what the application asked for, and those to come would not do the same. */
function isCut(
  { key }: TtlAccess,
  observedMs: number | null,
  { before, after }: { before: BoundingPolicies; after: BoundingPolicies },
  separators: readonly string[],
): boolean {
  if (observedMs === null) return false;
  const [old, next] = [ttlBoundsOf(before, key, separators), ttlBoundsOf(after, key, separators)];
  const [oldMax, oldMin] = [old.maxTtlSeconds, old.minTtlSeconds];
  const [nextMax, nextMin] = [next.maxTtlSeconds ?? Number.POSITIVE_INFINITY, next.minTtlSeconds ?? 0];
  if (nextMin >= nextMax) return false;
  const loosenedAbove = oldMax !== null && nextMax > oldMax && observedMs >= oldMax * SECOND_MS;
  const loosenedBelow = oldMin !== null && nextMin < oldMin && observedMs <= oldMin * SECOND_MS;
  return loosenedAbove || loosenedBelow;
}
