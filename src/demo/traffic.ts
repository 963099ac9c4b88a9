import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { CompanyCache } from '../client/index.js';
import { messageOf, RcmError } from '../core/errors.js';
import type { DemoCompany } from './companies.js';
import { keyName, type PlannedStep, planDay, STEP_MS, STEPS, valueBytes } from './plan.js';

export interface TrafficOptions {
  redis: Redis | Cluster;
  /** The end of the day that is lived through. */
  endsAt: Date;
  signal: AbortSignal;
  /** Told how much of the day is over, 0–1. */
  onProgress?: (done: number) => void;
}

/** Requests in flight at a time: few, so that a read's time is Redis's and not the queue's. */
const AT_ONCE = 4;
const STEPS_PER_FLUSH = 4;
const COMMAND_TIMEOUT_MS = 10_000;

/**
 * Lives a day of the companies' plans through the client: real reads and writes, at a clock that is moved on.
 * @throws RCM_DEMO_UNAVAILABLE when Redis fails; the signal's reason when it is aborted
 */
export async function runTraffic(companies: readonly DemoCompany[], options: TrafficOptions): Promise<void> {
  const { redis, signal } = options;
  let now = options.endsAt.getTime() - STEPS * STEP_MS;
  let failure: unknown;
  const common = {
    redis,
    clock: { now: () => now },
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    flushIntervalMs: 30_000,
    onError: (error: unknown) => {
      failure ??= error;
    },
  };
  const check = (): void => {
    signal.throwIfAborted();
    if (failure !== undefined)
      throw new RcmError('RCM_DEMO_UNAVAILABLE', `The demo's Redis failed: ${messageOf(failure)}`, 'Run it again.');
  };

  // What was there before the day began was recorded before, too.
  const before = new CompanyCache({ ...common, record: false });
  const cache = new CompanyCache(common);
  try {
    for (const company of companies) {
      await inTurns(company.keys, (n) => before.set(company.companyId, keyName(n), ...storable(company, keyName(n))));
      check();
    }
    const days = companies.map((company) => ({ company, day: planDay(company) }));
    for (let step = 0; step < STEPS; step++) {
      now += STEP_MS;
      await liveStep(
        cache,
        days.map(({ company, day }) => ({ company, step: day[step] as PlannedStep })),
      );
      if (step % STEPS_PER_FLUSH === 0) await cache.flush();
      check();
      options.onProgress?.((step + 1) / STEPS);
    }
  } finally {
    await Promise.all([before.close(), cache.close()]);
  }
  check();
}

/**
 * Misses of all companies together, as most of their time is waiting; hits by themselves, so that none waits for
 * another's. Hits are read with `get`: `wrap` would count those of one key at one time as one.
 */
async function liveStep(cache: CompanyCache, work: { company: DemoCompany; step: PlannedStep }[]): Promise<void> {
  for (const { company, step } of work) if (step.clear) await cache.invalidate(company.companyId);
  await Promise.all(
    work.flatMap(({ company, step }) =>
      step.misses.map((key) => {
        const [value, options] = storable(company, key);
        return cache.wrap(company.companyId, key, () => sleep(company.loadMs, value), options);
      }),
    ),
  );
  for (const { company, step } of work)
    await inTurns(step.hits.length, (n) => cache.get(company.companyId, step.hits[n] as string));
}

/** Does so many things, a few at a time. */
async function inTurns(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const FILLER = 'made up for the demo, ';

function storable(company: DemoCompany, key: string): [value: unknown, options: { ttl?: number }] {
  const length = valueBytes(company, key);
  const text = FILLER.repeat(Math.ceil(length / FILLER.length)).slice(0, length);
  return [{ key, text }, company.ttlSeconds === null ? {} : { ttl: company.ttlSeconds }];
}
