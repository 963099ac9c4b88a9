import { expect } from 'vitest';
import type { CompanySnapshot } from '../../../src/core/domain/snapshot.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import type { Store } from '../../../src/core/store/store.js';
import { companyRow, platformRow } from '../../integration/store/builders.js';
import { CLOSED_PORT } from '../../support/fake-server.js';
import { tempDir } from '../../support/temp-dir.js';

/** What `pricing set`, `sync` and `history --revert` print with --json, as far as tests look at it. */
export interface ChangeReport {
  dryRun: boolean;
  change: number | null;
  changes: { path: string; oldValue: number | null; newValue: number | null }[];
  reason: string;
  impactEstimate: string | null;
  impact: {
    source: string;
    companies: number;
    affected: number;
    total: { before: number; after: number; change: number };
    changed: { companyId: string; budget: Record<string, { before: string; after: string }> }[];
  } | null;
  warnings: string[];
}

/** An embedded store of a test's own, and flags that name it and no Redis. */
export interface OwnStore {
  file: string;
  flags: string[];
  with<T>(work: (store: Store) => Promise<T>): Promise<T>;
}

export async function ownStore(): Promise<OwnStore> {
  const file = `${await tempDir('prices')}/rcm.db`;
  return {
    file,
    flags: ['--state-file', file, '--redis-url', `redis://127.0.0.1:${CLOSED_PORT}`],
    with: async (work) => {
      const store = await openStore({ stateFile: file, collections: DEFAULT_PLATFORM_COLLECTIONS });
      return work(store).finally(() => store.close());
    },
  };
}

const MB = 1024 * 1024;
const GB = 1024 * MB;

/**
 * A snapshot of companies by their megabytes, taken some minutes ago. Each has 100 GB in MongoDB, 100 minutes of calls,
 * 1 GB of recordings, a hit rate of 96 % over one whole day with 30 misses: 900 queries a month.
 */
export async function recordSnapshot(store: Store, cacheMB: Record<string, number>, minutesAgo = 5): Promise<void> {
  const takenAt = new Date(Date.now() - minutesAgo * 60_000);
  const companies: CompanySnapshot[] = Object.entries(cacheMB).map(([id, mb]) =>
    companyRow(id, takenAt, {
      cacheBytes: mb * MB,
      hits: 720,
      misses: 30,
      readUs: 375_000,
      coveredMs: 86_400_000,
      clears24h: 0,
      storageBytes: 100 * GB,
      minutes: 100,
      recordingBytes: GB,
    }),
  );
  await store.snapshots.insert({ platform: platformRow(takenAt, { companies: companies.length }), companies });
}

/** Asserts that the history, replayed from what a new configuration holds, gives what stands: nothing lost, nothing twice. */
export async function expectHistoryExplains(store: Store, changes: number): Promise<void> {
  const { priceHistory, providers, budgets, version } = await store.pricing.get();
  const settings = new Map<string, number | null>(
    Object.entries({
      'mongodb.storageCostPerGB': 0.25,
      'mongodb.queryCost': 0.000001,
      'mongodb.baseTierCost': 57,
      'redis.storageCostPerMB': 0.08,
      'redis.baseServiceCost': 20,
      'twilio.recordingStoragePerGB': 0.05,
      'twilio.perCallCostPerMinute': 0.0085,
      'budgets.defaultPerCompany.cache': 5,
      'budgets.defaultPerCompany.storage': 10,
      'budgets.defaultPerCompany.calls': 50,
      'budgets.thresholds.warningPercent': 80,
      'budgets.thresholds.criticalPercent': 120,
    }),
  );
  for (const { service, field, oldValue, newValue } of priceHistory) {
    const path = `${service}.${field}`;
    expect([path, oldValue]).toEqual([path, settings.get(path) ?? null]);
    settings.set(path, newValue);
  }
  const stands = new Map<string, number | null>();
  for (const [provider, prices] of Object.entries(providers))
    for (const [name, value] of Object.entries(prices)) stands.set(`${provider}.${name}`, value as number);
  for (const [line, value] of Object.entries(budgets.defaultPerCompany))
    stands.set(`budgets.defaultPerCompany.${line}`, value);
  for (const [name, value] of Object.entries(budgets.thresholds)) stands.set(`budgets.thresholds.${name}`, value);
  for (const { companyId, ...own } of budgets.customBudgets)
    for (const line of ['cache', 'storage', 'calls'] as const)
      if (own[`${line}Budget`] !== undefined)
        stands.set(`budgets.customBudgets.${companyId}.${line}`, own[`${line}Budget`] as number);
  expect(stands).toEqual(new Map([...settings].filter(([, value]) => value !== null)));
  // Without a gap, each in one piece.
  const numbers = priceHistory.map((entry) => entry.change as number);
  expect([...new Set(numbers)]).toEqual(Array.from({ length: changes }, (_, i) => i + 1));
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
  expect(version).toBe(changes);
}
