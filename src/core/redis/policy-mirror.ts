import type { Cluster, Redis } from 'ioredis';
import { type CachePolicy, LARGEST_EVENTS_MAX, type SegmentTtl } from '../domain/policy.js';
import { ownKeys } from './namespace.js';

/** What an application reads of a policy. `null` leaves its own choice. */
export type MirroredPolicy = Pick<
  CachePolicy,
  'minTtlSeconds' | 'maxTtlSeconds' | 'segments' | 'cachingEnabled' | 'minUpdateIntervalSeconds' | 'eventsMax'
>;

const BOUNDS = ['minTtlSeconds', 'maxTtlSeconds'] as const;
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

/** A policy as its hash: absent limits are absent fields; those of a segment are `minTtlSeconds:SEGMENT`. */
export function policyHash(policy: CachePolicy): Record<string, string> {
  const hash: Record<string, string> = {
    cachingEnabled: policy.cachingEnabled ? '1' : '0',
    version: String(policy.version),
  };
  for (const name of LIMITS) {
    const limit = policy[name];
    if (limit !== null) hash[name] = String(limit);
  }
  for (const { segment, ...bounds } of policy.segments)
    for (const name of BOUNDS) if (bounds[name] !== null) hash[`${name}:${segment}`] = String(bounds[name]);
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
    segments: [],
    minUpdateIntervalSeconds: null,
    eventsMax: null,
  };
  for (const [field, text] of Object.entries(hash)) {
    const [name, segment] = fieldOf(field);
    if (name === null) continue;
    const limit = limitOf(name, text);
    if (limit === null) return null;
    if (segment === null) policy[name] = limit;
    else if (isBound(name)) segmentOf(policy, segment)[name] = limit;
  }
  return policy;
}

/**
 * What holds for a company where it does not depend on the key: its own, else the default; caching must be on in both.
 * TTLs depend on the key (`ttlBoundsOf`) and are the company's own here.
 */
export function mergedPolicy(own: MirroredPolicy | null, fallback: MirroredPolicy | null): MirroredPolicy | null {
  if (own === null || fallback === null) return own ?? fallback;
  return {
    ...own,
    cachingEnabled: own.cachingEnabled && fallback.cachingEnabled,
    minUpdateIntervalSeconds: own.minUpdateIntervalSeconds ?? fallback.minUpdateIntervalSeconds,
    eventsMax: own.eventsMax ?? fallback.eventsMax,
  };
}

type Limit = (typeof LIMITS)[number];

const isBound = (name: string): name is (typeof BOUNDS)[number] => (BOUNDS as readonly string[]).includes(name);
const isLimit = (name: string): name is Limit => (LIMITS as readonly string[]).includes(name);

/** What a field limits, and for which segment; no name where we do not know it. */
function fieldOf(field: string): [name: Limit | null, segment: string | null] {
  const colon = field.indexOf(':');
  if (colon < 0) return [isLimit(field) ? field : null, null];
  const name = field.slice(0, colon);
  return [isBound(name) ? name : null, field.slice(colon + 1)];
}

function limitOf(name: Limit, text: string): number | null {
  const limit = Number(text);
  const smallest = name === 'maxTtlSeconds' ? Number.MIN_VALUE : 0;
  if (text.trim() === '' || !Number.isFinite(limit) || limit < smallest) return null;
  return name === 'eventsMax' ? Math.min(LARGEST_EVENTS_MAX, Math.floor(limit)) : limit;
}

function segmentOf({ segments }: MirroredPolicy, segment: string): SegmentTtl {
  const known = segments.find((one) => one.segment === segment);
  if (known !== undefined) return known;
  const added: SegmentTtl = { segment, minTtlSeconds: null, maxTtlSeconds: null };
  segments.push(added);
  return added;
}
