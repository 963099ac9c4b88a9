import type { CustomBudget } from '../core/domain/pricing.js';
import type { ImportedCompany, Store } from '../core/store/store.js';
import type { DemoCompany } from './companies.js';

const ACTOR = 'demo';

/** Puts the list of companies with their usage, and the budgets that differ from the default, into an empty store. @throws RCM_STORE_* */
export async function fillStore(store: Store, companies: readonly DemoCompany[], now: Date): Promise<void> {
  await store.companies.replaceImported(companies.flatMap(imported), now);
  const customBudgets = companies.flatMap((company) => customBudget(company, now));
  await store.pricing.update((current) => ({
    budgets: { ...current.budgets, customBudgets },
    history: customBudgets.flatMap((budget) => historyOf(budget, current.budgets.defaultPerCompany)),
  }));
}

/** Orphans are in no list. */
function imported({ companyId, companyName, usage }: DemoCompany): ImportedCompany[] {
  return usage === null ? [] : [{ companyId, companyName, ...usage }];
}

function customBudget({ companyId, budget }: DemoCompany, setAt: Date): CustomBudget[] {
  if (budget === undefined) return [];
  const { cache: cacheBudget, storage: storageBudget, reason } = budget;
  return [{ companyId, cacheBudget, storageBudget, reason, setBy: ACTOR, setAt }];
}

function historyOf(budget: CustomBudget, standard: { cache: number; storage: number }) {
  const { companyId, cacheBudget, storageBudget, reason, setAt: timestamp } = budget;
  return [
    { line: 'cache', oldValue: standard.cache, newValue: cacheBudget },
    { line: 'storage', oldValue: standard.storage, newValue: storageBudget },
  ].flatMap(({ line, oldValue, newValue }) =>
    newValue === undefined
      ? []
      : [
          {
            timestamp,
            service: 'budgets' as const,
            field: `${companyId}.${line}`,
            oldValue,
            newValue,
            changedBy: ACTOR,
            reason,
            impactEstimate: null,
          },
        ],
  );
}
