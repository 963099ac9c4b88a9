import type { Cluster, Redis } from 'ioredis';
import { boundedTtl, DEFAULT_POLICY_ID, ttlBoundsOf } from '../core/domain/policy.js';
import { ownKeys } from '../core/redis/namespace.js';
import { type MirroredPolicy, mergedPolicy, parsePolicy } from '../core/redis/policy-mirror.js';
import type { CompanyState } from './company-state.js';
import { isDown } from './connections.js';
import type { Deadlines } from './deadlines.js';

/** What was read of a policy, when (performance.now()), and the reading under way. */
interface Reading {
  policy: MirroredPolicy | null;
  readAt: number | null;
  running: Promise<void> | null;
}

/** A policy that is older is waited for: what was changed is obeyed within this time, by a process that was idle too. */
const OBEYED_WITHIN_MS = 5000;

/** Keeps companies' policies at hand: read on first use, then again in the background once they are `lifetimeMs` old. */
export class Policies {
  /** The default policy, which is the same for every company. */
  readonly #fallback: Reading = { policy: null, readAt: null, running: null };

  constructor(
    private readonly redis: Redis | Cluster,
    private readonly deadlines: Deadlines,
    private readonly lifetimeMs: number,
    private readonly onError: (error: unknown) => void,
    private readonly onRead: (company: CompanyState) => void,
  ) {}

  /** Renews a stale policy without waiting. Returns what must be waited for: nothing, while the last reading is fresh enough. */
  touch(company: CompanyState, now: number): Promise<void> | null {
    const { policyReadAt } = company;
    if (policyReadAt !== null && now - policyReadAt <= this.lifetimeMs) return null;
    company.policyReading ??= this.#read(company, now).finally(() => {
      company.policyReading = null;
    });
    return policyReadAt === null || now - policyReadAt > OBEYED_WITHIN_MS ? company.policyReading : null;
  }

  async #read(company: CompanyState, now: number): Promise<void> {
    const [own] = await Promise.all([
      this.#policyOf(company.companyId, now, company.ownPolicy),
      this.#readFallback(now),
    ]);
    company.ownPolicy = own;
    company.fallback = this.#fallback.policy;
    company.policy = mergedPolicy(own, this.#fallback.policy);
    company.policyReadAt = performance.now();
    this.onRead(company);
  }

  #readFallback(now: number): Promise<void> | null {
    const fallback = this.#fallback;
    if (fallback.readAt !== null && now - fallback.readAt <= this.lifetimeMs) return null;
    fallback.running ??= this.#policyOf(DEFAULT_POLICY_ID, now, fallback.policy).then((policy) => {
      fallback.policy = policy;
      fallback.readAt = performance.now();
      fallback.running = null;
    });
    return fallback.running;
  }

  /** Never rejects: where the policy cannot be read, the last one known is kept, or none. */
  async #policyOf(companyId: string, now: number, last: MirroredPolicy | null): Promise<MirroredPolicy | null> {
    if (isDown(this.redis)) return last;
    try {
      return parsePolicy(await this.deadlines.bound(this.redis.hgetall(ownKeys.policy(companyId)), now));
    } catch (error) {
      this.onError(error);
      // A key of another type is a damaged policy: none.
      return String(error).includes('WRONGTYPE') ? null : last;
    }
  }
}

/**
 * The lifetime to store a key with, in milliseconds; null: until removed.
 * @param asked seconds, or null where neither the caller nor the application has one
 */
export function lifetimeMs(
  { ownPolicy, fallback }: Pick<CompanyState, 'ownPolicy' | 'fallback'>,
  key: string,
  asked: number | null,
  separators: readonly string[],
): number | null {
  const seconds = boundedTtl(asked, ttlBoundsOf([ownPolicy, fallback], key, separators));
  return seconds === null ? null : Math.max(1, Math.round(seconds * 1000));
}
