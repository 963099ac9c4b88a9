import type { Cluster, Redis } from 'ioredis';
import { CompanyCache, type CompanyCacheOptions } from '../../../src/client/index.js';
import type { Counters } from '../../../src/core/domain/counters.js';
import { DAY_MS } from '../../../src/core/domain/units.js';
import { readCounterTotals } from '../../../src/core/redis/counters.js';

/** A cache whose errors are kept, and which writes only when it is told to. */
export function cacheOf(options: CompanyCacheOptions): { cache: CompanyCache; errors: unknown[] } {
  const errors: unknown[] = [];
  const cache = new CompanyCache({ flushIntervalMs: 30_000, onError: (error) => errors.push(error), ...options });
  return { cache, errors };
}

/** What was recorded for a company in the last day, without the figures that depend on speed. */
export async function recorded(redis: Redis | Cluster, companyId: string, nowMs = Date.now()): Promise<Counters> {
  const totals = await readCounterTotals(redis, [companyId], { fromMs: nowMs - DAY_MS, toMs: nowMs + DAY_MS });
  const counters = totals.get(companyId)?.counters ?? {};
  return Object.fromEntries(Object.entries(counters).filter(([name]) => !/^b\d$|Us$/.test(name)));
}

export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
