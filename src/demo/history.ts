import { keyHash } from '../core/domain/access-event.js';
import type { CompanySnapshot, PlatformSnapshot } from '../core/domain/snapshot.js';
import { DAY_MS, MB } from '../core/domain/units.js';
import type { Ports } from '../core/services/ports.js';
import { takeSnapshot } from '../core/services/snapshot.js';
import type { Store } from '../core/store/store.js';
import type { DemoCompany } from './companies.js';

const DAYS = 14;
/** A leak began so many days ago; until then the cache held this share of what it holds now. */
const LEAK = { days: 5, before: 0.2 };

/**
 * Records what there is now, and makes up two weeks before it, a snapshot a day: what is usual, and what has grown.
 * @throws RCM_STORE_*, RCM_REDIS_*
 */
export async function makeUpHistory(ports: Ports & { store: Store }, companies: readonly DemoCompany[]): Promise<void> {
  const { store } = ports;
  await takeSnapshot(ports);
  const now = await store.snapshots.latest();
  if (now === null) return;
  const { storageCostPerMB } = (await store.pricing.get()).providers.redis;
  const stories = new Map(companies.map(({ companyId, story }) => [companyId, story]));
  for (let days = DAYS; days > 0; days -= 1) {
    const takenAt = new Date(now.platform.takenAt.getTime() - days * DAY_MS);
    const then = now.companies.map((company): CompanySnapshot => {
      const share = shareThen(company.companyId, stories.get(company.companyId), days);
      const cacheBytes = Math.round(company.cacheBytes * share);
      const redisCost = company.redisCost - ((company.cacheBytes - cacheBytes) / MB) * storageCostPerMB;
      return { ...company, takenAt, cacheBytes, keys: Math.round(company.keys * share), redisCost };
    });
    await store.snapshots.insert({ platform: platformOf(now.platform, takenAt, now.companies, then), companies: then });
  }
}

/** Of what a company's cache holds now. */
function shareThen(companyId: string, story: DemoCompany['story'] | undefined, days: number): number {
  if (story === 'leaking') return LEAK.before + (1 - LEAK.before) * Math.max(0, 1 - days / LEAK.days);
  return 0.96 + 0.06 * (keyHash(`${companyId}/${days}`) / 2 ** 32);
}

function platformOf(
  now: PlatformSnapshot,
  takenAt: Date,
  companies: readonly CompanySnapshot[],
  then: readonly CompanySnapshot[],
): PlatformSnapshot {
  const grown = (of: (company: CompanySnapshot) => number) => sum(companies, of) - sum(then, of);
  const bytes = grown(({ cacheBytes }) => cacheBytes);
  return {
    ...now,
    takenAt,
    totalBytes: now.totalBytes - bytes,
    totalCost: now.totalCost - grown(({ redisCost }) => redisCost),
    redisUsedMemoryBytes: now.redisUsedMemoryBytes === null ? null : now.redisUsedMemoryBytes - bytes,
    redisUptimeSeconds: null,
  };
}

function sum(companies: readonly CompanySnapshot[], of: (company: CompanySnapshot) => number): number {
  return companies.reduce((total, company) => total + of(company), 0);
}
