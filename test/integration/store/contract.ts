import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Store } from '../../../src/core/store/store.js';
import { activityContract } from './contract-activity.js';
import { counterHourContract } from './contract-counter-hours.js';
import { fixContract } from './contract-fixes.js';
import { issueContract } from './contract-issues.js';
import { notificationContract } from './contract-notifications.js';
import { policyContract } from './contract-policies.js';
import { pricingContract } from './contract-pricing.js';
import { snapshotContract } from './contract-snapshots.js';
import type { StoreHarness } from './harness.js';

/** The store and harness of the running test. */
export interface ContractContext {
  store: Store;
  harness: StoreHarness;
}

/** What every engine does alike. */
export function storeContract(makeHarness: () => Promise<StoreHarness>): void {
  const context = {} as ContractContext;
  beforeAll(async () => {
    context.harness = await makeHarness();
  });
  beforeEach(async () => {
    await context.harness.reset();
    context.store = await context.harness.open();
  });
  afterEach(() => context.store.close());
  afterAll(() => context.harness.destroy());

  describe('pricing', () => pricingContract(context));
  describe('policies', () => policyContract(context));
  describe('activity', () => activityContract(context));
  describe('snapshots', () => snapshotContract(context));
  describe('counter hours', () => counterHourContract(context));
  describe('fixes', () => fixContract(context));
  describe('issues', () => issueContract(context));
  describe('notifications', () => notificationContract(context));
}
