import type { CompanySnapshot } from '../../../src/core/domain/snapshot.js';
import type { StoreOptions } from '../../../src/core/store/open-store.js';
import type { Store } from '../../../src/core/store/store.js';

/** What the contract suite needs of an engine besides the Store interface. */
export interface StoreHarness {
  options(): StoreOptions;
  /** One more connection to the same state. */
  open(): Promise<Store>;
  /** An empty state. */
  reset(): Promise<void>;
  /** Leaves what a `snapshot` leaves that was killed before its end. */
  interruptSnapshot(companies: CompanySnapshot[]): Promise<void>;
  /** Breaks `budgets.thresholds.warningPercent` of the stored prices. */
  damagePricing(): Promise<void>;
  /** Sets a path of the stored prices by hand, past the store; undefined takes it away. */
  alterPricing(path: string, value: unknown): Promise<void>;
  /** The stored prices as they lie there. */
  rawPricing(): Promise<string>;
  /** Breaks `cachingEnabled` of the stored policy. */
  damagePolicy(companyId: string): Promise<void>;
  /** Breaks `cacheBytes` of every stored company row. */
  damageSnapshots(): Promise<void>;
  /** Breaks `severity` of every stored issue. */
  damageIssues(): Promise<void>;
  destroy(): Promise<void>;
}
