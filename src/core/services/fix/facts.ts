import type { FixFacts } from '../../domain/fix/plan.js';
import { hitRate } from '../../domain/hit-rate.js';
import { DEFAULT_POLICY_ID } from '../../domain/policy.js';
import { MB } from '../../domain/units.js';
import { parseDuration } from '../../domain/window.js';
import { readCounterTotals } from '../../redis/counters.js';
import { redisError } from '../../redis/redis-error.js';
import { previewClear } from '../clear/preview.js';
import { contentOf } from '../policy/change.js';
import type { FixPorts } from './ports.js';

/** What a fix must know of a company. @throws RCM_REDIS_*, RCM_STORE_*, RCM_MONGODB_* */
export async function readFacts(ports: FixPorts, companyId: string): Promise<FixFacts> {
  const { store, redis, config } = ports;
  const toMs = ports.clock().getTime();
  const fromMs = toMs - (parseDuration(config.window) as number);
  const [policy, fallback, pricing, preview, totals] = await Promise.all([
    store.policies.get(companyId),
    store.policies.get(DEFAULT_POLICY_ID),
    store.pricing.get(),
    previewClear(ports, { companies: [{ companyId, companyName: null }], filter: {} }, () => null),
    readCounterTotals(redis.client, [companyId], { fromMs, toMs }).catch((error: unknown) => {
      throw redisError(error, redis.label);
    }),
  ]);
  const { hit = 0, miss = 0 } = totals.get(companyId)?.counters ?? {};
  return {
    policy: contentOf(policy),
    fallback: contentOf(fallback),
    keys: preview.keys,
    bytes: preview.bytes,
    hitRate: hitRate(hit, miss),
    storageCost: (preview.bytes / MB) * pricing.providers.redis.storageCostPerMB,
  };
}
