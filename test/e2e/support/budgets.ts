import type { StoreOptions } from '../../../src/core/store/open-store.js';
import { openStore } from '../../../src/core/store/open-store.js';
import type { Store } from '../../../src/core/store/store.js';

/** Sets one amount for every line of every company, and cache budgets of their own for some. */
export async function setBudgets(options: StoreOptions, everybody: number, own: Record<string, number>): Promise<void> {
  const store = await openStore(options);
  await setBudgetsIn(store, everybody, own);
  await store.close();
}

/** The same in a store that stays open: for tests that set them again and again. */
export async function setBudgetsIn(store: Store, everybody: number, own: Record<string, number>): Promise<void> {
  const set = { reason: 'test', setBy: 'test', setAt: new Date() };
  await store.pricing.update((current) => ({
    budgets: {
      ...current.budgets,
      defaultPerCompany: { cache: everybody, storage: everybody, calls: everybody },
      customBudgets: Object.entries(own).map(([companyId, cacheBudget]) => ({ companyId, cacheBudget, ...set })),
    },
    history: [],
  }));
}
