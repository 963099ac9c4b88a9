import type { Cluster, Redis } from 'ioredis';
import { ownKeys } from '../core/redis/namespace.js';
import { parsePolicy } from '../core/redis/policy-mirror.js';
import type { CompanyState } from './company-state.js';
import { isDown } from './connections.js';
import type { Deadlines } from './deadlines.js';

/** Keeps companies' policies at hand: read on first use, then again in the background once they are `lifetimeMs` old. */
export class Policies {
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly deadlines: Deadlines,
    private readonly lifetimeMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Renews a stale policy without waiting. Returns what must be waited for: nothing, once a policy was read. */
  touch(company: CompanyState, now: number): Promise<void> | null {
    const { policyReadAt } = company;
    if (policyReadAt !== null && now - policyReadAt <= this.lifetimeMs) return null;
    company.policyReading ??= this.#read(company, now).finally(() => {
      company.policyReading = null;
    });
    return policyReadAt === null ? company.policyReading : null;
  }

  /** Never rejects: where the policy cannot be read, the last one known is kept, or none. */
  async #read(company: CompanyState, now: number): Promise<void> {
    try {
      if (!isDown(this.redis))
        company.policy = parsePolicy(
          await this.deadlines.bound(this.redis.hgetall(ownKeys.policy(company.companyId)), now),
        );
    } catch (error) {
      // A key of another type is a damaged policy: none.
      if (String(error).includes('WRONGTYPE')) company.policy = null;
      this.onError(error);
    }
    company.policyReadAt = performance.now();
  }

  /**
   * The lifetime to store with, in milliseconds; null: until removed. A policy's maximum wins over its minimum.
   * @param asked seconds, or null where neither the caller nor the application has one
   */
  static lifetimeMs(company: CompanyState, asked: number | null): number | null {
    const { minTtlSeconds: least, maxTtlSeconds: most } = company.policy ?? {
      minTtlSeconds: null,
      maxTtlSeconds: null,
    };
    let seconds = asked ?? most;
    if (seconds === null) return null;
    if (least !== null) seconds = Math.max(seconds, least);
    if (most !== null) seconds = Math.min(seconds, most);
    return Math.max(1, Math.round(seconds * 1000));
  }
}
