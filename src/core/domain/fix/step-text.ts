import { SECOND_MS } from '../units.js';
import { formatDuration } from '../window.js';
import type { PlannedStep, PolicyContent } from './plan.js';

/** What a step does, for people. */
export function stepText({ name, params }: PlannedStep): string {
  if (name === 'policy') return `set the policy: ${policyText(params.after)}`;
  if (name === 'settle') return `wait ${formatDuration(params.seconds * SECOND_MS)}, until every application obeys it`;
  if (name === 'bound-ttl')
    return `let keys that never expire end after ${formatDuration(params.ttlSeconds * SECOND_MS)}`;
  return `clear the cache, each key saved to ${params.backup} first`;
}

/** A policy in a line; of none, that there is none. */
export function policyText(policy: PolicyContent | null): string {
  if (policy === null) return 'none';
  const seconds = (value: number) => formatDuration(value * SECOND_MS);
  const parts = [
    policy.cachingEnabled ? '' : 'caching off',
    policy.minTtlSeconds === null ? '' : `TTL at least ${seconds(policy.minTtlSeconds)}`,
    policy.maxTtlSeconds === null ? '' : `TTL at most ${seconds(policy.maxTtlSeconds)}`,
    policy.segments.length === 0 ? '' : `${policy.segments.length} segments with TTLs of their own`,
    policy.minUpdateIntervalSeconds === null
      ? ''
      : `config updates once in ${seconds(policy.minUpdateIntervalSeconds)}`,
    policy.eventsMax === null ? '' : `${policy.eventsMax} events`,
    policy.reviewReason === null ? '' : `flagged for review (${policy.reviewReason})`,
  ].filter(Boolean);
  return parts.length === 0 ? 'nothing limited' : parts.join(', ');
}
