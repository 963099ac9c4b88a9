import type { Cluster, Redis } from 'ioredis';
import { type CachePolicy, LARGEST_EVENTS_MAX } from '../domain/policy.js';
import { ownKeys } from './namespace.js';

/** What an application reads of a policy. `null` leaves its own choice. */
export type MirroredPolicy = Pick<
  CachePolicy,
  'minTtlSeconds' | 'maxTtlSeconds' | 'cachingEnabled' | 'minUpdateIntervalSeconds' | 'eventsMax'
>;

const LIMITS = ['minTtlSeconds', 'maxTtlSeconds', 'minUpdateIntervalSeconds', 'eventsMax'] as const;

/**
 * Mirrors policies into Redis, where applications find them within seconds; each replaces what was there. In a
 * transaction per company, so that no reader sees half a policy. @throws what Redis says
 */
export async function writePolicyMirror(redis: Redis | Cluster, policies: readonly CachePolicy[]): Promise<void> {
  for (let i = 0; i < policies.length; i += 100)
    await Promise.all(policies.slice(i, i + 100).map((policy) => writeOne(redis, policy)));
}

async function writeOne(redis: Redis | Cluster, policy: CachePolicy): Promise<void> {
  const key = ownKeys.policy(policy.companyId);
  const replies = await redis.multi().del(key).hset(key, policyHash(policy)).exec();
  for (const [error] of replies ?? []) if (error !== null) throw error;
}

/** Removes a company's mirror: its applications go back to their own choices. @throws what Redis says */
export async function removePolicyMirror(redis: Redis | Cluster, companyId: string): Promise<void> {
  await redis.unlink(ownKeys.policy(companyId));
}

/** A policy as its hash: absent limits are absent fields. */
export function policyHash(policy: CachePolicy): Record<string, string> {
  const hash: Record<string, string> = {
    cachingEnabled: policy.cachingEnabled ? '1' : '0',
    version: String(policy.version),
  };
  for (const name of LIMITS) {
    const limit = policy[name];
    if (limit !== null) hash[name] = String(limit);
  }
  if (policy.reviewReason !== null) hash.reviewReason = policy.reviewReason;
  return hash;
}

/**
 * A policy from its hash; null when there is none, or when a field that we know is damaged: half a policy is none.
 * Unknown fields are ignored, so that a newer tool may write more.
 */
export function parsePolicy(hash: Record<string, string>): MirroredPolicy | null {
  const enabled = hash.cachingEnabled;
  if (Object.keys(hash).length === 0 || (enabled !== undefined && enabled !== '0' && enabled !== '1')) return null;
  const policy: MirroredPolicy = {
    cachingEnabled: enabled !== '0',
    minTtlSeconds: null,
    maxTtlSeconds: null,
    minUpdateIntervalSeconds: null,
    eventsMax: null,
  };
  for (const name of LIMITS) {
    const text = hash[name];
    if (text === undefined) continue;
    const limit = Number(text);
    const smallest = name === 'maxTtlSeconds' ? Number.MIN_VALUE : 0;
    if (text.trim() === '' || !Number.isFinite(limit) || limit < smallest) return null;
    policy[name] = name === 'eventsMax' ? Math.min(LARGEST_EVENTS_MAX, Math.floor(limit)) : limit;
  }
  return policy;
}
