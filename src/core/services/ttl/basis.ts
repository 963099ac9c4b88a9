import { queriesPerMonth } from '../../domain/cost.js';
import { costInput } from '../../domain/evaluate.js';
import type { PredictionBasis } from '../../domain/ttl-model/prediction.js';
import type { Simulated } from '../../domain/ttl-model/simulate-ttl.js';
import { DAY_MS } from '../../domain/units.js';
import { windowEndingAt } from '../../domain/window.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { redisError } from '../../redis/redis-error.js';
import type { Durable } from '../companies/durable.js';
import { factsOfCompany, orphanState, readRecorded } from '../companies/facts.js';
import type { ResolvedCompany } from '../company/resolve.js';
import { baseShareOf } from '../drill-down/base-share.js';
import { readCompanyKeys } from '../drill-down/read-keys.js';
import type { Ports } from '../ports.js';

/** What one company has today, as it is measured and recorded. */
export interface CompanyBasis {
  cacheBytes: number;
  keys: number;
  /** Reads in 30 days, by the counters of the last 24 hours; null where nothing counts them. */
  readsPerMonth: number | null;
  costs: PredictionBasis['costs'];
  prices: PredictionBasis['prices'];
}

/** Measures the company's keys, and reads its counters. @throws RCM_REDIS_*; the signal's reason when it is aborted */
export async function companyBasis(
  ports: Ports,
  company: ResolvedCompany,
  durable: Durable,
  warnings: string[],
): Promise<CompanyBasis> {
  const { companyId, companyName } = company;
  const { listing, pricing, usage } = durable;
  const orphan = orphanState(listing.source, company.by !== 'unlisted');
  try {
    const { nodes, notes, close } = await scanNodes(ports.redis);
    try {
      warnings.push(...notes);
      const { breakdown } = await readCompanyKeys(ports, nodes, companyId, { most: 0 });
      const own = { companyId, cacheBytes: breakdown.bytes, orphan };
      const share = await baseShareOf(ports, nodes, own, { listing, pricing });
      const window = windowEndingAt(ports.clock(), DAY_MS);
      const { reads, clears } = await readRecorded(ports, [companyId], window, warnings);
      const recorded = reads.get(companyId);
      const day = clears.get(companyId);
      const facts = factsOfCompany(companyId, {
        ...{ companyName, orphan, usage, day },
        cache: breakdown,
        reads: recorded,
      });
      const { baseShare, storageBytes } = costInput(facts, share);
      return {
        cacheBytes: breakdown.bytes,
        keys: breakdown.keys,
        readsPerMonth: recorded ? queriesPerMonth(recorded.hits + recorded.misses, recorded.coveredMs) : null,
        costs: { baseShare, storageBytes },
        prices: pricing?.providers ?? null,
      };
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

/**
 * The basis of predictions: Redis's bytes for each byte in the model, from how it is now, where both are known.
 * @param whole the model of all keys under today's lifetimes
 * @param part whether only some of the keys are predicted: then the accesses tell how many reads there are
 */
export function predictionBasis(
  { cacheBytes, readsPerMonth, costs, prices }: CompanyBasis,
  whole: Simulated | null,
  part = false,
): PredictionBasis & { memoryMeasured: boolean } {
  const modelled = whole?.meanLiveBytes ?? 0;
  const memoryMeasured = modelled > 0 && cacheBytes > 0;
  return {
    memoryScale: memoryMeasured ? cacheBytes / modelled : 1,
    readsPerMonth: part ? null : readsPerMonth,
    ...{ costs, prices, memoryMeasured },
  };
}
