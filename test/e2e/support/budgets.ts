import type { StoreOptions } from '../../../src/core/store/open-store.js';
import { openStore } from '../../../src/core/store/open-store.js';

/** Sets one amount for every line of every company, and cache budgets of their own for some. */
export async function setBudgets(options: StoreOptions, everybody: number, own: Record<string, number>): Promise<void> {
  const store = await openStore(options);
  const set = { reason: 'test', setBy: 'test', setAt: new Date() };
  await store.pricing.update((current) => ({
    budgets: {
      ...current.budgets,
      defaultPerCompany: { cache: everybody, storage: everybody, calls: everybody },
      customBudgets: Object.entries(own).map(([companyId, cacheBudget]) => ({ companyId, cacheBudget, ...set })),
    },
    history: [],
  }));
  await store.close();
}
